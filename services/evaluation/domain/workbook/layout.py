"""The plan of an instrument's workbook: made from the instrument alone, so that what was written is found again.

One sheet for each change area, over all aspects; one for each component that has items of its own (Hasil); one that
sums up. Rows and columns count from 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from services.evaluation.domain.instrument import (
    Aspect,
    Component,
    GateRule,
    Instrument,
    Question,
    SubIndicator,
    Text,
)
from services.evaluation.domain.workbook.places import Cell, Column, SummaryColumn

TITLE_ROW, UNIT_ROW, TOTAL_ROW, HEADER_ROW = range(4)
GUIDE, SUMMARY, LISTS, IDENTITY = "Petunjuk", "Ringkasan", "_pilihan", "_zona"
LONGEST_NAME = 31
NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")


@dataclass(frozen=True, slots=True)
class QuestionPlace:
    """Where a question stands. `inputs` has the row of each count by its key; it is empty unless a ratio is asked."""

    question: Question
    sheet: str
    row: int
    inputs: Mapping[str, int]

    @property
    def answer(self) -> Cell:
        """Where an option or an index is written."""
        return Cell(self.sheet, self.row, Column.ANSWER)

    @property
    def value(self) -> Cell:
        """What the answer is worth, 0..1."""
        return Cell(self.sheet, self.row, Column.VALUE)

    @property
    def check(self) -> Cell:
        """Whether the answer can be taken as it stands."""
        return Cell(self.sheet, self.row, Column.CHECK)

    def input(self, key: str) -> Cell:
        """Where a count is written."""
        return Cell(self.sheet, self.inputs[key], Column.ANSWER)


@dataclass(frozen=True, slots=True)
class SubPlace:
    """A sub-indicator; an item of Hasil stands on its question's own row."""

    sub: SubIndicator
    sheet: str
    row: int
    questions: tuple[QuestionPlace, ...]

    @property
    def is_item(self) -> bool:
        return self.row == self.questions[0].row

    @property
    def weight(self) -> Cell:
        return Cell(self.sheet, self.row, Column.WEIGHT)

    @property
    def points(self) -> Cell:
        return Cell(self.sheet, self.row, Column.POINTS)


@dataclass(frozen=True, slots=True)
class GroupPlace:
    """The part of an aspect that stands on one sheet: an area's share of it, or all its items."""

    aspect: Aspect
    name: Text
    weight: Fraction
    sheet: str
    row: int
    subs: tuple[SubPlace, ...]

    @property
    def points(self) -> Cell:
        return Cell(self.sheet, self.row, Column.POINTS)


@dataclass(frozen=True, slots=True)
class SheetPlace:
    """One sheet to fill in. `code` is the area's, or the component's."""

    name: str
    code: str
    title: Text
    groups: tuple[GroupPlace, ...]
    last_row: int

    @property
    def weight(self) -> Fraction:
        return sum((group.weight for group in self.groups), Fraction(0))

    @property
    def points(self) -> Cell:
        return Cell(self.name, TOTAL_ROW, Column.POINTS)

    @property
    def questions(self) -> Iterator[QuestionPlace]:
        return (place for group in self.groups for sub in group.subs for place in sub.questions)


@dataclass(frozen=True, slots=True)
class GatePlace:
    """One gate of one target on the summary."""

    target: str
    rule: GateRule
    row: int

    @property
    def measured(self) -> Cell:
        return Cell(SUMMARY, self.row, SummaryColumn.MEASURED)


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The whole plan. The row maps give the summary's rows by code or id."""

    instrument: Instrument
    sheets: tuple[SheetPlace, ...]
    total_row: int
    component_rows: Mapping[str, int]
    aspect_rows: Mapping[str, int]
    area_rows: Mapping[str, int]
    target_rows: Mapping[str, int]
    gates: tuple[GatePlace, ...]

    @property
    def groups(self) -> Iterator[GroupPlace]:
        return (group for sheet in self.sheets for group in sheet.groups)

    @property
    def questions(self) -> Iterator[QuestionPlace]:
        return (place for sheet in self.sheets for place in sheet.questions)


@lru_cache(maxsize=16)
def layout_of(instrument: Instrument) -> Layout:
    """The plan of this instrument; the same object for the same instrument."""
    sheets = (*_area_sheets(instrument), *_item_sheets(instrument))
    rows = iter(range(HEADER_ROW + 1, 1000))
    total = next(rows)
    components = {part.code: next(rows) for part in instrument.components}
    aspects = {aspect.id: next(rows) for aspect in instrument.aspects}
    areas = {code: next(rows) for code in instrument.areas}
    targets: dict[str, int] = {}
    gates: list[GatePlace] = []
    for target, rules in instrument.gate_rules.items():
        next(rows)  # a line of air before each target
        targets[target] = next(rows)
        gates += (GatePlace(target, rule, next(rows)) for rule in rules)
    return Layout(instrument, sheets, total, components, aspects, areas, targets, tuple(gates))


def _area_sheets(instrument: Instrument) -> Iterator[SheetPlace]:
    for code, total in instrument.areas.items():
        rows = iter(range(HEADER_ROW + 1, 10_000))
        parts = [(aspect, area) for aspect in instrument.aspects for area in aspect.areas if area.code == code]
        name = _sheet_name(code)
        groups = tuple(
            _group(aspect, area.weight, area.subindicators, name, rows, items=False) for aspect, area in parts
        )
        yield SheetPlace(name, code, total.name, groups, next(rows) - 1)


def _item_sheets(instrument: Instrument) -> Iterator[SheetPlace]:
    for part in instrument.components:
        if any(aspect.items for aspect in part.aspects):
            yield _item_sheet(part)


def _item_sheet(part: Component) -> SheetPlace:
    rows = iter(range(HEADER_ROW + 1, 10_000))
    name = _sheet_name(part.name[0])
    with_items = [aspect for aspect in part.aspects if aspect.items]
    groups = tuple(_group(aspect, aspect.weight, aspect.items, name, rows, items=True) for aspect in with_items)
    return SheetPlace(name, part.code, part.name, groups, next(rows) - 1)


def _group(
    aspect: Aspect, weight: Fraction, subs: tuple[SubIndicator, ...], sheet: str, rows: Iterator[int], *, items: bool
) -> GroupPlace:
    row = next(rows)
    places = tuple(_item(sub, sheet, rows) if items else _sub(sub, sheet, rows) for sub in subs)
    return GroupPlace(aspect, aspect.name, weight, sheet, row, places)


def _sub(sub: SubIndicator, sheet: str, rows: Iterator[int]) -> SubPlace:
    row = next(rows)
    return SubPlace(sub, sheet, row, tuple(_question(question, sheet, rows) for question in sub.questions))


def _item(sub: SubIndicator, sheet: str, rows: Iterator[int]) -> SubPlace:
    places = tuple(_question(question, sheet, rows) for question in sub.questions)
    return SubPlace(sub, sheet, places[0].row, places)


def _question(question: Question, sheet: str, rows: Iterator[int]) -> QuestionPlace:
    row = next(rows)
    inputs = question.ratio.inputs if question.ratio else ()
    return QuestionPlace(question, sheet, row, {item.key: next(rows) for item in inputs})


def _sheet_name(text: str) -> str:
    # What a spreadsheet program allows in the name of a sheet.
    return NOT_IN_A_NAME.sub(" ", text)[:LONGEST_NAME]
