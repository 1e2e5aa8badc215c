"""The last visible sheet: totals, areas, and the gates of each target, all of them live."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from xlsxwriter.worksheet import Worksheet

from services.evaluation.domain.gates import GateResult, gates_for
from services.evaluation.domain.instrument import GateRule, Instrument, Measure, Text
from services.evaluation.domain.workbook import formulas
from services.evaluation.domain.workbook.layout import HEADER_ROW, TITLE_ROW, UNIT_ROW, GatePlace
from services.evaluation.domain.workbook.places import SummaryColumn
from services.evaluation.workbooks.styles import put_both, put_text

if TYPE_CHECKING:
    from services.evaluation.workbooks.writing import Page

TOTAL: Text = ("Nilai total", "Total")
SUMS: dict[SummaryColumn, Text] = {
    SummaryColumn.ID: ("Kode", "Code"),
    SummaryColumn.TEXT: ("Bagian", "Part"),
    SummaryColumn.MEASURED: ("Poin", "Points"),
    SummaryColumn.LIMIT: ("Bobot", "Weight"),
    SummaryColumn.RESULT: ("Persen", "Percent"),
}
GATES: dict[SummaryColumn, Text] = {
    SummaryColumn.ID: ("Syarat", "Gate"),
    SummaryColumn.TEXT: ("Yang diukur", "Measured"),
    SummaryColumn.MEASURED: ("Nilai", "Value"),
    SummaryColumn.LIMIT: ("Batas", "Limit"),
    SummaryColumn.RESULT: ("Terpenuhi", "Passed"),
    SummaryColumn.SOURCE: ("Dasar hukum", "Article"),
}
WIDTHS = (18, 84, 16, 16, 22, 60)


def write_summary(page: Page, sheet: Worksheet) -> None:
    """Everything above the sub-indicators in one view."""
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    _head(page, sheet)
    _sums(page, sheet)
    instrument = page.layout.instrument
    results = {target: gates_for(instrument, target, page.score) for target in instrument.targets}
    for target, row in page.layout.target_rows.items():
        _header(page, sheet, row, {**GATES, SummaryColumn.ID: (target, "")})
    for place in page.layout.gates:
        result = next(one for one in results[place.target] if one.gate == place.rule.gate)
        _gate(page, sheet, place, result)
    sheet.freeze_panes(HEADER_ROW + 1, 0)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _head(page: Page, sheet: Worksheet) -> None:
    heading, layout = page.heading, page.layout
    put_text(sheet, TITLE_ROW, 0, "Ringkasan / Summary", page.styles.title)
    put_text(sheet, UNIT_ROW, 0, f"{heading.unit} · {heading.unit_name} · {heading.cycle}", page.styles.about_line)
    count = len(layout.instrument.questions)
    words = (f"Terjawab, dari {count} butir", f"Answered, of {count} questions")
    put_both(sheet, 2, 1, words, page.styles.text, page.styles.english, " / ")
    sheet.write_formula(2, 2, formulas.answered_count(layout), page.styles.closed, len(page.answers))
    _header(page, sheet, HEADER_ROW, SUMS)


def _header(page: Page, sheet: Worksheet, row: int, words: dict[SummaryColumn, Text]) -> None:
    for column, text in words.items():
        put_both(sheet, row, column, text, page.styles.header, page.styles.english_on_dark, " / ")


def _sums(page: Page, sheet: Worksheet) -> None:
    layout, score = page.layout, page.score
    whole = sum((part.weight for part in layout.instrument.components), Fraction(0))
    _sum(page, sheet, layout.total_row, ("", TOTAL), formulas.total_points(layout), (score.total, whole))
    for part in layout.instrument.components:
        known = (score.components[part.code], part.weight)
        row, formula = layout.component_rows[part.code], formulas.component_points(layout, part.code)
        _sum(page, sheet, row, (part.code, part.name), formula, known)
    for aspect in layout.instrument.aspects:
        known = (score.aspects[aspect.id], aspect.weight)
        row, formula = layout.aspect_rows[aspect.id], formulas.aspect_points(layout, aspect.id)
        _sum(page, sheet, row, (aspect.id, aspect.name), formula, known)
    for code, area in layout.instrument.areas.items():
        known = (score.areas[code].score, area.weight)
        row, formula = layout.area_rows[code], formulas.area_points(layout, code)
        _sum(page, sheet, row, (code, area.name), formula, known)


def _sum(
    page: Page, sheet: Worksheet, row: int, named: tuple[str, Text], formula: str, known: tuple[Fraction, Fraction]
) -> None:
    styles, (points, weight) = page.styles, known
    put_text(sheet, row, SummaryColumn.ID, named[0], styles.text)
    put_both(sheet, row, SummaryColumn.TEXT, named[1], styles.text, styles.english, " / ")
    sheet.write_formula(row, SummaryColumn.MEASURED, formula, styles.points, float(points))
    sheet.write_number(row, SummaryColumn.LIMIT, float(weight), styles.weight)
    percent = float(100 * points / weight)
    sheet.write_formula(row, SummaryColumn.RESULT, formulas.percent_of_weight(row), styles.percent, percent)


def _gate(page: Page, sheet: Worksheet, place: GatePlace, result: GateResult) -> None:
    styles, rule, row = page.styles, place.rule, place.row
    put_text(sheet, row, SummaryColumn.ID, rule.gate, styles.text)
    name = _measured_name(page.layout.instrument, rule)
    put_both(sheet, row, SummaryColumn.TEXT, name, styles.text, styles.english, " / ")
    measured = formulas.gate_measured(page.layout, place)
    sheet.write_formula(row, SummaryColumn.MEASURED, measured, styles.points, float(result.measured))
    sheet.write_number(row, SummaryColumn.LIMIT, float(rule.limit), styles.weight)
    said = formulas.PASSED if result.passed else formulas.FAILED
    sheet.write_formula(row, SummaryColumn.RESULT, formulas.gate_passed(place), styles.check, said)
    put_text(sheet, row, SummaryColumn.SOURCE, rule.article, styles.text)
    for text, style in ((formulas.PASSED, styles.good), (formulas.FAILED, styles.bad)):
        shown = {"type": "cell", "criteria": "==", "value": f'"{text}"', "format": style}
        sheet.conditional_format(row, SummaryColumn.RESULT, row, SummaryColumn.RESULT, shown)


def _measured_name(instrument: Instrument, rule: GateRule) -> Text:
    if rule.measure is Measure.TOTAL:
        return TOTAL
    if rule.measure is Measure.AREA_PERCENT:
        name = instrument.areas[rule.of].name
        return (f"{name[0]} (persen)", f"{name[1]} (percent)")
    if rule.measure is Measure.SUBINDICATOR:
        return instrument.subindicators[rule.of].name
    parts = {part.code: part.name for part in instrument.components}
    return {**parts, **{aspect.id: aspect.name for aspect in instrument.aspects}}[rule.of]
