"""The figures of a run of the pipeline: how many a second, how long for one, and whether it slowed down."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from benchmarks.pipeline_people import Country, Way

STAGES = ("filed", "assigned", "aggregated", "drafted", "visible")


def outcome(country: Country, seconds: float) -> dict[str, Any]:
    """The figures of a run."""
    seen = [way for way in country.ways.values() if way.visible]
    return {
        "complete": len(seen) == len(country.ways),
        "published": len(seen),
        "seconds": round(seconds, 2),
        "per_second": round(len(seen) / seconds, 2),
        "filing_to_visible": percentiles([way.visible - way.filed for way in seen]),
        "stages": stages(seen),
        "evaluators": country.ground.evaluators,
        "tries_again": country.retries,
        "fault": repr(country.fault)[:500] if country.fault else None,
        "growth": growth(seen),
    }


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p99 and the longest, seconds."""
    if not seconds:
        return {}
    ordered = sorted(seconds)
    at = lambda share: round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3)  # noqa: E731
    return {"p50": at(0.5), "p99": at(0.99), "longest": round(ordered[-1], 3)}


def stages(seen: Sequence[Way]) -> dict[str, float]:
    """Median seconds of each stage: what the system and the people of that stage took."""
    pairs = pairwise(STAGES)
    return {
        f"{one}-{other}": round(statistics.median(getattr(way, other) - getattr(way, one) for way in seen), 3)
        for one, other in pairs
        if seen
    }


def growth(seen: Sequence[Way]) -> list[float]:
    """Proposals per second in each tenth of the run: a system that slows down as it fills shows it here."""
    ordered = sorted(way.visible for way in seen)
    tenth = len(ordered) // 10
    if tenth < 2:
        return []
    parts = [ordered[start : start + tenth + 1] for start in range(0, tenth * 10 - 1, tenth)]
    return [round((len(part) - 1) / (part[-1] - part[0]), 2) for part in parts if part[-1] > part[0]]
