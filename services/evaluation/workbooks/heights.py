"""How tall a row must be for its text: said in the file, because not every program fits rows by itself."""

from __future__ import annotations

from math import ceil

LINE = 14.0
"""Points for each line at font size 10."""
SPARE = 1.05
"""Characters for each unit of a column's width: words are narrower than the digits that the width counts."""


def height_of(*cells: tuple[str, float]) -> float:
    """Points for the fullest of these cells, each given as its text and its column's width."""
    return LINE * max(_lines(text, width) for text, width in cells) + 2


def _lines(text: str, width: float) -> int:
    return sum(max(1, ceil(len(line) / (width * SPARE))) for line in text.split("\n"))
