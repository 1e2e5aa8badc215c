"""Cells and how they are named: A1 for people, 'MP'!$G$3 for formulas."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from string import ascii_uppercase


class Column(IntEnum):
    """The columns of an area's sheet, from the left."""

    ID = 0
    TEXT = 1
    OPTIONS = 2
    ANSWER = 3
    VALUE = 4
    WEIGHT = 5
    POINTS = 6
    CHECK = 7


class SummaryColumn(IntEnum):
    """The columns of the summary, from the left."""

    ID = 0
    TEXT = 1
    MEASURED = 2
    LIMIT = 3
    RESULT = 4
    SOURCE = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; `row` and `column` count from 0."""

    sheet: str
    row: int
    column: int

    @property
    def address(self) -> str:
        """As a person finds it: D7."""
        return f"{ascii_uppercase[self.column]}{self.row + 1}"

    @property
    def here(self) -> str:
        """As a formula on the same sheet names it: $D$7."""
        return f"${ascii_uppercase[self.column]}${self.row + 1}"

    @property
    def anywhere(self) -> str:
        """As a formula on any sheet names it: 'MP'!$D$7."""
        quoted = self.sheet.replace("'", "''")
        return f"'{quoted}'!{self.here}"
