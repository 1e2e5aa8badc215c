"""Cells to answers: every bad cell named, every good one taken."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given

from services.evaluation import instrument_files
from services.evaluation.domain.answers import read_answers
from services.evaluation.domain.workbook.cells import FORMULA, as_cells_hold, read_sheets
from services.evaluation.domain.workbook.layout import layout_of
from services.evaluation.domain.workbook.lists import label_of
from services.evaluation.domain.workbook.places import Cell
from tests.services.evaluation.domain.sheets import sheets, unhurried, uniform_sheet
from tests.services.evaluation.workbook.files import address_of, edited, read, workbook_with

INSTRUMENT = instrument_files.load("lke-2021")
LAYOUT = layout_of(INSTRUMENT)
OPTION, INDEX, RATIO, SUMMED = "A.I.MP.i.b", "B.I.a", "A.II.AK.i.a", "A.II.PW.iii.1.a"


def filled(answers: dict[str, Any], changes: dict[tuple[str, str], Any] | None = None) -> Any:
    """What is read from a workbook with `answers` whose cells were then changed, without any file in between."""
    from services.evaluation.domain.workbook.cells import cell_values

    book: dict[str, dict[tuple[int, int], Any]] = {place.name: {} for place in LAYOUT.sheets}
    for place in LAYOUT.questions:
        marks = {place.row: place.question.id, **{row: key for key, row in place.inputs.items()}}
        book[place.sheet] |= {(row, 0): mark for row, mark in marks.items()}
        if place.question.id in answers:
            read = read_answers(INSTRUMENT, {place.question.id: answers[place.question.id]})
            cells = cell_values(place, read[place.question.id])
            book[place.sheet] |= {(cell.row, cell.column): value for cell, value in cells.items()}
    for (sheet, address), value in (changes or {}).items():
        book[sheet][int(address[1:]) - 1, ord(address[0]) - ord("A")] = value
    return read_sheets(LAYOUT, book)


@unhurried
@given(sheets(INSTRUMENT))
def test_any_answers_come_back_from_their_cells(answers: dict[str, Any]) -> None:
    found = filled(answers)
    wanted = read_answers(INSTRUMENT, answers)
    assert found.answers == {id: as_cells_hold(INSTRUMENT.questions[id], one) for id, one in wanted.items()}
    assert (found.empty, found.faults) == (INSTRUMENT.questions.keys() - answers.keys(), ())


@pytest.mark.parametrize("instrument_id", instrument_files.available())
def test_answers_come_back_from_a_file(instrument_id: str) -> None:
    answers = uniform_sheet(instrument_files.load(instrument_id), best=True)
    found = read(workbook_with(instrument_id, answers), instrument_id)
    assert found.answers == read_answers(instrument_files.load(instrument_id), answers)
    assert found.faults == ()


@pytest.mark.parametrize(
    ("question", "key", "value", "code"),
    [
        (OPTION, None, "D", "unknown_option"),
        (OPTION, None, "B – kata-kata lain", "unknown_option"),
        (OPTION, None, 1, "unknown_option"),
        (OPTION, None, True, "unknown_option"),
        (OPTION, None, FORMULA, "formula_in_answer"),
        (INDEX, None, 4.01, "not_an_index"),
        (INDEX, None, -1, "not_an_index"),
        (INDEX, None, "3.72", "not_an_index"),
        (INDEX, None, True, "not_an_index"),
        (INDEX, None, date(2026, 3, 1), "not_an_index"),
        (RATIO, "tercapai_100", 2.5, "not_a_count"),
        (RATIO, "tercapai_100", -1, "not_a_count"),
        (RATIO, "tercapai_100", "8", "not_a_count"),
        (RATIO, "tercapai_100", 10**9 + 1, "not_a_count"),
        (RATIO, "tercapai_100", None, "missing_input"),
        (RATIO, "tercapai_100", FORMULA, "formula_in_answer"),
    ],
)
def test_a_bad_cell_is_named_and_all_others_are_taken(question: str, key: str | None, value: object, code: str) -> None:
    answers = uniform_sheet(INSTRUMENT, best=True)
    place = address_of(question, key)
    found = filled(answers, {place: value})
    [fault] = found.faults
    assert ((fault.sheet, fault.address), fault.question, fault.code) == (place, question, code)
    assert all(fault.said)
    assert found.answers.keys() == answers.keys() - {question}


def test_what_is_allowed_is_said_in_the_words_of_the_list() -> None:
    [fault] = filled({}, {address_of(OPTION): "D"}).faults
    for option in INSTRUMENT.questions[OPTION].options:
        assert all(label_of(option) in sentence for sentence in fault.said)


@pytest.mark.parametrize("typed", ["B", "b", " B "])
def test_a_letter_that_was_typed_is_the_option(typed: str) -> None:
    assert filled({}, {address_of(OPTION): typed}).answers == {OPTION: "B"}


def test_a_count_that_a_program_stores_with_a_point_is_the_count() -> None:
    changes = {address_of(RATIO, "jumlah_sasaran"): 10.0, address_of(RATIO, "tercapai_100"): 8}
    assert filled({}, changes).answers == {RATIO: {"jumlah_sasaran": 10, "tercapai_100": 8}}


def test_sums_are_taken_from_their_parts_whatever_stands_in_their_cell() -> None:
    parts = {address_of(SUMMED, key): 2 for key in ("kepala_satker", "pejabat_wajib", "lainnya", "sudah")}
    found = filled({}, {**parts, address_of(SUMMED, "wajib"): 99})
    assert found.answers[SUMMED]["wajib"] == 6


@pytest.mark.parametrize("blank", ["", "   ", None])
def test_blank_cells_are_no_answer(blank: object) -> None:
    found = filled({}, {address_of(OPTION): blank})
    assert (found.answers, found.faults) == ({}, ())
    assert OPTION in found.empty


def test_a_row_that_moved_is_a_fault_of_its_question_alone() -> None:
    answers = uniform_sheet(INSTRUMENT, best=True)
    sheet, address = address_of(OPTION)
    found = filled(answers, {(sheet, f"A{address[1:]}"): "A.I.MP.i.c"})
    assert [(fault.code, fault.address) for fault in found.faults] == [("row_moved", f"A{address[1:]}")]
    assert found.answers.keys() == answers.keys() - {OPTION}


def test_a_deleted_sheet_is_told_and_the_others_are_read() -> None:
    import openpyxl

    from tests.services.evaluation.workbook.files import saved

    answers = uniform_sheet(INSTRUMENT, best=True)
    book = openpyxl.load_workbook(_stream(workbook_with("lke-2021", answers)))
    del book["TL"]
    found = read(saved(book))
    assert [(fault.sheet, fault.address, fault.code) for fault in found.faults] == [("TL", "", "sheet_missing")]
    assert found.answers.keys() == {id for id in answers if ".TL." not in id}


def test_a_formula_in_a_file_is_no_answer() -> None:
    content = edited(workbook_with("lke-2021", {}), {address_of(INDEX): "=1+2", address_of(OPTION): '="A"'})
    assert [fault.code for fault in read(content).faults] == ["formula_in_answer"] * 2


def test_an_index_with_more_digits_than_a_cell_holds_is_unchanged_when_untouched() -> None:
    long = "3.12345678901234567890"
    found = read(workbook_with("lke-2021", {INDEX: long}))
    assert found.answers[INDEX] == as_cells_hold(INSTRUMENT.questions[INDEX], long)


def test_every_answer_has_a_cell_of_its_own() -> None:
    cells: list[Cell] = []
    for place in LAYOUT.questions:
        ratio = place.question.ratio
        cells += [place.input(one.key) for one in ratio.inputs] if ratio else [place.answer]
    assert len(cells) == len(set(cells))


def _stream(content: bytes) -> Any:
    from io import BytesIO

    return BytesIO(content)
