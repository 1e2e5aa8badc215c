"""Quotas as reservations, and facts by year."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.units.domain.account import missing_bindings
from services.units.domain.institution import (
    InstitutionFacts,
    Kind,
    Reservation,
    latest,
    record_facts,
    release,
    reserve,
    settle,
)
from services.units.errors import QuotaExceeded
from tests.services.units.samples import CITY, NOW


def place(number: int, cycle: str = "2026") -> Reservation:
    return Reservation(cycle, f"L3171-PKM-{number:02d}.{cycle}.1", f"L3171-PKM-{number:02d}", NOW)


def test_the_last_place_is_taken_and_the_next_refused() -> None:
    city = reserve(reserve(CITY, place(1), 2), place(2), 2)
    with pytest.raises(QuotaExceeded) as refusal:
        reserve(city, place(3), 2)
    assert (refusal.value.members["quota"], refusal.value.members["taken"]) == (2, 2)


def test_a_second_reservation_of_the_same_proposal_takes_no_place() -> None:
    city = reserve(CITY, place(1), 1)
    assert reserve(city, place(1), 1) is city


def test_quotas_of_other_cycles_do_not_count() -> None:
    assert len(reserve(reserve(CITY, place(1), 1), place(1, "2027"), 1).reservations) == 2


def test_a_released_place_is_free_again_and_releasing_twice_changes_nothing() -> None:
    freed = release(reserve(CITY, place(1), 1), place(1).proposal)
    assert release(freed, place(1).proposal) is freed
    assert reserve(freed, place(2), 1).reservations == (place(2),)


def test_a_settled_place_is_no_longer_in_doubt() -> None:
    city = reserve(reserve(CITY, place(1), None), place(2), None)
    assert settle(city, place(1).proposal).unsettled == (place(2),)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 6)), max_size=40), st.integers(0, 4))
def test_no_history_of_requests_exceeds_the_quota(history: list[tuple[bool, int]], quota: int) -> None:
    city = CITY
    for takes, number in history:
        try:
            city = reserve(city, place(number), quota) if takes else release(city, place(number).proposal)
        except QuotaExceeded:
            assert len(city.reservations) == quota
        assert len(city.reservations) <= quota
        assert len({one.proposal for one in city.reservations}) == len(city.reservations)


def test_facts_that_are_left_out_keep_what_was_recorded() -> None:
    city = record_facts(CITY, "2025", InstitutionFacts(bpk_opinion="WDP", sakip="B"))
    city = record_facts(city, "2025", InstitutionFacts(bpk_opinion="WTP"))
    assert city.facts["2025"] == InstitutionFacts(bpk_opinion="WTP", sakip="B")


def test_each_fact_counts_as_its_newest_year_has_it_within_the_years_that_count() -> None:
    facts = {
        "2023": InstitutionFacts(spip_level=Fraction(4)),
        "2025": InstitutionFacts(bpk_opinion="WDP", sakip="B"),
        "2026": InstitutionFacts(bpk_opinion="WTP", corruption_case=False),
        "2027": InstitutionFacts(sakip="AA"),
    }
    assert latest(facts, "2026", 2) == {"bpk_opinion": "WTP", "sakip": "B", "corruption_case": False}
    assert latest(facts, "2026", 4)["spip_level"] == 4


def test_kinds_belong_to_the_group_that_the_prerequisites_distinguish() -> None:
    assert [kind.value for kind in Kind if kind.group == "local"] == ["province", "regency", "city"]


def test_roles_that_reach_one_place_need_it() -> None:
    assert missing_bindings(("admin", "evaluator"), None, None) == {}
    assert missing_bindings(("tpi", "institution_officer"), None, None) == {
        "institution": ["tpi", "institution_officer"]
    }
    assert missing_bindings(("unit_officer",), "L3171", None) == {"unit": ["unit_officer"]}
    assert missing_bindings(("unit_officer",), None, "L3171-PKM-01") == {}


def test_an_institution_is_changed_by_replacing_it() -> None:
    assert replace(CITY, reservations=()) == CITY
