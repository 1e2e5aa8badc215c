"""Proposals on a real database: two documents, one write that counts, a quota that crashes don't eat."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.units import handlers
from services.units.domain.dates import Target
from services.units.domain.institution import Reservation
from services.units.domain.unit import Override, ProposalState, UnitFacts, UnitState
from services.units.errors import AlreadyDecided, MoveRefused, PrerequisitesNotMet, QuotaExceeded, WindowClosed
from services.units.rooms import Rooms
from shared.failures import Away, InvalidInput, NotFound, StaleVersion
from tests.services.units.samples import CITY, NOW, cause, cycle, filing, heard, said, stand

UNIT = "L3171-PKM-01"
ID = f"{UNIT}.2026.1"


def reservations(rooms: Rooms) -> tuple[Reservation, ...]:
    return rooms.institutions.load(CITY.code).state.reservations


def fact(rooms: Rooms, **facts: Any) -> None:
    handlers.record_unit_facts(rooms, UNIT, "2026", UnitFacts(**facts), cause())


def test_an_accepted_proposal_stands_is_said_once_and_holds_its_place(rooms: Rooms) -> None:
    stand(rooms, quota=1)
    unit, proposal = handlers.propose(rooms, UNIT, filing(), cause())
    assert (proposal.id, unit.state.state) == (ID, UnitState.PROPOSED)
    event = said(rooms, "units", UNIT)[-1]
    assert event["type"] == "units.proposal_submitted"
    assert event["data"]["proposal"] == ID
    assert [(one.proposal, one.settled) for one in reservations(rooms)] == [(ID, True)]


def test_the_same_command_twice_is_one_proposal(rooms: Rooms) -> None:
    stand(rooms, quota=1)
    command = cause(command_id="key-1")
    first = handlers.propose(rooms, UNIT, filing(), command)
    again = handlers.propose(rooms, UNIT, filing(), replace(command, time=NOW + timedelta(days=90)))
    assert again == first
    assert len(said(rooms, "units", UNIT)) == 1
    assert len(reservations(rooms)) == 1


def test_outside_its_window_nothing_is_taken(rooms: Rooms) -> None:
    stand(rooms)
    with pytest.raises(WindowClosed):
        handlers.propose(rooms, UNIT, filing(), cause(time=NOW + timedelta(days=30)))
    assert reservations(rooms) == ()


def test_a_missing_prerequisite_refuses_with_every_answer_and_takes_no_place(rooms: Rooms) -> None:
    stand(rooms)
    fact(rooms, sakip="D")
    with pytest.raises(PrerequisitesNotMet) as refusal:
        handlers.propose(rooms, UNIT, filing(), cause())
    assert [error["code"] for error in refusal.value.errors] == ["sakip_unit"]
    assert len(refusal.value.members["answers"]) == 13
    assert reservations(rooms) == ()
    assert rooms.units.load(UNIT).state.proposals == ()


def test_a_recorded_override_lets_the_proposal_through_and_is_told_on(rooms: Rooms) -> None:
    stand(rooms)
    fact(rooms, sakip="D")
    override = Override("2026", Target.WBK, "sakip_unit", "surat TPN", "admin", NOW)
    handlers.record_override(rooms, UNIT, override, cause())
    _, proposal = handlers.propose(rooms, UNIT, filing(), cause())
    assert proposal.overrides == ("sakip_unit",)
    assert said(rooms, "units", UNIT)[-1]["data"]["overrides"] == ["sakip_unit"]


@pytest.mark.parametrize("rule", ["already_wbk", "revocation_bar", "corruption_case", "nothing"])
def test_a_bar_of_the_law_can_not_be_overridden(rooms: Rooms, rule: str) -> None:
    stand(rooms)
    override = Override("2026", Target.WBK, rule, "surat TPN", "admin", NOW)
    with pytest.raises(InvalidInput):
        handlers.record_override(rooms, UNIT, override, cause())


def test_a_full_quota_refuses_and_a_return_frees_its_place(rooms: Rooms) -> None:
    first, second = stand(rooms, quota=1, units=2)
    handlers.propose(rooms, first, filing(), cause())
    with pytest.raises(QuotaExceeded):
        handlers.propose(rooms, second, filing(), cause())
    assert rooms.units.load(second).state.state is UnitState.BUILDING
    reason = {"code": "worksheet_unknown", "id": "Lembar kerja tidak dikenal.", "en": "Unknown worksheet."}
    handlers.take_back_proposal(rooms, heard(reason=reason))
    handlers.propose(rooms, second, filing(), cause())
    assert [one.unit for one in reservations(rooms)] == [second]


def test_many_at_once_never_exceed_the_quota(rooms: Rooms) -> None:
    codes = stand(rooms, quota=3, units=8)

    def attempt(code: str) -> bool:
        try:
            handlers.propose(rooms, code, filing(), cause())
        except QuotaExceeded:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        accepted = sum(threads.map(attempt, codes))
    assert accepted == 3
    assert len(reservations(rooms)) == 3
    assert all(one.settled for one in reservations(rooms))


def test_of_many_who_propose_one_unit_at_once_one_succeeds(rooms: Rooms) -> None:
    stand(rooms, quota=5)

    def attempt(_: int) -> bool:
        try:
            handlers.propose(rooms, UNIT, filing(), cause())
        except (MoveRefused, Away):
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(attempt, range(6))) == 1
    assert [one.proposal for one in reservations(rooms)] == [ID]
    assert len(rooms.units.load(UNIT).state.proposals) == 1


def test_a_refusal_after_the_reservation_gives_the_place_back(rooms: Rooms) -> None:
    stand(rooms, quota=1)
    with pytest.raises(StaleVersion):
        handlers.propose(rooms, UNIT, filing(), cause(), version=7)
    assert reservations(rooms) == ()


def leave_unsettled(rooms: Rooms, age: timedelta) -> None:
    place = Reservation("2026", ID, UNIT, NOW - age)
    rooms.institutions.change(CITY.code, lambda one: (replace(one, reservations=(place,)), []), cause())


def test_the_timer_releases_the_place_of_a_request_that_died_before_its_proposal(rooms: Rooms) -> None:
    stand(rooms, quota=1)
    leave_unsettled(rooms, timedelta(minutes=2))
    assert handlers.settle_reservations(rooms, cause()) == 1
    assert reservations(rooms) == ()
    assert handlers.settle_reservations(rooms, cause()) == 0


def test_the_timer_settles_the_place_of_a_request_that_died_after_its_proposal(rooms: Rooms) -> None:
    stand(rooms, quota=1)
    handlers.propose(rooms, UNIT, filing(), cause())
    leave_unsettled(rooms, timedelta(minutes=2))
    handlers.settle_reservations(rooms, cause())
    assert [one.settled for one in reservations(rooms)] == [True]


def test_the_timer_leaves_a_running_request_alone(rooms: Rooms) -> None:
    stand(rooms)
    leave_unsettled(rooms, timedelta(seconds=10))
    assert handlers.settle_reservations(rooms, cause()) == 0
    assert len(reservations(rooms)) == 1


def test_a_withdrawal_is_asked_for_and_confirmed(rooms: Rooms) -> None:
    stand(rooms, quota=1)
    handlers.propose(rooms, UNIT, filing(), cause())
    handlers.request_withdrawal(rooms, UNIT, ID, "salah target", cause())
    assert said(rooms, "units", UNIT)[-1]["data"] == {
        "proposal": ID,
        "unit": UNIT,
        "institution": CITY.code,
        "cycle": "2026",
        "reason": "salah target",
    }
    handlers.record_withdrawal(rooms, heard(evaluators=[]))
    unit = rooms.units.load(UNIT).state
    assert (unit.state, unit.proposals[0].state) == (UnitState.BUILDING, ProposalState.WITHDRAWN)
    assert reservations(rooms) == ()


def test_the_thirty_percent_rule_counts_the_institutions_units_where_it_is_on(rooms: Rooms) -> None:
    codes = stand(rooms, units=3)
    handlers.open_cycle(rooms, replace(cycle("2023"), rules="prerequisites-r90", windows=_spring(2023)), cause())
    facts = {"2023": replace(rooms.units.load(UNIT).state.facts["2025"])}
    for code in codes:
        rooms.units.change(code, lambda one: (replace(one, facts=facts, development=_begun(one)), []), cause())
    city = rooms.institutions.load(CITY.code).state.facts["2025"]
    handlers.record_institution_facts(rooms, CITY.code, "2023", city, cause())
    numbers = {"number": "WBK-2022-x", "predicate": "WBK", "proposal": "-", "cycle": "2022"}
    handlers.record_designation(rooms, heard(**numbers))
    with pytest.raises(PrerequisitesNotMet) as refusal:
        handlers.propose(rooms, codes[1], filing("2023"), cause(time=NOW.replace(year=2023)))
    assert [error["code"] for error in refusal.value.errors] == ["share_designated"]
    assert "33.33" in refusal.value.errors[0]["messages"]["en"]


def _spring(year: int) -> Any:
    return {
        name: type(window)(window.opens.replace(year=year), window.closes.replace(year=year))
        for name, window in cycle().windows.items()
    }


def _begun(unit: Any) -> Any:
    return replace(unit.development, started_on=unit.development.started_on.replace(year=2020))


def test_what_does_not_exist_is_not_found(rooms: Rooms) -> None:
    stand(rooms)
    for act in missing_things(rooms):
        with pytest.raises(NotFound):
            act()


def missing_things(rooms: Rooms) -> list[Callable[[], object]]:
    return [
        lambda: handlers.propose(rooms, "L3171-NONE", filing(), cause()),
        lambda: handlers.propose(rooms, UNIT, filing("2031"), cause()),
        lambda: handlers.request_withdrawal(rooms, UNIT, ID, "x", cause()),
        lambda: handlers.record_outcome(rooms, heard(outcome="failed")),
    ]


def test_a_concluded_unit_is_refused_before_anything_is_reserved(rooms: Rooms) -> None:
    stand(rooms)
    handlers.propose(rooms, UNIT, filing(), cause())
    handlers.record_outcome(rooms, heard(outcome="failed"))
    with pytest.raises(AlreadyDecided):
        handlers.propose(rooms, UNIT, filing(), cause())
    assert [one.proposal for one in reservations(rooms)] == [ID]
