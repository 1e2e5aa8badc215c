"""Who must be told what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.notifications.domain.recipients import (
    CALLED,
    Account,
    Place,
    Recipient,
    facts_for,
    hears_from,
    recipients,
    seats_called,
    seats_of,
)
from shared.contracts import CONTRACTS
from shared.security import ROLES
from tests.services.notifications.said import NOON
from tests.services.notifications.samples import EVALUATORS, SAMPLES


def person(id: str, *roles: str, institution: str | None = None, unit: str | None = None) -> Account:
    return Account(id, frozenset(roles), institution, unit, NOON)


UNIT = person("petugas", "unit_officer", unit="L3171-RSUD-01")
OTHER_UNIT = person("petugas.lain", "unit_officer", unit="L3171-RSUD-02")
INSTITUTION = person("biro", "institution_officer", institution="L3171")
TPI = person("inspektorat", "tpi", institution="L3171")
OTHER_TPI = person("inspektorat.lain", "tpi", institution="K01")
PANEL = person("panel.satu", "panel")
REGISTRAR = person("registri", "registrar")
EVALUATOR = person("penilai.satu", "evaluator", institution="K01")
UNCALLED = person("penilai.sembilan", "evaluator")
ADMIN = person("admin", "admin")
EVERYBODY = [UNIT, OTHER_UNIT, INSTITUTION, TPI, OTHER_TPI, PANEL, REGISTRAR, EVALUATOR, UNCALLED, ADMIN]


def told(name: str, accounts: list[Account] | None = None) -> dict[str, str]:
    return {each.account: each.role for each in recipients(*SAMPLES[name], accounts or EVERYBODY)}


def test_the_table_covers_exactly_the_events_whose_contracts_name_notify() -> None:
    assert set(CALLED) == {type for type, each in CONTRACTS.items() if "notifications.notify" in each.consumers}


def test_every_event_of_the_table_calls_somebody_and_only_roles_that_exist() -> None:
    assert all(CALLED.values())
    assert {called.role for row in CALLED.values() for called in row} <= set(ROLES)


@pytest.mark.parametrize("type", CALLED)
def test_the_contract_of_each_event_has_the_field_that_names_the_place(type: str) -> None:
    fields = set(CONTRACTS[type].schema().fields)
    assert {called.place.value for called in CALLED[type] if called.place is not Place.ANYWHERE} <= fields


def test_a_declaration_is_told_to_the_unit_and_its_institution_and_to_nobody_elses() -> None:
    assert told("units.unit_declared") == {
        "petugas": "unit_officer",
        "biro": "institution_officer",
        "inspektorat": "tpi",
    }


def test_an_assignment_is_told_to_the_named_evaluators_and_not_to_the_others() -> None:
    found = told("evaluation.evaluators_assigned")
    assert {id for id, role in found.items() if role == "evaluator"} == set(EVALUATORS)
    assert "penilai.sembilan" not in found


def test_an_evaluator_is_told_before_the_account_has_been_heard_of() -> None:
    assert recipients(*SAMPLES["evaluation.evaluators_assigned"], []) == tuple(
        Recipient(id, "evaluator") for id in EVALUATORS
    )


def test_scores_before_the_decision_are_told_to_the_panel_alone() -> None:
    assert told("evaluation.scores_aggregated") == {"panel.satu": "panel"}


def test_a_draft_is_told_to_the_registrar_alone() -> None:
    assert told("registry.designation_drafted") == {"registri": "registrar"}


def test_a_conclusion_at_screening_names_no_evaluators_and_so_tells_none() -> None:
    assert set(told("evaluation.concluded.screening").values()) == {"unit_officer", "institution_officer", "tpi"}


def test_an_account_with_two_called_roles_is_told_once_as_the_first_of_the_table() -> None:
    both = person("berdua", "tpi", "institution_officer", institution="L3171")
    assert told("units.proposal_submitted", [both]) == {"berdua": "institution_officer"}


def test_a_role_counts_only_where_it_is_held() -> None:
    assert told("units.unit_declared", [person("tanpa.unit", "unit_officer")]) == {}


def test_an_account_without_a_called_role_is_not_told_though_it_stands_at_the_place() -> None:
    assert told("units.unit_declared", [person("survei", "surveyor", institution="L3171", unit="L3171-RSUD-01")]) == {}


@pytest.mark.parametrize("name", SAMPLES)
def test_telling_follows_from_seats_alone(name: str) -> None:
    """The stored seats find the same accounts as the pure function: the two handlers must agree."""
    type, data = SAMPLES[name]
    by_seat = {each.id for each in EVERYBODY if seats_of(each) & set(seats_called(type, data))}
    named = {each.account for each in recipients(type, data, [])}
    assert by_seat | named == {each.account for each in recipients(type, data, EVERYBODY)}


@pytest.mark.parametrize("name", SAMPLES)
def test_no_fact_of_a_message_names_an_evaluator(name: str) -> None:
    assert not any(evaluator in repr(facts_for(SAMPLES[name][1])) for evaluator in EVALUATORS)


def test_a_new_seat_is_told_of_the_day_before_it_was_taken() -> None:
    assert (NOON - hears_from(replace(UNIT, since=NOON))).days == 1
