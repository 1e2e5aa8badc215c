"""One layer of a worksheet as an .xlsx file: open it, fill it in anywhere, send it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

from xlsxwriter import Workbook

from services.evaluation.domain.answers import Answer
from services.evaluation.domain.instrument import Instrument
from services.evaluation.domain.scoring import Score, score_answers
from services.evaluation.domain.workbook.identity import Identity
from services.evaluation.domain.workbook.layout import GUIDE, IDENTITY, LISTS, SUMMARY, Layout, layout_of
from services.evaluation.workbooks.guide_sheet import Heading, write_guide
from services.evaluation.workbooks.hidden_sheets import write_identity, write_lists
from services.evaluation.workbooks.question_sheets import write_questions
from services.evaluation.workbooks.styles import Styles, styles_of
from services.evaluation.workbooks.summary_sheet import write_summary

__all__ = ["Heading", "Page", "write_workbook"]


@dataclass(frozen=True)
class Page:
    """What every sheet is written from. `score` is what formulas show until a program calculates them anew."""

    book: Workbook
    styles: Styles
    layout: Layout
    heading: Heading
    answers: Mapping[str, Answer]
    score: Score


def write_workbook(
    instrument: Instrument,
    identity: Identity,
    heading: Heading,
    answers: Mapping[str, Answer],
    *,
    at: datetime,
    score: Score | None = None,
) -> bytes:
    """The file. The same arguments give the same bytes.

    `score` is by default that of the answers: a preview that can't calculate shows the right numbers too.
    """
    content = BytesIO()
    # Nothing that is written as text may become a formula, a link or a number.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(content, options)
    book.set_properties({"title": f"LKE {heading.unit} {heading.cycle}", "created": at.astimezone(UTC)})
    layout = layout_of(instrument)
    page = Page(book, styles_of(book), layout, heading, answers, score or score_answers(instrument, answers))
    names = (GUIDE, *(place.name for place in layout.sheets), SUMMARY, LISTS, IDENTITY)
    sheets = {name: book.add_worksheet(name) for name in names}
    write_guide(page, sheets[GUIDE], identity)
    for place in layout.sheets:
        write_questions(page, sheets[place.name], place)
    write_summary(page, sheets[SUMMARY])
    write_lists(page, sheets[LISTS])
    write_identity(sheets[IDENTITY], identity)
    book.close()
    return content.getvalue()
