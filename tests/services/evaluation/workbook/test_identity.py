"""The hidden sheet: whose file it is, and that damage or another worksheet is refused with the reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.evaluation import instrument_files
from services.evaluation.domain.workbook.identity import (
    Identity,
    identity_of,
    read_identity,
    require_same,
    rows_of,
)
from services.evaluation.domain.worksheet import Layer
from services.evaluation.errors import NotThisWorksheet
from tests.services.evaluation.domain.sheets import uniform_sheet
from tests.services.evaluation.workbook.files import sheet_with

INSTRUMENT = instrument_files.load("lke-2021")
SHEET = sheet_with(INSTRUMENT, uniform_sheet(INSTRUMENT, best=True), revision=3)
IDENTITY = identity_of(INSTRUMENT, SHEET, Layer.UNIT, at="2026-05-20T03:00:00+00:00")


def cells(identity: Identity = IDENTITY) -> dict[tuple[int, int], Any]:
    rows = rows_of(identity)
    return {(row, column): text for row, texts in enumerate(rows) for column, text in enumerate(texts) if text}


def test_an_identity_comes_back_with_the_revision_and_value_of_each_answer() -> None:
    assert read_identity(cells()) == IDENTITY
    assert {one.revision for one in IDENTITY.base.values()} == {3}
    assert {id: one.value for id, one in IDENTITY.base.items()} == SHEET.values_of(Layer.UNIT)


def test_a_worksheet_without_answers_has_an_identity_too() -> None:
    empty = identity_of(INSTRUMENT, sheet_with(INSTRUMENT, {}), Layer.TPI, at="x")
    assert read_identity(cells(empty)) == empty


@pytest.mark.parametrize("place", sorted(cells())[:40])
def test_any_changed_cell_is_noticed(place: tuple[int, int]) -> None:
    with pytest.raises(NotThisWorksheet):
        read_identity({**cells(), place: cells()[place] + "1"})


@pytest.mark.parametrize("damaged", [{}, {(0, 0): "check"}, {(5000, 0): "x"}, {(0, 0): "check", (0, 1): 7}])
def test_a_missing_or_foreign_hidden_sheet_is_refused(damaged: dict[tuple[int, int], Any]) -> None:
    with pytest.raises(NotThisWorksheet):
        read_identity(damaged)


@pytest.mark.parametrize("value", ["[" * 5000, "7", "null", "{", '["A"]'])
def test_a_base_that_is_no_answer_is_refused_though_its_check_sum_holds(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.evaluation.domain.workbook import identity

    with monkeypatch.context() as patched:
        patched.setattr(identity, "_canonical", lambda one: value if one == "Ya" else str(one))
        made = cells()
        with pytest.raises(NotThisWorksheet):
            read_identity(made)


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("unit", "L3172-RSUD-01"),
        ("cycle", "2025"),
        ("layer", "tpi"),
        ("instrument", "lke-2014"),
        ("instrument_version", "2014"),
        ("instrument_hash", "0" * 64),
    ],
)
def test_another_worksheets_file_is_refused_with_what_differs(field: str, other: str) -> None:
    with pytest.raises(NotThisWorksheet) as refused:
        require_same(replace(IDENTITY, **{field: other}), IDENTITY)
    [error] = refused.value.errors
    assert (error["pointer"], error["code"]) == (f"/{field}", f"other_{field}")
    assert other in refused.value.said[0]


def test_every_difference_is_told_at_once() -> None:
    with pytest.raises(NotThisWorksheet) as refused:
        require_same(replace(IDENTITY, unit="L3172-RSUD-01", cycle="2025"), IDENTITY)
    assert [error["pointer"] for error in refused.value.errors] == ["/unit", "/cycle"]


def test_when_it_was_downloaded_and_in_which_revision_is_no_difference() -> None:
    require_same(replace(IDENTITY, downloaded_at="later", worksheet_revision="2", base={}), IDENTITY)
