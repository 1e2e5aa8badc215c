"""How the cells look, and the one way in which text gets into them: as text, never as a formula or a link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from services.evaluation.domain.instrument import Text
from shared.spreadsheet_text import inert

INK, QUIET, LINE = "#1F2933", "#5F6B76", "#C5CDD5"
PLAIN: dict[str, Any] = {
    "font_size": 10,
    "font_color": INK,
    "valign": "top",
    "text_wrap": True,
    "border": 1,
    "border_color": LINE,
}
POINTS, VALUE, PERCENT, WEIGHT = "0.0000", "0.00##", "0.00", "0.00"


@dataclass(frozen=True)
class Styles:
    """The formats of one workbook."""

    title: Format
    about: Format
    about_line: Format
    header: Format
    group: Format
    group_number: Format
    group_weight: Format
    sub: Format
    sub_number: Format
    sub_weight: Format
    weight: Format
    text: Format
    key: Format
    indented: Format
    value: Format
    points: Format
    percent: Format
    answer: Format
    count: Format
    index: Format
    closed: Format
    check: Format
    good: Format
    bad: Format
    english: Format
    english_on_dark: Format


def styles_of(book: Workbook) -> Styles:
    """Every format, added to the workbook."""
    group = {**PLAIN, "bold": True, "bg_color": "#CFE3E2"}
    sub = {**PLAIN, "bold": True, "bg_color": "#EDF2F4"}
    answer = {**PLAIN, "bg_color": "#FFF8DB", "locked": False, "border_color": "#B08900"}
    number = {"align": "right"}
    made = {
        "title": {"bold": True, "font_size": 15, "font_color": INK},
        "about": {"font_color": QUIET, "text_wrap": True, "valign": "top"},
        "about_line": {"font_color": QUIET},
        "header": {**PLAIN, "bold": True, "bg_color": "#0F4C5C", "font_color": "#FFFFFF", "valign": "vcenter"},
        "group": group,
        "group_number": {**group, **number, "num_format": POINTS},
        "group_weight": {**group, **number, "num_format": WEIGHT},
        "sub": sub,
        "sub_number": {**sub, **number, "num_format": POINTS},
        "sub_weight": {**sub, **number, "num_format": WEIGHT},
        "weight": {**PLAIN, **number, "num_format": WEIGHT},
        "text": PLAIN,
        "key": {**PLAIN, "font_color": QUIET, "indent": 1},
        "indented": {**PLAIN, "indent": 2},
        "value": {**PLAIN, **number, "num_format": VALUE},
        "points": {**PLAIN, **number, "num_format": POINTS},
        "percent": {**PLAIN, **number, "num_format": PERCENT},
        "answer": answer,
        "count": {**answer, **number, "num_format": "0"},
        "index": {**answer, **number, "num_format": "0.00##"},
        "closed": {**PLAIN, **number, "num_format": "0", "bg_color": "#EDF2F4"},
        "check": {**PLAIN, "align": "center"},
        "good": {"font_color": "#1B5E20", "bg_color": "#E2F3E4"},
        "bad": {"font_color": "#9B1C1C", "bg_color": "#FBE4E4"},
        "english": {"font_size": 10, "italic": True, "font_color": QUIET},
        "english_on_dark": {"font_size": 10, "italic": True, "font_color": "#D5E6EA"},
    }
    return Styles(**{name: book.add_format(properties) for name, properties in made.items()})


def put_text(sheet: Worksheet, row: int, column: int, text: str, style: Format) -> None:
    """Write text as text."""
    sheet.write_string(row, column, inert(text), style)


def put_both(
    sheet: Worksheet, row: int, column: int, text: Text, style: Format, english: Format, between: str = "\n"
) -> None:
    """Indonesian, and English below it in a quieter hand."""
    if text[1] in ("", text[0]):
        put_text(sheet, row, column, text[0], style)
    else:
        sheet.write_rich_string(row, column, inert(text[0]), english, between + text[1], style)
