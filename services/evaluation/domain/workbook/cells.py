"""Answers as cells, and cells as answers: every fault with its sheet and address, everything else taken.

What an answer may be is said once, in `domain.answers`; here it is only found and its fault given a place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from services.evaluation.domain.answers import Answer, faults_in, read_answers, read_index
from services.evaluation.domain.faults import Fault
from services.evaluation.domain.instrument import Question, ScaleKind
from services.evaluation.domain.workbook.layout import Layout, QuestionPlace
from services.evaluation.domain.workbook.lists import label_of, letter_of
from services.evaluation.domain.workbook.places import Cell, Column
from shared.failures import Said

Value = object
"""What a cell holds: text, a number, a moment, None, or FORMULA."""
Sheets = Mapping[str, Mapping[tuple[int, int], Value]]
"""Sheet name → (row, column), from 0 → what stands there; cells with nothing are left out."""


class _Formula:
    """A cell that calculates. What it would give is not known here, and is nobody's answer."""


FORMULA = _Formula()


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with one cell; `address` is empty when the whole sheet is meant, `question` when none is."""

    sheet: str
    address: str
    question: str
    code: str
    said: Said


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """What a workbook says: answers in the sheet's order, questions whose cells are empty, and every fault."""

    answers: Mapping[str, Answer]
    empty: frozenset[str]
    faults: tuple[CellFault, ...]


def cell_values(place: QuestionPlace, answer: Answer) -> dict[Cell, str | int | float]:
    """What to write for an answer; sums are left to the sheet."""
    question = place.question
    if question.ratio is not None and not isinstance(answer, str):
        return {
            place.input(item.key): answer[item.key]
            for item in question.ratio.inputs
            if not item.sum_of and item.key in answer
        }
    if question.scale.kind is ScaleKind.INDEX:
        return {place.answer: float(str(answer))}
    return {place.answer: next(label_of(option) for option in question.options if option.letter == answer)}


def as_cells_hold(question: Question, answer: Answer) -> Answer:
    """The answer as it comes back from a cell that was not touched: an index loses idle zeros and the 16th digit."""
    if question.scale.kind is not ScaleKind.INDEX or read_index(answer, question.scale.maximum or Fraction(0)) is None:
        return answer
    return _decimal(float(str(answer)))


def read_sheets(layout: Layout, sheets: Sheets) -> ReadSheet:
    """The answers of a filled workbook. Never raises: what can't be taken is listed."""
    raw: dict[str, object] = {}
    empty: set[str] = set()
    faults = [_missing_sheet(place.name) for place in layout.sheets if place.name not in sheets]
    for place in (place for place in layout.questions if place.sheet in sheets):
        cells = sheets[place.sheet]
        found = list(_place_faults(place, cells))
        given = None if found else _raw(place, cells)
        faults += found
        if given is not None:
            raw[place.question.id] = given
        elif not found:
            empty.add(place.question.id)
    wrong = list(_answer_faults(layout, raw))
    bad = {fault.question for fault in wrong}
    good = {question: answer for question, answer in raw.items() if question not in bad}
    return ReadSheet(read_answers(layout.instrument, good), frozenset(empty), (*faults, *wrong))


def _raw(place: QuestionPlace, cells: Mapping[tuple[int, int], Value]) -> object | None:
    """The answer as `domain.answers` reads it, not yet checked; None when every cell of it is empty."""
    question = place.question
    if question.ratio is not None:
        counts = {item.key: _at(cells, place.input(item.key)) for item in question.ratio.inputs if not item.sum_of}
        return {key: _whole(value) for key, value in counts.items() if value is not None} or None
    value = _at(cells, place.answer)
    if value is not None and question.scale.kind is ScaleKind.INDEX:
        # The sheet's own formula counts a number that stands as text for nothing, so it is not taken here either.
        return _decimal(value) if isinstance(value, int | float) and not isinstance(value, bool) else (value,)
    return (letter_of(question, value) or value) if isinstance(value, str) else value


def _at(cells: Mapping[tuple[int, int], Value], cell: Cell) -> Value:
    value = cells.get((cell.row, cell.column))
    return None if isinstance(value, str) and not value.strip() else value


def _whole(value: Value) -> Value:
    # Spreadsheets know one kind of number; 5.0 is the count 5.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _decimal(value: float) -> str:
    """The number with the 15 digits that spreadsheets keep, as short as it goes and without an exponent."""
    text = format(Decimal(format(value, ".15g")), "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def _place_faults(place: QuestionPlace, cells: Mapping[tuple[int, int], Value]) -> Iterator[CellFault]:
    """A row that is not the question's own any more, and cells that calculate."""
    marks = {place.row: place.question.id, **{row: key for key, row in place.inputs.items()}}
    for row, mark in marks.items():
        if cells.get((row, Column.ID)) != mark:
            yield _moved(place, Cell(place.sheet, row, Column.ID), mark)
    for cell in _answer_cells(place):
        if cells.get((cell.row, cell.column)) is FORMULA:
            yield _calculates(place, cell)


def _answer_cells(place: QuestionPlace) -> Iterator[Cell]:
    ratio = place.question.ratio
    if ratio is None:
        yield place.answer
    else:
        yield from (place.input(item.key) for item in ratio.inputs if not item.sum_of)


def _answer_faults(layout: Layout, raw: Mapping[str, object]) -> Iterator[CellFault]:
    places = {place.question.id: place for place in layout.questions}
    for fault in faults_in(layout.instrument, raw, place=()):
        place = places[fault.place[0]]
        cell = place.input(fault.place[1]) if fault.place[1:] else _first_cell(place)
        yield CellFault(cell.sheet, cell.address, place.question.id, fault.code, _said(place, fault))


def _first_cell(place: QuestionPlace) -> Cell:
    return next(_answer_cells(place))


def _said(place: QuestionPlace, fault: Fault) -> Said:
    """The rule's own sentence; for a drop-down with what its list says, for an index as a cell takes it."""
    question = place.question
    if fault.code == "not_an_index":
        return (
            f"{question.id}: isi angka 0 sampai {question.scale.maximum}, sebagai angka dan bukan teks.",
            f"{question.id}: write a number from 0 to {question.scale.maximum}, as a number and not as text.",
        )
    if fault.code != "unknown_option":
        return fault.said
    labels = "; ".join(label_of(option) for option in question.options)
    return (
        f"{fault.said[0]} Pilih dari daftar: {labels}",
        f"{fault.said[1]} Choose from the list: {labels}",
    )


def _missing_sheet(name: str) -> CellFault:
    said = (
        f"Lembar {name} tidak ada; jawabannya tidak dibaca. Unduh lagi bila terhapus.",
        f"The sheet {name} is missing; its answers were not read. Download again if it was deleted.",
    )
    return CellFault(name, "", "", "sheet_missing", said)


def _moved(place: QuestionPlace, cell: Cell, mark: str) -> CellFault:
    said = (
        f"{place.question.id}: baris bergeser, {cell.address} harus tertulis {mark}. Unduh lagi, jangan ubah baris.",
        f"{place.question.id}: the row has moved, {cell.address} must say {mark}. Download again, leave rows alone.",
    )
    return CellFault(cell.sheet, cell.address, place.question.id, "row_moved", said)


def _calculates(place: QuestionPlace, cell: Cell) -> CellFault:
    said = (
        f"{place.question.id}: sel ini berisi rumus. Tulis nilainya saja.",
        f"{place.question.id}: this cell holds a formula. Write the value itself.",
    )
    return CellFault(cell.sheet, cell.address, place.question.id, "formula_in_answer", said)
