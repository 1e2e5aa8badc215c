"""What evaluation needs to know of units and cycles, as their own service tells it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cycle:
    """`cycle` is the year; `max_load` the most proposals of an evaluator in it."""

    cycle: str
    instrument: str
    evaluators_per_proposal: int
    max_load: int


@dataclass(frozen=True, slots=True)
class UnitCard:
    """The unit as it was when it was proposed; the fields are those of the events."""

    unit: str
    unit_name: str
    institution: str
    institution_name: str
    institution_kind: str
    province: str
    field: str
