"""Interleaved rounds: A B C, A B C, A B C, so that what slows the machine slows every contender."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Measure = Callable[[], dict[str, Any]]
"""Runs once; gives at least `events` and `seconds`, and `cpu_seconds` of the contender's process if it knows."""


@dataclass
class Figures:
    """One contender's rounds."""

    name: str
    what: str
    rounds: list[dict[str, Any]] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Median of the rounds."""
        return statistics.median(each["events"] / each["seconds"] for each in self.rounds)

    @property
    def cpu_micros(self) -> float | None:
        """Processor time of the contender's process for each event, microseconds; median, None when not told."""
        told = [1e6 * each["cpu_seconds"] / each["events"] for each in self.rounds if "cpu_seconds" in each]
        return statistics.median(told) if told else None

    def told(self) -> dict[str, Any]:
        """For the JSON report."""
        cpu = self.cpu_micros
        return {
            "what": self.what,
            "per_second": round(self.per_second, 1),
            "rounds": [round(each["events"] / each["seconds"], 1) for each in self.rounds],
            "cpu_us_per_event": None if cpu is None else round(cpu, 1),
        }


def interleave(
    contenders: Mapping[str, tuple[str, Measure]], rounds: int, tell: Callable[[str], None]
) -> dict[str, Figures]:
    """Measure each contender once a round, in their order; `contenders` maps a name to a sentence and a measure."""
    figures = {name: Figures(name, what) for name, (what, _) in contenders.items()}
    for number in range(1, rounds + 1):
        for name, (_, measure) in contenders.items():
            result = measure()
            figures[name].rounds.append(result)
            tell(f"round {number}/{rounds}  {name:<28} {result['events'] / result['seconds']:9.0f} /s")
    return figures


@dataclass(frozen=True, slots=True)
class Ratio:
    """One figure over another, and what it should reach (None: informative)."""

    name: str
    value: float
    target: float | None = None

    @property
    def reached(self) -> bool | None:
        return None if self.target is None else self.value >= self.target

    def told(self) -> dict[str, Any]:
        """For the JSON report."""
        return {"name": self.name, "value": round(self.value, 3), "target": self.target, "reached": self.reached}


def over_slower(name: str, ours: Figures, raw: list[Figures], target: float) -> Ratio:
    """Ours over the slowest of `raw`, named."""
    slowest = min(raw, key=lambda each: each.per_second)
    return Ratio(f"{name} / {slowest.name}, the slower raw part", ours.per_second / slowest.per_second, target)
