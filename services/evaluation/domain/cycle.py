"""What evaluation needs to know of a cycle."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cycle:
    """`cycle` is the year; `max_load` the most proposals of an evaluator in it."""

    cycle: str
    instrument: str
    evaluators_per_proposal: int
    max_load: int
