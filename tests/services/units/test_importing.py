"""Rows as institutions and units: every rule of a row, and of the file as a whole."""

from __future__ import annotations

import pytest

from services.units.domain.csvfile import Row
from services.units.domain.importing import (
    DEEPEST,
    UNIT_COLUMNS,
    Known,
    card_of,
    differing,
    institutions_from,
    units_from,
)
from services.units.domain.institution import Kind
from services.units.rules import affirmation_services
from tests.services.units.samples import CITY, MINISTRY, unit

KNOWN = Known({CITY.code: CITY, MINISTRY.code: MINISTRY}, {"L3171-DINKES": "L3171"}, affirmation_services())
CELLS = {
    "code": "L3171-PKM-01",
    "name": "Puskesmas Gambir",
    "institution": "L3171",
    "parent": "",
    "province": "31",
    "field": "health",
    "affirmation_service": "",
    "core_service": "true",
    "public_impact": "ya",
}


def rows(*changes: dict[str, str]) -> list[Row]:
    return [Row(number, {**CELLS, **change}) for number, change in enumerate(changes, start=2)]


def found(*changes: dict[str, str]) -> list[tuple[int, str, str]]:
    _, faults = units_from(rows(*changes), KNOWN)
    assert all(all(fault.said) for fault in faults)
    return [(fault.line, fault.column, fault.code) for fault in faults]


def institution(code: str, kind: str, province: str, name: str = "Nama instansi") -> list[tuple[str, str]]:
    cells = {"code": code, "name": name, "kind": kind, "province": province}
    _, faults = institutions_from([Row(2, cells)])
    return [(fault.column, fault.code) for fault in faults]


def test_a_good_row_becomes_a_unit_with_its_institutions_name_and_kind() -> None:
    made, faults = units_from(rows({}), KNOWN)
    assert faults == []
    assert made == [unit()]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("true", True), ("TRUE", True), ("ya", True), ("1", True), ("false", False), ("tidak", False), ("0", False)],
)
def test_yes_and_no_are_read_in_both_languages(cell: str, value: bool) -> None:
    assert units_from(rows({"core_service": cell}), KNOWN)[0][0].core_service is value


def test_an_empty_answer_is_a_fact_that_nobody_recorded() -> None:
    made = units_from(rows({"core_service": "", "public_impact": ""}), KNOWN)[0][0]
    assert (made.core_service, made.public_impact) == (None, None)


@pytest.mark.parametrize(
    ("change", "column", "code"),
    [
        ({"code": "K16-PKM-01"}, "code", "code"),
        ({"code": "L3171-pkm"}, "code", "code"),
        ({"code": "L3171"}, "code", "code"),
        ({"name": "ab"}, "name", "name"),
        ({"institution": "K99", "code": "K99-A"}, "institution", "unknown_institution"),
        ({"province": "3"}, "province", "province"),
        ({"province": "DKI"}, "province", "province"),
        ({"field": "Kesehatan Umum"}, "field", "field"),
        ({"core_service": "maybe"}, "core_service", "boolean"),
        ({"public_impact": "2"}, "public_impact", "boolean"),
        ({"affirmation_service": "hospital"}, "affirmation_service", "affirmation_service"),
        (
            {"institution": "K16", "code": "K16-KPP-01", "affirmation_service": "rsud"},
            "affirmation_service",
            "affirmation_not_local",
        ),
        ({"parent": "L3171-NONE"}, "parent", "unknown_parent"),
        ({"parent": "L3171-PKM-01"}, "parent", "hierarchy"),
    ],
)
def test_each_fault_of_a_row_stands_in_its_column(change: dict[str, str], column: str, code: str) -> None:
    assert found(change) == [(2, column, code)]


def test_all_faults_of_a_row_come_at_once() -> None:
    assert {code for _, _, code in found({"name": "", "province": "", "field": "", "core_service": "x"})} == {
        "name",
        "province",
        "field",
        "boolean",
    }


def test_a_code_that_stands_twice_names_the_first_line() -> None:
    _, faults = units_from(rows({}, {}), KNOWN)
    assert [(fault.line, fault.code) for fault in faults] == [(3, "twice")]
    assert "2" in faults[0].said[1]


def test_a_parent_may_stand_in_the_file_in_any_order_or_exist_already() -> None:
    child = {"code": "L3171-PKM-02", "parent": "L3171-PKM-01"}
    made, faults = units_from(rows(child, {"parent": "L3171-DINKES"}), KNOWN)
    assert faults == []
    assert [one.code for one in made] == ["L3171-PKM-01", "L3171-PKM-02"]


def test_a_parent_of_another_institution_is_refused() -> None:
    change = {"code": "K16-KPP-01", "institution": "K16", "parent": "L3171-DINKES"}
    assert found(change) == [(2, "parent", "foreign_parent")]


def test_a_circle_is_named_in_every_row_of_it() -> None:
    first, second = "L3171-PKM-01", "L3171-PKM-02"
    assert found({"parent": second}, {"code": second, "parent": first}) == [
        (2, "parent", "hierarchy"),
        (3, "parent", "hierarchy"),
    ]


def test_the_hierarchy_has_a_bound() -> None:
    chain = [
        {"code": f"L3171-D-{depth:02d}", "parent": f"L3171-D-{depth - 1:02d}" if depth else ""}
        for depth in range(DEEPEST + 2)
    ]
    assert found(*chain[:-1]) == []
    assert found(*chain) == [(DEEPEST + 3, "parent", "hierarchy")]


def test_a_unit_that_exists_with_the_same_card_is_no_fault_and_with_another_one_is() -> None:
    made = units_from(rows({}), KNOWN)[0]
    lines = {one.code: 2 for one in made}
    assert differing(made, {unit().code: unit()}, lines, card_of) == []
    faults = differing(made, {unit().code: unit(name="Nama lain")}, lines, card_of)
    assert [(fault.line, fault.column, fault.code) for fault in faults] == [(2, "code", "exists_differently")]


def test_the_card_is_what_the_columns_say() -> None:
    assert len(card_of(unit())) == len(UNIT_COLUMNS)


@pytest.mark.parametrize(
    ("code", "kind", "province"),
    [
        ("K01", "ministry", ""),
        ("B80", "other", ""),
        ("B01", "agency", ""),
        ("L31", "province", "31"),
        ("L3101", "regency", "31"),
        ("L3169", "regency", "31"),
        ("L3171", "city", "31"),
        ("L3199", "city", "31"),
    ],
)
def test_kemendagri_codes_tell_the_kind(code: str, kind: str, province: str) -> None:
    assert institution(code, kind, province) == []


@pytest.mark.parametrize(
    ("code", "kind", "province", "fault"),
    [
        ("L3171", "regency", "31", ("code", "code")),
        ("L3170", "city", "31", ("code", "code")),
        ("L3100", "regency", "31", ("code", "code")),
        ("L3101", "city", "31", ("code", "code")),
        ("L310", "province", "31", ("code", "code")),
        ("K01", "province", "01", ("code", "code")),
        ("L31", "ministry", "", ("code", "code")),
        ("L3171", "city", "32", ("province", "province")),
        ("K01", "ministry", "31", ("province", "province")),
        ("K01", "kementerian", "", ("kind", "kind")),
    ],
)
def test_a_wrong_code_kind_or_province_is_refused(code: str, kind: str, province: str, fault: tuple[str, str]) -> None:
    assert fault in institution(code, kind, province)


def test_an_institutions_name_has_a_length() -> None:
    assert institution("K01", "ministry", "", name="ab") == [("name", "name")]


def test_institutions_of_good_rows_are_made() -> None:
    made, faults = institutions_from([Row(2, {"code": "L3171", "name": CITY.name, "kind": "city", "province": "31"})])
    assert (made, faults) == ([CITY], [])
    assert made[0].kind is Kind.CITY
