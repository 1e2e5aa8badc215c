"""The two sheets that nobody sees: the words of the drop-downs, and what the file says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsxwriter.worksheet import Worksheet

from services.evaluation.domain.workbook.identity import Identity, rows_of
from services.evaluation.domain.workbook.lists import label_of, lists_of
from shared.spreadsheet_text import inert

if TYPE_CHECKING:
    from services.evaluation.workbooks.writing import Page


def write_lists(page: Page, sheet: Worksheet) -> None:
    """Each list once: letter, label, value."""
    sheet.write_row(0, 0, ("letter", "label", "value"))
    for place in dict.fromkeys(lists_of(page.layout.instrument).values()):
        for row, option in enumerate(place.options, start=place.first_row):
            sheet.write_string(row, 0, inert(option.letter))
            sheet.write_string(row, 1, inert(label_of(option)))
            sheet.write_number(row, 2, float(option.value))
    sheet.protect()
    sheet.hide()


def write_identity(sheet: Worksheet, identity: Identity) -> None:
    """Whose file this is, and each answer's revision at download. Only a macro could show it, so nobody edits it."""
    for row, texts in enumerate(rows_of(identity)):
        for column, text in enumerate(texts):
            # Letters, digits, or JSON that begins with a quote or a brace: nothing that is obeyed.
            sheet.write_string(row, column, text)
    sheet.protect()
    sheet.very_hidden()
