"""The sheets to fill in: one for each area, one for Hasil."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsxwriter.worksheet import Worksheet

from services.evaluation.domain.answers import LARGEST_COUNT
from services.evaluation.domain.instrument import Input, Question, ScaleKind, Text, ZeroRule
from services.evaluation.domain.workbook import formulas
from services.evaluation.domain.workbook.cells import cell_values
from services.evaluation.domain.workbook.layout import (
    HEADER_ROW,
    TITLE_ROW,
    TOTAL_ROW,
    UNIT_ROW,
    GroupPlace,
    QuestionPlace,
    SheetPlace,
    SubPlace,
)
from services.evaluation.domain.workbook.lists import label_of, lists_of
from services.evaluation.domain.workbook.places import Cell, Column
from services.evaluation.workbooks.heights import height_of
from services.evaluation.workbooks.styles import put_both, put_text

if TYPE_CHECKING:
    from services.evaluation.workbooks.writing import Page

WIDTHS = {
    Column.ID: 16,
    Column.TEXT: 46,
    Column.OPTIONS: 50,
    Column.ANSWER: 36,
    Column.VALUE: 9,
    Column.WEIGHT: 9,
    Column.POINTS: 10,
    Column.CHECK: 20,
}
HEADERS: dict[Column, Text] = {
    Column.ID: ("No.", "No."),
    Column.TEXT: ("Butir", "Question"),
    Column.OPTIONS: ("Pilihan", "Options"),
    Column.ANSWER: ("Jawaban", "Answer"),
    Column.VALUE: ("Nilai", "Value"),
    Column.WEIGHT: ("Bobot", "Weight"),
    Column.POINTS: ("Poin", "Points"),
    Column.CHECK: ("Periksa", "Check"),
}
SHEET_TOTAL: Text = ("Jumlah lembar ini", "Total of this sheet")
WRONG = ("Belum sesuai / Not allowed", "Pilih dari daftar di sel ini. / Choose from the list in this cell.")


def write_questions(page: Page, sheet: Worksheet, place: SheetPlace) -> None:
    """One sheet, whole."""
    _head(page, sheet, place)
    for group in place.groups:
        _group(page, sheet, group)
        for sub in group.subs:
            _sub(page, sheet, sub)
    checks = (HEADER_ROW + 1, Column.CHECK, place.last_row, Column.CHECK)
    for mark, style in (("✓", page.styles.good), ("✗", page.styles.bad)):
        rule = {"type": "text", "criteria": "begins with", "value": mark, "format": style}
        sheet.conditional_format(*checks, rule)
    _dress(page, sheet)


def _head(page: Page, sheet: Worksheet, place: SheetPlace) -> None:
    styles, heading = page.styles, page.heading
    put_text(sheet, TITLE_ROW, 0, f"{place.code} · {place.title[0]} / {place.title[1]}", styles.title)
    put_text(sheet, UNIT_ROW, 0, f"{heading.unit} · {heading.unit_name} · {heading.cycle}", styles.about_line)
    for column in Column:
        put_both(sheet, HEADER_ROW, column, HEADERS[column], styles.header, styles.english_on_dark)
        put_text(sheet, TOTAL_ROW, column, "", styles.group)
    put_both(sheet, TOTAL_ROW, Column.TEXT, SHEET_TOTAL, styles.group, styles.english)
    _fit(sheet, HEADER_ROW, HEADERS[Column.TEXT])
    _fit(sheet, TOTAL_ROW, SHEET_TOTAL)
    sheet.write_number(TOTAL_ROW, Column.WEIGHT, float(place.weight), styles.group_weight)
    points = sum(page.score.subindicators[sub.sub.id] for group in place.groups for sub in group.subs)
    sheet.write_formula(TOTAL_ROW, Column.POINTS, formulas.sheet_points(place), styles.group_number, float(points))


def _group(page: Page, sheet: Worksheet, group: GroupPlace) -> None:
    styles = page.styles
    for column in Column:
        put_text(sheet, group.row, column, "", styles.group)
    put_text(sheet, group.row, Column.ID, group.aspect.id, styles.group)
    put_both(sheet, group.row, Column.TEXT, group.name, styles.group, styles.english)
    _fit(sheet, group.row, group.name)
    sheet.write_number(group.row, Column.WEIGHT, float(group.weight), styles.group_weight)
    points = sum(page.score.subindicators[sub.sub.id] for sub in group.subs)
    sheet.write_formula(group.row, Column.POINTS, formulas.group_points(group), styles.group_number, float(points))


def _sub(page: Page, sheet: Worksheet, sub: SubPlace) -> None:
    styles = page.styles
    if not sub.is_item:
        for column in Column:
            put_text(sheet, sub.row, column, "", styles.sub)
        put_text(sheet, sub.row, Column.ID, sub.sub.id, styles.sub)
        put_both(sheet, sub.row, Column.TEXT, sub.sub.name, styles.sub, styles.english)
        _fit(sheet, sub.row, sub.sub.name)
    for place in sub.questions:
        _question(page, sheet, place)
    # After the questions: an item's weight and points stand on its question's own row.
    sheet.write_number(sub.row, Column.WEIGHT, float(sub.sub.weight), styles.sub_weight)
    points = float(page.score.subindicators[sub.sub.id])
    sheet.write_formula(sub.row, Column.POINTS, formulas.subindicator_points(sub), styles.sub_number, points)


def _question(page: Page, sheet: Worksheet, place: QuestionPlace) -> None:
    styles, question, row = page.styles, place.question, place.row
    put_text(sheet, row, Column.ID, question.id, styles.text)
    put_both(sheet, row, Column.TEXT, question.text, styles.text, styles.english)
    put_text(sheet, row, Column.OPTIONS, _allowed(question), styles.text)
    _fit(sheet, row, question.text, _allowed(question))
    for column in (Column.ANSWER, Column.WEIGHT, Column.POINTS):
        put_text(sheet, row, column, "", styles.text)
    options = lists_of(page.layout.instrument).get(question.id)
    value = float(page.score.values[question.id])
    sheet.write_formula(row, Column.VALUE, formulas.value_formula(place, options), styles.value, value)
    checked = formulas.TAKEN if question.id in page.answers else ""
    sheet.write_formula(row, Column.CHECK, formulas.check_formula(place, options), styles.check, checked)
    if question.ratio is not None:
        for item in question.ratio.inputs:
            _input(page, sheet, place, item)
    elif options is not None:
        _choice(page, sheet, place.answer, options.labels)
    else:
        _index(page, sheet, place)
    _given(page, sheet, place)


def _input(page: Page, sheet: Worksheet, place: QuestionPlace, item: Input) -> None:
    styles, cell = page.styles, place.input(item.key)
    for column in Column:
        put_text(sheet, cell.row, column, "", styles.text)
    put_text(sheet, cell.row, Column.ID, item.key, styles.key)
    put_both(sheet, cell.row, Column.TEXT, item.label, styles.indented, styles.english)
    put_text(sheet, cell.row, Column.OPTIONS, _wanted(item), styles.text)
    _fit(sheet, cell.row, item.label, _wanted(item))
    if item.sum_of:
        answer = page.answers.get(place.question.id)
        known = 0 if answer is None or isinstance(answer, str) else answer[item.key]
        sheet.write_formula(cell.row, cell.column, formulas.sum_of_parts(place, item.sum_of), styles.closed, known)
        return
    sheet.write_blank(cell.row, cell.column, None, styles.count)
    sheet.data_validation(
        cell.row,
        cell.column,
        cell.row,
        cell.column,
        {
            "validate": "integer",
            "criteria": "between",
            "minimum": 0,
            "maximum": LARGEST_COUNT,
            "error_title": WRONG[0],
            "error_message": "Isi bilangan bulat 0 atau lebih. / Fill in a whole number of 0 or more.",
        },
    )


def _choice(page: Page, sheet: Worksheet, cell: Cell, labels: str) -> None:
    sheet.write_blank(cell.row, cell.column, None, page.styles.answer)
    rule = {"validate": "list", "source": f"={labels}", "error_title": WRONG[0], "error_message": WRONG[1]}
    sheet.data_validation(cell.row, cell.column, cell.row, cell.column, rule)


def _index(page: Page, sheet: Worksheet, place: QuestionPlace) -> None:
    cell, top = place.answer, place.question.scale.maximum or 0
    sheet.write_blank(cell.row, cell.column, None, page.styles.index)
    rule = {
        "validate": "decimal",
        "criteria": "between",
        "minimum": 0,
        "maximum": float(top),
        "error_title": WRONG[0],
        "error_message": f"Isi angka 0 sampai {top}. / Fill in a number from 0 to {top}.",
    }
    sheet.data_validation(cell.row, cell.column, cell.row, cell.column, rule)


def _given(page: Page, sheet: Worksheet, place: QuestionPlace) -> None:
    """The answer that stands, if there is one."""
    answer = page.answers.get(place.question.id)
    if answer is None:
        return
    numbers = page.styles.index if place.question.scale.kind is ScaleKind.INDEX else page.styles.count
    for cell, value in cell_values(place, answer).items():
        if isinstance(value, str):
            put_text(sheet, cell.row, cell.column, value, page.styles.answer)
        else:
            sheet.write_number(cell.row, cell.column, value, numbers)


def _fit(sheet: Worksheet, row: int, text: Text, allowed: str = "") -> None:
    both = text[0] if text[0] == text[1] else "\n".join(text)
    sheet.set_row(row, height_of((both, WIDTHS[Column.TEXT]), (allowed, WIDTHS[Column.OPTIONS])))


def _allowed(question: Question) -> str:
    """What may be answered, in the sheet's own words."""
    if question.ratio is not None:
        return f"Rumus / Formula: {question.ratio.formula}\n{_zero(question.ratio.zero)}"
    if question.scale.kind is ScaleKind.INDEX:
        return f"Indeks 0 sampai {question.scale.maximum} / Index from 0 to {question.scale.maximum}"
    return "\n".join(label_of(option) for option in question.options)


def _zero(rule: ZeroRule) -> str:
    worth = f"{float(rule.value):g}"
    if rule.value != rule.value_if_numerator_zero:
        worth = f"{float(rule.value_if_numerator_zero):g} (0 / 0), {worth} (lainnya / otherwise)"
    return f"Penyebut nol bernilai / A zero denominator counts {worth}"


def _wanted(item: Input) -> str:
    if item.sum_of:
        return "Dijumlahkan sendiri / Summed by itself"
    if item.informational:
        return "Boleh kosong, tidak dinilai / May stay empty, not scored"
    return "Bilangan bulat / Whole number"


def _dress(page: Page, sheet: Worksheet) -> None:
    for column, width in WIDTHS.items():
        sheet.set_column(column, column, width)
    sheet.freeze_panes(HEADER_ROW + 1, Column.OPTIONS)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW)
    sheet.set_footer(f"&L{page.heading.unit} · {page.heading.cycle}&C&A&R&P / &N")
    # Rows may be made taller and columns wider; nothing else outside the yellow cells.
    sheet.protect("", {"format_columns": True, "format_rows": True})
