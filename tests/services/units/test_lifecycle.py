"""The way of a unit: every move from every state, every refusal with its remedy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.units.domain import lifecycle
from services.units.domain.dates import Target
from services.units.domain.lifecycle import BY_NAME, MOVES, allowed_in
from services.units.domain.unit import (
    Declaration,
    Designation,
    Development,
    Override,
    Progress,
    ProposalState,
    Unit,
    UnitState,
)
from services.units.errors import AlreadyDecided, MoveRefused
from shared.failures import AlreadyExists, InvalidInput, NotFound, ZonaError
from tests.services.units.samples import DECLARATION, DEVELOPMENT, HALF, NOW, building, filing, unit

ID = "L3171-PKM-01.2026.1"
PROGRESS = Progress("2026-Q1", dict.fromkeys(("MP", "TL", "SDM", "AK", "PW", "PP"), 50), "", NOW)
PUBLISHED = Designation("WBK-2026-L3171-PKM-01", Target.WBK, "2026", ID, sequence=2)
REVOKED = replace(PUBLISHED, sequence=3, revoked=True, barred_until=date(2028, 1, 2))
BARE = unit(), replace(unit(), state=UnitState.DECLARED, declaration=DECLARATION), building()


def proposed() -> Unit:
    return lifecycle.propose(building(), filing(), (), NOW)


def declare(one: Unit, declaration: Declaration = DECLARATION) -> Unit:
    return lifecycle.declare(one, declaration, NOW, signed_more_than=HALF, article="R90 I.II")


def in_every_state() -> list[Unit]:
    return [*BARE, proposed()]


MAKING = {
    "declare": declare,
    "start_development": lambda one: lifecycle.start_development(one, DEVELOPMENT, NOW),
    "report_progress": lambda one: lifecycle.report_progress(one, PROGRESS, NOW),
    "propose": lambda one: lifecycle.propose(one, filing(), (), NOW),
    "request_withdrawal": lambda one: lifecycle.request_withdrawal(one, ID, "salah target"),
}
HEARING = {
    "record_withdrawal": lambda one: lifecycle.record_withdrawal(one, ID),
    "take_back": lambda one: lifecycle.take_back(one, ID, "worksheet_unknown"),
    "record_qualified": lambda one: lifecycle.record_outcome(one, ID, qualified=True),
    "record_failed": lambda one: lifecycle.record_outcome(one, ID, qualified=False),
    "record_designation": lambda one: lifecycle.record_designation(one, PUBLISHED),
    "record_revocation": lambda one: lifecycle.record_designation(one, REVOKED),
}


@pytest.mark.parametrize("name", MAKING)
@pytest.mark.parametrize("one", in_every_state(), ids=lambda one: one.state.value)
def test_a_person_makes_exactly_the_moves_that_the_table_opens(name: str, one: Unit) -> None:
    move = BY_NAME[name]
    if one.state in move.start:
        assert MAKING[name](one).state is (move.end or one.state)
        return
    with pytest.raises((MoveRefused, NotFound)) as refusal:
        MAKING[name](one)
    if isinstance(refusal.value, MoveRefused):
        assert refusal.value.members["state"] == one.state.value
        assert refusal.value.members["allowed"] == list(allowed_in(one.state))
        assert all(refusal.value.remedy)


def test_the_table_has_a_row_for_every_function_and_no_other() -> None:
    assert {move.name for move in MOVES} == set(MAKING) | set(HEARING)
    assert all(move.roles for move in MOVES if move.name in MAKING)
    assert not any(move.roles for move in MOVES if move.name in HEARING)


@pytest.mark.parametrize("name", HEARING)
def test_the_unit_builds_again_after_every_outcome(name: str) -> None:
    after = HEARING[name](proposed())
    assert after.state is UnitState.BUILDING
    assert after.proposals[0].state is BY_NAME[name].proposal_end


@pytest.mark.parametrize("name", ["record_withdrawal", "take_back", "record_failed"])
def test_what_evaluation_ended_is_not_ended_in_another_way(name: str) -> None:
    ended = HEARING[name](proposed())
    for other in ("record_withdrawal", "take_back", "record_qualified", "record_failed"):
        with pytest.raises(MoveRefused) as refusal:
            HEARING[other](ended)
        assert refusal.value.members["state"] == ended.proposals[0].state.value


def test_a_requested_withdrawal_stays_open_until_evaluation_says_what_became_of_it() -> None:
    asked = lifecycle.request_withdrawal(proposed(), ID, "salah target")
    assert asked.state is UnitState.PROPOSED
    assert asked.proposals[0].state is ProposalState.WITHDRAWAL_REQUESTED
    assert asked.proposals[0].reason == "salah target"
    with pytest.raises(MoveRefused):
        lifecycle.request_withdrawal(asked, ID, "sekali lagi")
    assert lifecycle.record_withdrawal(asked, ID).proposals[0].state is ProposalState.WITHDRAWN
    assert lifecycle.record_outcome(asked, ID, qualified=True).proposals[0].state is ProposalState.QUALIFIED


def test_a_proposal_that_the_unit_never_made_is_not_found() -> None:
    with pytest.raises(NotFound):
        lifecycle.request_withdrawal(proposed(), "L3171-PKM-01.2026.9", "x")


@pytest.mark.parametrize("name", ["record_withdrawal", "take_back"])
def test_a_unit_may_propose_again_in_the_cycle_after_a_withdrawal_or_a_return(name: str) -> None:
    again = lifecycle.propose(HEARING[name](proposed()), filing(), (), NOW)
    assert [one.id for one in again.proposals] == [ID, "L3171-PKM-01.2026.2"]
    assert again.state is UnitState.PROPOSED


@pytest.mark.parametrize("name", ["record_qualified", "record_failed"])
def test_a_concluded_unit_waits_for_the_next_cycle(name: str) -> None:
    concluded = HEARING[name](proposed())
    with pytest.raises(AlreadyDecided):
        lifecycle.propose(concluded, filing(), (), NOW)
    assert lifecycle.propose(concluded, filing("2027"), (), NOW).proposals[1].id == "L3171-PKM-01.2027.1"


def test_a_predicate_that_stands_is_not_proposed_again() -> None:
    wbk = lifecycle.record_designation(lifecycle.record_outcome(proposed(), ID, qualified=True), PUBLISHED)
    assert wbk.standing == {Target.WBK}
    with pytest.raises(AlreadyDecided, match="Menuju WBK"):
        lifecycle.propose(wbk, filing("2027"), (), NOW)
    assert lifecycle.propose(wbk, filing("2027", Target.WBBM), (), NOW).state is UnitState.PROPOSED
    wbbm = lifecycle.record_designation(wbk, replace(PUBLISHED, number="WBBM-2027-x", predicate=Target.WBBM))
    with pytest.raises(AlreadyDecided, match="Menuju WBBM"):
        lifecycle.propose(wbbm, filing("2028"), (), NOW)


def test_the_outcome_after_the_publication_changes_nothing() -> None:
    published = lifecycle.record_designation(proposed(), PUBLISHED)
    assert published.proposals[0].state is ProposalState.DESIGNATED
    assert lifecycle.record_outcome(published, ID, qualified=True) is published


def test_the_publication_after_the_revocation_changes_nothing() -> None:
    revoked = lifecycle.record_designation(proposed(), REVOKED)
    assert (revoked.standing, revoked.barred_until) == (frozenset(), date(2028, 1, 2))
    assert lifecycle.record_designation(revoked, PUBLISHED) is revoked


def test_a_designation_from_before_this_system_stands_without_a_proposal() -> None:
    older = replace(PUBLISHED, number="WBK-2022-x", proposal="unknown", cycle="2022")
    known = lifecycle.record_designation(proposed(), older)
    assert known.standing == {Target.WBK}
    assert known.state is UnitState.PROPOSED


def test_a_revocation_of_an_old_predicate_leaves_the_running_proposal_alone() -> None:
    wbk = lifecycle.record_designation(lifecycle.record_outcome(proposed(), ID, qualified=True), PUBLISHED)
    again = lifecycle.propose(wbk, filing("2027", Target.WBBM), (), NOW)
    revoked = lifecycle.record_designation(again, REVOKED)
    assert revoked.state is UnitState.PROPOSED
    assert [one.state for one in revoked.proposals] == [ProposalState.REVOKED, ProposalState.PROPOSED]


@given(st.permutations(["record_qualified", "record_designation", "record_revocation"]), st.data())
def test_any_order_and_any_repetition_of_the_words_ends_in_the_same_state(order: list[str], data: Any) -> None:
    repeated = data.draw(st.lists(st.sampled_from(order), max_size=4))
    one = proposed()
    for name in [*order, *repeated]:
        try:
            one = HEARING[name](one)
        except MoveRefused:
            assert name == "record_qualified"  # the outcome came twice: the store hears each event once
    assert one.state is UnitState.BUILDING
    assert one.proposals[0].state is ProposalState.REVOKED
    assert (one.standing, one.barred_until) == (frozenset(), date(2028, 1, 2))


@pytest.mark.parametrize("started_on", [date(2025, 1, 14), date(2026, 5, 21)])
def test_development_starts_after_the_declaration_and_not_in_the_future(started_on: date) -> None:
    with pytest.raises(InvalidInput) as refusal:
        lifecycle.start_development(BARE[1], Development(started_on, DEVELOPMENT.plan), NOW)
    assert refusal.value.errors[0]["pointer"] == "/started_on"


def test_each_quarter_is_reported_once_from_the_first_of_the_development_on() -> None:
    reported = lifecycle.report_progress(building(), PROGRESS, NOW)
    with pytest.raises(AlreadyExists):
        lifecycle.report_progress(reported, PROGRESS, NOW)
    for period in ("2024-Q4", "2026-Q3"):
        with pytest.raises(InvalidInput) as refusal:
            lifecycle.report_progress(reported, replace(PROGRESS, period=period), NOW)
        assert refusal.value.errors[0]["pointer"] == "/period"
    assert len(lifecycle.report_progress(reported, replace(PROGRESS, period="2025-Q1"), NOW).progress) == 2


def test_an_override_is_recorded_once_for_each_rule_cycle_and_target() -> None:
    override = Override("2026", Target.WBK, "tlhp", "surat TPN", "admin", NOW)
    once = lifecycle.record_override(building(), override)
    with pytest.raises(AlreadyExists):
        lifecycle.record_override(once, override)
    assert len(lifecycle.record_override(once, replace(override, target=Target.WBBM)).overrides) == 2


def test_a_unit_without_a_recorded_way_still_takes_progress_and_development() -> None:
    bare = unit(state=UnitState.DECLARED)
    begun = lifecycle.start_development(bare, DEVELOPMENT, NOW)
    assert lifecycle.report_progress(replace(begun, development=None), PROGRESS, NOW).progress == (PROGRESS,)


def refusals() -> Iterator[ZonaError]:
    for one in in_every_state():
        for make in MAKING.values():
            try:
                make(one)
            except ZonaError as refusal:
                yield refusal


def test_every_refusal_speaks_both_languages_and_names_a_remedy() -> None:
    for refusal in refusals():
        assert all(refusal.said)
        assert all(refusal.remedy)
