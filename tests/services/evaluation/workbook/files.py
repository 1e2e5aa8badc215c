"""Workbooks for tests: written as the service writes them, and filled in as a person with a spreadsheet does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import openpyxl

from services.evaluation import instrument_files
from services.evaluation.domain.answers import Answer, read_answers
from services.evaluation.domain.instrument import Instrument
from services.evaluation.domain.scoring import Score
from services.evaluation.domain.workbook.cells import ReadSheet, read_sheets
from services.evaluation.domain.workbook.identity import identity_of
from services.evaluation.domain.workbook.layout import layout_of
from services.evaluation.domain.worksheet import Answered, Layer, Worksheet
from services.evaluation.workbooks import Heading, read_workbook, write_workbook

NOW = datetime(2026, 5, 20, 3, 0, tzinfo=UTC)
UNIT, CYCLE, ACCOUNT = "L3171-RSUD-01", "2026", "akun.petugas"
HEADING = Heading(UNIT, "RSUD Kota Contoh", "Kota Contoh", CYCLE, ("Unit kerja", "Unit"))


def sheet_with(instrument: Instrument, answers: Mapping[str, Any], revision: int = 1) -> Worksheet:
    """A worksheet whose unit layer holds these answers."""
    read = read_answers(instrument, dict(answers))
    answered = {id: Answered(answer, revision, ACCOUNT, NOW) for id, answer in read.items()}
    return Worksheet(UNIT, "L3171", CYCLE, instrument.id, unit_answers=answered)


def workbook_with(
    instrument_id: str,
    answers: Mapping[str, Any],
    *,
    heading: Heading = HEADING,
    score: Score | None = None,
) -> bytes:
    """The file of a unit's layer with these answers."""
    instrument = instrument_files.load(instrument_id)
    sheet = sheet_with(instrument, answers)
    identity = identity_of(instrument, sheet, Layer.UNIT, at=NOW.isoformat())
    return write_workbook(instrument, identity, heading, sheet.values_of(Layer.UNIT), at=NOW, score=score)


def edited(content: bytes, cells: Mapping[tuple[str, str], Any]) -> bytes:
    """The file after a person wrote into cells, given by sheet and address, and saved it."""
    book = openpyxl.load_workbook(BytesIO(content))
    for (sheet, address), value in cells.items():
        book[sheet][address] = value
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def read(content: bytes, instrument_id: str = "lke-2021") -> ReadSheet:
    """What an upload of the file is read as."""
    return read_sheets(layout_of(instrument_files.load(instrument_id)), read_workbook(content))


def address_of(question: str, key: str | None = None, instrument_id: str = "lke-2021") -> tuple[str, str]:
    """Sheet and address of a question's answer, or of one of its counts."""
    layout = layout_of(instrument_files.load(instrument_id))
    place = next(place for place in layout.questions if place.question.id == question)
    cell = place.answer if key is None else place.input(key)
    return cell.sheet, cell.address


def plain(answers: Mapping[str, Answer]) -> dict[str, Answer]:
    return dict(answers)
