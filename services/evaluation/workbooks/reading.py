"""The cells of an uploaded workbook, as plain values."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from io import BytesIO
from warnings import catch_warnings, simplefilter

import openpyxl
from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.workbook import Workbook

from services.evaluation.domain.workbook.cells import FORMULA, Sheets, Value
from services.evaluation.domain.workbook.places import Column
from services.evaluation.workbooks.package import LARGEST_FILE, not_a_workbook, require_harmless

__all__ = ["LARGEST_FILE", "read_workbook"]

MOST_ROWS = 1000
"""Of one sheet. The longest area has some 80; what stands below is nobody's answer."""
MOST_SHEETS = 30
LONGEST_TEXT = 2_000


def read_workbook(content: bytes) -> Sheets:
    """Every cell that holds something in the columns of a worksheet. Raises UnreadableWorkbook.

    Formulas are not calculated and not taken: they read as FORMULA.
    """
    require_harmless(content)
    try:
        with catch_warnings():
            simplefilter("ignore")  # of drop-downs and colours that openpyxl leaves out
            book = openpyxl.load_workbook(BytesIO(content), read_only=True, keep_links=False, keep_vba=False)
            return {name: _cells(book, name) for name in book.sheetnames[:MOST_SHEETS]}
    except Exception as error:
        # A broken part makes openpyxl stumble in any way there is; none of them is our defect.
        raise not_a_workbook() from error


def _cells(book: Workbook, name: str) -> dict[tuple[int, int], Value]:
    sheet = book[name]
    if not hasattr(sheet, "iter_rows"):  # a sheet that is one chart
        return {}
    # Bounds are given because a file may lie about its own.
    rows = sheet.iter_rows(min_row=1, max_row=MOST_ROWS, min_col=1, max_col=len(Column))
    cells = (((nth, at), _value(cell)) for nth, row in enumerate(rows) for at, cell in enumerate(row))
    return {place: value for place, value in cells if value is not None}


def _value(cell: object) -> Value:
    if not isinstance(cell, ReadOnlyCell) or cell.value is None:
        return None
    if cell.data_type == "f":
        return FORMULA
    if isinstance(cell.value, str):
        return cell.value[:LONGEST_TEXT]
    known = isinstance(cell.value, bool | int | float | datetime | date | time | timedelta)
    return cell.value if known else FORMULA
