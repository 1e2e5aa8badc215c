"""Institutions, units, their facts, and cycles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from services.units import events, rules
from services.units.domain import cycle as cycles
from services.units.domain import institution as institutions
from services.units.domain.csvfile import Row
from services.units.domain.cycle import Cycle
from services.units.domain.dates import official_day
from services.units.domain.importing import Known, units_from
from services.units.domain.institution import Institution, InstitutionFacts
from services.units.domain.unit import Unit, UnitFacts
from services.units.store import Stores
from shared.failures import InvalidInput, said
from shared.storage import Aggregate, Cause, Event


def import_institution(stores: Stores, institution: Institution, cause: Cause) -> Aggregate[Institution]:
    """Register an institution that was checked before. Raises AlreadyExists."""
    return stores.institutions.create(
        institution.code, institution, [events.institution_registered(institution)], cause
    )


def import_unit(stores: Stores, unit: Unit, cause: Cause) -> Aggregate[Unit]:
    """Register a unit that was checked before. Raises AlreadyExists."""
    return stores.units.create(unit.code, unit, [events.unit_registered(unit)], cause)


def register_unit(stores: Stores, cells: Mapping[str, str], cause: Cause) -> Aggregate[Unit]:
    """Check and register one unit, by the rules of the import. Raises InvalidInput, AlreadyExists."""
    institution = stores.institutions.find(cells["institution"])
    parent = stores.units.find(cells["parent"]) if cells["parent"] else None
    known = Known(
        institutions={institution.key: institution.state} if institution else {},
        parents={parent.key: parent.state.institution} if parent else {},
        services=rules.affirmation_services(),
    )
    made, faults = units_from([Row(1, dict(cells))], known)
    if faults:
        raise InvalidInput(
            ("Ada isian yang tidak sah; tidak ada yang diubah.", "Some fields are not valid; nothing was changed."),
            remedy=("Perbaiki isian yang disebut di `errors`.", "Correct the fields named in `errors`."),
            errors=[{"pointer": f"/{one.column}", "code": one.code, "messages": said(one.said)} for one in faults],
        )
    return import_unit(stores, made[0], cause)


def record_institution_facts(
    stores: Stores, code: str, year: str, facts: InstitutionFacts, cause: Cause, *, version: int | None = None
) -> Aggregate[Institution]:
    """Record what was evaluated of an institution for a year. Raises NotFound, StaleVersion."""
    return stores.institutions.change(
        code, lambda institution: (institutions.record_facts(institution, year, facts), []), cause, version=version
    )


def record_unit_facts(
    stores: Stores, code: str, year: str, facts: UnitFacts, cause: Cause, *, version: int | None = None
) -> Aggregate[Unit]:
    """Record what the TPI found of a unit for a year. Raises NotFound, StaleVersion."""

    def decide(unit: Unit) -> tuple[Unit, list[Event]]:
        merged = institutions.merged(unit.facts.get(year), facts)
        return replace(unit, facts={**unit.facts, year: merged}), []

    return stores.units.change(code, decide, cause, version=version)


def open_cycle(stores: Stores, cycle: Cycle, cause: Cause) -> Aggregate[Cycle]:
    """Make a cycle. Raises InvalidInput (rules that are unknown or not in force), AlreadyExists."""
    _require_rules(cycle)
    return stores.cycles.create(cycle.cycle, cycle, [events.cycle_changed(cycle)], cause)


def change_cycle(stores: Stores, cycle: Cycle, cause: Cause, *, version: int | None = None) -> Aggregate[Cycle]:
    """Change a cycle's windows and numbers. Raises NotFound, InvalidInput, WrongState, StaleVersion."""
    _require_rules(cycle)

    def decide(before: Cycle) -> tuple[Cycle, list[Event]]:
        after = cycles.change(before, cycle, cause.time)
        return after, [events.cycle_changed(after)]

    return stores.cycles.change(cycle.cycle, decide, cause, version=version)


def _require_rules(cycle: Cycle) -> None:
    """The named rules exist and are in force on the day the window of proposals opens."""
    day = official_day(cycle.windows["proposal"].opens)
    if rules.rule_set(cycle.rules).in_force(day):
        return
    right = rules.in_force_on(day).id
    messages = said(
        (
            f"Aturan {cycle.rules} tidak berlaku pada {day}; yang berlaku: {right}.",
            f"The rules {cycle.rules} are not in force on {day}; those in force: {right}.",
        )
    )
    raise InvalidInput(
        (messages["id"], messages["en"]),
        remedy=("Pilih aturan yang berlaku saat jendela pengusulan dibuka.", "Name the rules in force on that day."),
        errors=[{"pointer": "/rules", "code": "rules_not_in_force", "messages": messages}],
    )
