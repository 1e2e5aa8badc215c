"""The live formulas over the plan, in the spelling of the file format (English names, commas).

They say what the exact engine says, in binary floating point: a preview. A limit is compared after rounding to
`GATE_PLACES`, or a total of exactly 75 that floating point writes as 74.99999999999999 would seem to miss it.
A question counts only when its check says that the upload would take the answer: both agree on what is an answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from services.evaluation.domain.answers import LARGEST_COUNT
from services.evaluation.domain.instrument import Measure, Ratio
from services.evaluation.domain.workbook.layout import (
    SUMMARY,
    GatePlace,
    GroupPlace,
    Layout,
    QuestionPlace,
    SheetPlace,
    SubPlace,
)
from services.evaluation.domain.workbook.lists import SEPARATOR, ListPlace
from services.evaluation.domain.workbook.places import Cell, Column, SummaryColumn

GATE_PLACES = 10
TAKEN = "✓"
NOT_AN_OPTION = "✗ pilih dari daftar / choose from the list"
NOT_COUNTS = "✗ isi semua dengan bilangan bulat / fill in whole numbers"
NOT_AN_INDEX = "✗ isi angka dalam batasnya / a number within its bounds"
PASSED, FAILED = "Ya / Yes", "Tidak / No"


def check_formula(place: QuestionPlace, options: ListPlace | None) -> str:
    """Empty without an answer, TAKEN for one that the upload takes, else what to do."""
    if place.question.ratio is not None:
        return _counts_check(place, place.question.ratio)
    cell = place.answer.here
    if options is not None:
        known = f"SUMPRODUCT(--({options.labels}={cell}))+SUMPRODUCT(--({options.letters}={cell}))>0"
        return _checked(f'{cell}=""', known, NOT_AN_OPTION)
    top = number(place.question.scale.maximum or Fraction(0))
    within = f"IF(ISNUMBER({cell}),AND({cell}>=0,{cell}<={top}),FALSE)"
    return _checked(f'{cell}=""', within, NOT_AN_INDEX)


def value_formula(place: QuestionPlace, options: ListPlace | None) -> str:
    """What the answer is worth, 0..1; 0 while it is none."""
    if place.question.ratio is not None:
        worth = _ratio_value(place, place.question.ratio)
    elif options is not None:
        cell = place.answer.here
        letter = f'TRIM(LEFT({cell},FIND("{SEPARATOR}",{cell}&"{SEPARATOR}")-1))'
        worth = f"SUMPRODUCT(({options.letters}={letter})*{options.values})"
    else:
        worth = f"{place.answer.here}/{number(place.question.scale.maximum or Fraction(1))}"
    return f'=IF({place.check.here}="{TAKEN}",{worth},0)'


def sum_of_parts(place: QuestionPlace, parts: Iterable[str]) -> str:
    """A count that is the sum of others on the sheet."""
    return f"=SUM({','.join(place.input(part).here for part in parts)})"


def subindicator_points(sub: SubPlace) -> str:
    """Weight × the mean of all its questions."""
    return f"={sub.weight.here}*{_sum(place.value.here for place in sub.questions)}/{len(sub.questions)}"


def group_points(group: GroupPlace) -> str:
    return f"={_sum(sub.points.here for sub in group.subs)}"


def sheet_points(sheet: SheetPlace) -> str:
    return f"={_sum(group.points.here for group in sheet.groups)}"


def aspect_points(layout: Layout, aspect: str) -> str:
    return f"={_sum(group.points.anywhere for group in layout.groups if group.aspect.id == aspect)}"


def component_points(layout: Layout, code: str) -> str:
    part = next(part for part in layout.instrument.components if part.code == code)
    return f"={_sum(_summary(layout.aspect_rows[aspect.id]).here for aspect in part.aspects)}"


def total_points(layout: Layout) -> str:
    return f"={_sum(_summary(row).here for row in layout.component_rows.values())}"


def area_points(layout: Layout, code: str) -> str:
    """Of an area over all aspects: the total of its sheet."""
    return f"={next(sheet for sheet in layout.sheets if sheet.code == code).points.anywhere}"


def percent_of_weight(row: int) -> str:
    """Of a row of the summary: 100 × points / weight."""
    weight = Cell(SUMMARY, row, SummaryColumn.LIMIT).here
    return f"=100*{_summary(row).here}/{weight}"


def gate_measured(layout: Layout, gate: GatePlace) -> str:
    """Points, or the percent of an area, from where they stand."""
    rule = gate.rule
    if rule.measure is Measure.AREA_PERCENT:
        return f"={Cell(SUMMARY, layout.area_rows[rule.of], SummaryColumn.RESULT).here}"
    if rule.measure is Measure.SUBINDICATOR:
        subs = (sub for group in layout.groups for sub in group.subs)
        return f"={next(sub for sub in subs if sub.sub.id == rule.of).points.anywhere}"
    rows = {Measure.COMPONENT: layout.component_rows, Measure.ASPECT: layout.aspect_rows}
    row = layout.total_row if rule.measure is Measure.TOTAL else rows[rule.measure][rule.of]
    return f"={_summary(row).here}"


def gate_passed(gate: GatePlace) -> str:
    measured, limit = gate.measured.here, Cell(SUMMARY, gate.row, SummaryColumn.LIMIT).here
    return f'=IF(ROUND({measured},{GATE_PLACES})>={limit},"{PASSED}","{FAILED}")'


def answered_count(layout: Layout) -> str:
    """How many questions have an answer that counts."""
    by_sheet = (f'COUNTIF({_column_of_checks(sheet)},"{TAKEN}")' for sheet in layout.sheets)
    return f"={'+'.join(by_sheet)}"


def number(value: Fraction) -> str:
    """A number in a formula; the instrument's are decimals and stand as they are written."""
    return str(value) if value.denominator == 1 else repr(float(value))


def _column_of_checks(sheet: SheetPlace) -> str:
    first, last = (Cell(sheet.name, row, Column.CHECK) for row in (0, sheet.last_row))
    return f"{first.anywhere}:{last.here}"


def _counts_check(place: QuestionPlace, ratio: Ratio) -> str:
    asked = [place.input(item.key).here for item in ratio.inputs if not item.sum_of]
    required = [place.input(item.key).here for item in ratio.inputs if item.required]
    counts = (_is_count(cell) if cell in required else f'IF({cell}="",TRUE,{_is_count(cell)})' for cell in asked)
    return _checked(f"COUNTA({','.join(asked)})=0", f"AND({','.join(counts)})", NOT_COUNTS)


def _is_count(cell: str) -> str:
    return f"IF(ISNUMBER({cell}),AND({cell}>=0,{cell}<={LARGEST_COUNT},{cell}=INT({cell})),FALSE)"


def _checked(empty: str, holds: str, otherwise: str) -> str:
    return f'=IFERROR(IF({empty},"",IF({holds},"{TAKEN}","{otherwise}")),"{otherwise}")'


def _ratio_value(place: QuestionPlace, ratio: Ratio) -> str:
    plus = "+".join(place.input(key).here for key in ratio.plus)
    counted = f"({'-'.join([plus, *(place.input(key).here for key in ratio.minus)])})"
    below = place.input(ratio.denominator).here
    nothing = f"IF({counted}=0,{number(ratio.zero.value_if_numerator_zero)},{number(ratio.zero.value)})"
    clamped = f"MIN({number(ratio.ceiling)},MAX({number(ratio.floor)},{counted}/{below}))"
    return f"IF({below}=0,{nothing},{clamped})"


def _summary(row: int) -> Cell:
    return Cell(SUMMARY, row, SummaryColumn.MEASURED)


def _sum(terms: Iterable[str]) -> str:
    return f"({'+'.join(terms)})"
