"""The picture of the scores: geometry for the template, in the units of the SVG's own coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

WIDTH = 360
ROW = 42
BAR_TOP = 20


@dataclass(frozen=True, slots=True)
class Bar:
    """An area's bar: `y` of its row, `filled` and `limit` as lengths from the left edge."""

    code: str
    percent: str
    score: str
    y: int
    filled: str
    limit: str | None
    limit_percent: str | None


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars under each other; all of one width, which stands for 100 percent."""

    bars: tuple[Bar, ...]
    width: int
    height: int
    bar_top: int


def area_chart(record: dict[str, Any]) -> Chart:
    """The areas of a public record, each with the limit of its gate if there was one."""
    limits = {gate["gate"].removeprefix("area_"): gate["limit"] for gate in record["gates"] if _of_area(gate)}
    bars = tuple(
        Bar(
            code=code,
            percent=area["percent"],
            score=area["score"],
            y=nth * ROW,
            filled=_length(area["percent"]),
            limit=_length(limits[code]) if code in limits else None,
            limit_percent=limits.get(code),
        )
        for nth, (code, area) in enumerate(record["scores"]["areas"].items())
    )
    return Chart(bars, WIDTH, max(len(bars), 1) * ROW, BAR_TOP)


def _of_area(gate: dict[str, Any]) -> bool:
    return str(gate["gate"]).startswith("area_")


def _length(percent: str) -> str:
    return f"{min(max(Decimal(percent), Decimal()), Decimal(100)) * WIDTH / 100:.1f}"
