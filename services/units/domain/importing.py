"""Rows of the institutions' and units' CSV as dataclasses: every fault at once, nothing made unless all rows hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from services.units.domain.csvfile import Fault, Row
from services.units.domain.institution import LOCAL, Institution, Kind
from services.units.domain.unit import Unit
from shared.failures import Said

INSTITUTION_COLUMNS = ("code", "name", "kind", "province")
UNIT_COLUMNS = (
    "code",
    "name",
    "institution",
    "parent",
    "province",
    "field",
    "affirmation_service",
    "core_service",
    "public_impact",
)
CODES: Mapping[Kind, str] = {
    Kind.PROVINCE: r"L[1-9]\d",
    Kind.REGENCY: r"L[1-9]\d(0[1-9]|[1-6]\d)",
    Kind.CITY: r"L[1-9]\d(7[1-9]|[89]\d)",
}
"""Local government: L and the Kemendagri code, regencies 01-69 and cities 71-99 within their province."""
NATIONAL_CODE = r"[A-KM-Z][A-Z0-9]{1,9}"
UNIT_CODE = r"[A-Z][A-Z0-9]{1,9}(-[A-Z0-9]{1,20}){1,4}"
PROVINCE = r"[1-9]\d"
FIELD = r"[a-z][a-z0-9_-]{1,39}"
YES, NO = ("true", "ya", "1"), ("false", "tidak", "0")
DEEPEST = 8
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known:
    """What the rows may refer to: institutions, units that exist with their institution, affirmed services."""

    institutions: Mapping[str, Institution]
    parents: Mapping[str, str]
    services: frozenset[str]


def institutions_from(rows: Sequence[Row]) -> tuple[list[Institution], list[Fault]]:
    """The institutions of the rows, and every fault."""
    made, faults = [], _twice(rows)
    for row in rows:
        found = _institution_faults(row)
        faults += found
        if not found:
            cells = row.cells
            made.append(Institution(cells["code"], cells["name"], Kind(cells["kind"]), cells["province"] or None))
    return made, faults


def units_from(rows: Sequence[Row], known: Known) -> tuple[list[Unit], list[Fault]]:
    """The units of the rows, parents before children, and every fault."""
    made, faults = [], _twice(rows)
    homes = {**known.parents, **{row.cells["code"]: row.cells["institution"] for row in rows}}
    for row in rows:
        found = [*_card_faults(row, known), *_parent_faults(row, homes)]
        faults += found
        if not found:
            made.append(_unit(row, known))
    depths = _depths(rows, faults)
    return sorted(made, key=lambda unit: (depths.get(unit.code, 0), unit.code)), faults


def card_of(unit: Unit) -> tuple[str | bool | None, ...]:
    """What an import says of a unit: two units with one card are the same to it."""
    return tuple(getattr(unit, name) for name in UNIT_COLUMNS)


def differing(
    made: Iterable[T], standing: Mapping[str, T], lines: Mapping[str, int], card: Callable[[T], object]
) -> list[Fault]:
    """A fault for each of `made` whose code exists already with another content."""
    faults = []
    for one in made:
        code = str(getattr(one, "code"))  # noqa: B009 - institutions and units share the attribute, not a class
        if code in standing and card(standing[code]) != card(one):
            said = (f"{code} sudah ada dengan isi lain.", f"{code} exists already with another content.")
            faults.append(Fault(lines[code], "code", "exists_differently", said))
    return faults


def _institution_faults(row: Row) -> list[Fault]:
    kinds = [kind.value for kind in Kind]
    if row.cells["kind"] not in kinds:
        one_of = ", ".join(kinds)
        fault = _fault(row, "kind", "kind", f"Harus salah satu dari: {one_of}.", f"Must be one of: {one_of}.")
        return [*_name_faults(row), fault]
    return [*_name_faults(row), *_code_faults(row, Kind(row.cells["kind"]))]


def _code_faults(row: Row, kind: Kind) -> list[Fault]:
    code, faults = row.cells["code"], []
    pattern = CODES.get(kind, NATIONAL_CODE)
    if not re.fullmatch(pattern, code):
        said = (f"Kode {kind.value} berpola {pattern}.", f"A {kind.value}'s code is like {pattern}.")
        faults.append(_fault(row, "code", "code", *said))
    expected = code[1:3] if kind in LOCAL else ""
    if row.cells["province"] != expected:
        said = (f"Provinsi harus {expected or 'kosong'}.", f"The province must be {expected or 'empty'}.")
        faults.append(_fault(row, "province", "province", *said))
    return faults


def _card_faults(row: Row, known: Known) -> list[Fault]:
    cells, faults = row.cells, _name_faults(row)
    institution = known.institutions.get(cells["institution"])
    if not re.fullmatch(UNIT_CODE, cells["code"]) or not cells["code"].startswith(f"{cells['institution']}-"):
        said = ("Kode unit: <instansi>-<akhiran> kapital.", "A unit's code is <institution>-<suffix> in capitals.")
        faults.append(_fault(row, "code", "code", *said))
    if institution is None:
        faults.append(
            _fault(row, "institution", "unknown_institution", "Instansi tidak dikenal.", "Unknown institution.")
        )
    for column, pattern, like in (("province", PROVINCE, "31"), ("field", FIELD, "health")):
        if not re.fullmatch(pattern, cells[column]):
            faults.append(
                _fault(row, column, column, f"Tidak sah; contoh: {like}.", f"Not valid; for example: {like}.")
            )
    return [*faults, *_boolean_faults(row), *_affirmation_faults(row, institution, known.services)]


def _boolean_faults(row: Row) -> list[Fault]:
    return [
        _fault(row, column, "boolean", "Harus true, false, atau kosong.", "Must be true, false or empty.")
        for column in ("core_service", "public_impact")
        if row.cells[column].lower() not in ("", *YES, *NO)
    ]


def _affirmation_faults(row: Row, institution: Institution | None, services: frozenset[str]) -> list[Fault]:
    service = row.cells["affirmation_service"]
    if not service:
        return []
    if service not in services:
        one_of = ", ".join(sorted(services))
        said = (f"Kosong atau salah satu dari: {one_of}.", f"Empty or one of: {one_of}.")
        return [_fault(row, "affirmation_service", "affirmation_service", *said)]
    if institution and institution.kind not in LOCAL:
        said = (
            "Afirmasi hanya untuk unit pemerintah daerah.",
            "The affirmation is for units of local government only.",
        )
        return [_fault(row, "affirmation_service", "affirmation_not_local", *said)]
    return []


def _parent_faults(row: Row, homes: Mapping[str, str]) -> list[Fault]:
    parent = row.cells["parent"]
    if not parent:
        return []
    if parent not in homes:
        return [
            _fault(row, "parent", "unknown_parent", f"Unit induk {parent} tidak ada.", f"There is no unit {parent}.")
        ]
    if homes[parent] != row.cells["institution"]:
        said = ("Unit induk milik instansi lain.", "The parent belongs to another institution.")
        return [_fault(row, "parent", "foreign_parent", *said)]
    return []


def _depths(rows: Sequence[Row], faults: list[Fault]) -> dict[str, int]:
    """How deep each row stands in the file; adds a fault for each row in a circle."""
    parents = {row.cells["code"]: row.cells["parent"] for row in rows}
    depths: dict[str, int] = {}
    for row in rows:
        code, depth = row.cells["code"], 0
        above = parents.get(code, "")
        while above in parents and depth <= DEEPEST:
            depth, above = depth + 1, parents[above]
        depths[code] = depth
        if depth > DEEPEST:
            said = (
                f"Hierarki berputar atau lebih dari {DEEPEST} tingkat.",
                f"The hierarchy is circular or deeper than {DEEPEST} levels.",
            )
            faults.append(_fault(row, "parent", "hierarchy", *said))
    return depths


def _twice(rows: Sequence[Row]) -> list[Fault]:
    first: dict[str, int] = {}
    faults = []
    for row in rows:
        code = row.cells["code"]
        if code in first:
            said = (f"Kode ini sudah ada di baris {first[code]}.", f"This code stands in line {first[code]} already.")
            faults.append(_fault(row, "code", "twice", *said))
        first.setdefault(code, row.line)
    return faults


def _name_faults(row: Row) -> list[Fault]:
    if 3 <= len(row.cells["name"]) <= 300:
        return []
    return [_fault(row, "name", "name", "Nama 3 sampai 300 karakter.", "A name has 3 to 300 characters.")]


def _unit(row: Row, known: Known) -> Unit:
    cells, institution = row.cells, known.institutions[row.cells["institution"]]
    return Unit(
        code=cells["code"],
        name=cells["name"],
        institution=institution.code,
        institution_name=institution.name,
        institution_kind=institution.kind.value,
        parent=cells["parent"] or None,
        province=cells["province"],
        field=cells["field"],
        affirmation_service=cells["affirmation_service"] or None,
        core_service=_boolean(cells["core_service"]),
        public_impact=_boolean(cells["public_impact"]),
    )


def _boolean(cell: str) -> bool | None:
    return None if not cell else cell.lower() in YES


def _fault(row: Row, column: str, code: str, indonesian: str, english: str) -> Fault:
    said: Said = (indonesian, english)
    return Fault(row.line, column, code, said)
