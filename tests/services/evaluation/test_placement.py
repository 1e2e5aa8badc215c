"""Placements: never too many evaluators, never a load above the limit, in any interleaving, on a real database."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from services.evaluation import handlers, queries
from services.evaluation.domain.evaluator import Reservation
from services.evaluation.errors import EvaluatorFull, PlacementContended
from services.evaluation.handlers import assignment, places
from services.evaluation.rooms import Rooms
from shared.failures import Early, Failure
from tests.services.evaluation.samples import (
    CYCLE,
    NOW,
    PROPOSAL,
    UNIT,
    Told,
    cause,
    cycle,
    evaluator,
    know,
    later,
    outbox,
    received,
    said,
    told,
)

UNITS = [f"L3171-RSUD-{nth:02}" for nth in range(1, 9)]


def register(rooms: Rooms, count: int, **changes: object) -> None:
    for nth in range(1, count + 1):
        handlers.register_evaluator(rooms, cause(), evaluator(nth, **changes))  # type: ignore[arg-type]  # short cut


def screened(rooms: Rooms, proposal: str) -> Told:
    return said(rooms, proposal, "evaluation.proposal_screened")


def held(rooms: Rooms) -> Counter[str]:
    """Places by proposal."""
    return Counter(one for row in queries.evaluators(rooms, after=None, limit=200) for one in row["reservations"])


def team(rooms: Rooms, proposal: str = PROPOSAL) -> tuple[str, ...]:
    return rooms.proposals.load(proposal).state.evaluators


def state_of(rooms: Rooms, proposal: str = PROPOSAL) -> str:
    return rooms.proposals.load(proposal).state.state.value


def check_places(rooms: Rooms, *, max_load: int) -> None:
    """Places and teams agree, and nobody holds too many."""
    for row in queries.evaluators(rooms, after=None, limit=200):
        assert row["load"] <= max_load
        for proposal in row["reservations"]:
            assert row["id"] in team(rooms, proposal)
    assert sum(held(rooms).values()) == sum(len(team(rooms, one.key)) for one in rooms.proposals.select({}))


def test_three_evaluators_are_assigned_and_told(rooms: Rooms) -> None:
    know(rooms)
    register(rooms, 5)
    received(rooms)
    handlers.assign_evaluators(rooms, screened(rooms, PROPOSAL))
    event = said(rooms, PROPOSAL, "evaluation.evaluators_assigned")
    assert event.data["evaluators"] == list(team(rooms))
    assert len(set(team(rooms))) == 3
    assert held(rooms) == {PROPOSAL: 3}


def test_nobody_of_the_same_institution_is_assigned(rooms: Rooms) -> None:
    know(rooms)
    handlers.register_evaluator(rooms, cause(), evaluator(9, institution="L3171"))
    register(rooms, 3)
    received(rooms)
    handlers.assign_evaluators(rooms, screened(rooms, PROPOSAL))
    assert "evaluator.9" not in team(rooms)


def test_nobody_who_scored_the_unit_in_the_cycle_before_is_assigned(rooms: Rooms) -> None:
    know(rooms)
    handlers.learn_cycle(rooms, told("units.cycle_changed", cycle("2027")))
    register(rooms, 5)
    received(rooms)
    handlers.assign_evaluators(rooms, screened(rooms, PROPOSAL))
    proposal = rooms.proposals.load(PROPOSAL).state
    before = places._evaluators_before(rooms, type(proposal)(**{**_fields(proposal), "cycle": "2027"}))
    assert before == frozenset(team(rooms))


def test_the_same_event_one_after_the_other_assigns_once(rooms: Rooms) -> None:
    know(rooms)
    register(rooms, 9)
    received(rooms)
    event = screened(rooms, PROPOSAL)
    for _ in range(3):
        handlers.assign_evaluators(rooms, event)
    assert held(rooms) == {PROPOSAL: 3}
    assert [one["type"] for one in outbox(rooms, PROPOSAL)].count("evaluation.evaluators_assigned") == 1


def test_the_same_event_at_the_same_moment_assigns_once(rooms: Rooms) -> None:
    know(rooms)
    register(rooms, 9)
    received(rooms)
    event = screened(rooms, PROPOSAL)
    with ThreadPoolExecutor(6) as workers:
        list(workers.map(lambda _: handlers.assign_evaluators(rooms, event), range(6)))
    assert held(rooms) == {PROPOSAL: 3}
    assert len(team(rooms)) == 3
    check_places(rooms, max_load=10)


def test_many_proposals_for_few_places_never_overload_anybody(rooms: Rooms) -> None:
    know(rooms, *UNITS)
    register(rooms, 4, max_load=4)
    proposals = [received(rooms, unit=unit) for unit in UNITS]
    events = [screened(rooms, proposal) for proposal in proposals for _ in range(2)]

    def assign(event: Told) -> None:
        try:
            handlers.assign_evaluators(rooms, event)
        except Early:
            return  # contended: the broker would bring it again

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(assign, events))
    for event in events:
        handlers.assign_evaluators(rooms, event)
    handlers.retry_waiting(rooms, cause())
    states = Counter(state_of(rooms, proposal) for proposal in proposals)
    # Sixteen places fill five teams of three when they are taken evenly, and never fewer than four.
    assert states["assigned"] in {4, 5}
    assert states["assigned"] + states["awaiting_evaluators"] == len(UNITS)
    check_places(rooms, max_load=4)


def test_too_few_evaluators_are_told_in_words_and_hold_nothing(rooms: Rooms) -> None:
    know(rooms)
    register(rooms, 2)
    received(rooms)
    handlers.assign_evaluators(rooms, screened(rooms, PROPOSAL))
    reason = rooms.proposals.load(PROPOSAL).state.reason
    assert state_of(rooms) == "awaiting_evaluators"
    assert reason is not None
    assert reason.said[1].startswith("1 evaluators are missing")
    assert not held(rooms)


def test_a_new_evaluator_ends_the_wait(rooms: Rooms) -> None:
    know(rooms)
    register(rooms, 2)
    received(rooms)
    handlers.assign_evaluators(rooms, screened(rooms, PROPOSAL))
    assert handlers.retry_waiting(rooms, cause()) == 0
    handlers.register_evaluator(rooms, cause(), evaluator(3))
    assert handlers.retry_waiting(rooms, cause()) == 1
    assert held(rooms) == {PROPOSAL: 3}
    assert handlers.retry_waiting(rooms, cause()) == 0


def test_waiting_for_the_same_reason_writes_nothing(rooms: Rooms) -> None:
    know(rooms)
    received(rooms)
    handlers.assign_evaluators(rooms, screened(rooms, PROPOSAL))
    version = rooms.proposals.load(PROPOSAL).version
    handlers.retry_waiting(rooms, cause())
    assert rooms.proposals.load(PROPOSAL).version == version


def test_an_event_that_made_a_proposal_wait_may_place_it_when_delivered_again(rooms: Rooms) -> None:
    know(rooms)
    received(rooms)
    event = screened(rooms, PROPOSAL)
    handlers.assign_evaluators(rooms, event)
    register(rooms, 3)
    handlers.assign_evaluators(rooms, event)
    assert state_of(rooms) == "assigned"


def test_the_limit_of_the_cycle_counts_too(rooms: Rooms) -> None:
    know(rooms, *UNITS[:2], max_load=1)
    register(rooms, 3)
    first, second = (received(rooms, unit=unit) for unit in UNITS[:2])
    for proposal in (first, second):
        handlers.assign_evaluators(rooms, screened(rooms, proposal))
    assert (state_of(rooms, first), state_of(rooms, second)) == ("assigned", "awaiting_evaluators")
    know(rooms, *UNITS[:2], max_load=1)
    handlers.learn_cycle(rooms, told("units.cycle_changed", cycle(max_load=2), sequence=2))
    assert handlers.retry_waiting(rooms, cause()) == 1


def test_a_run_that_died_after_reserving_is_carried_on(rooms: Rooms) -> None:
    know(rooms)
    register(rooms, 9)
    received(rooms)
    proposal = rooms.proposals.load(PROPOSAL).state
    for account in ("evaluator.7", "evaluator.8"):
        places.reserve(rooms, account, proposal, rooms.known.cycle(CYCLE), cause())
    handlers.assign_evaluators(rooms, screened(rooms, PROPOSAL))
    assert {"evaluator.7", "evaluator.8"} <= set(team(rooms))
    assert held(rooms) == {PROPOSAL: 3}


def test_more_places_than_wanted_are_given_back(rooms: Rooms) -> None:
    know(rooms)
    register(rooms, 9)
    received(rooms)
    proposal = rooms.proposals.load(PROPOSAL).state
    for nth in range(1, 6):
        places.reserve(rooms, f"evaluator.{nth}", proposal, rooms.known.cycle(CYCLE), cause())
    handlers.assign_evaluators(rooms, screened(rooms, PROPOSAL))
    assert held(rooms) == {PROPOSAL: 3}
    check_places(rooms, max_load=10)


def test_a_withdrawal_between_reserving_and_writing_leaves_no_place(rooms: Rooms) -> None:
    know(rooms)
    register(rooms, 3)
    received(rooms)
    proposal = rooms.proposals.load(PROPOSAL).state
    withdrawal = {"proposal": PROPOSAL, "unit": UNIT, "institution": "L3171", "cycle": CYCLE, "reason": "x"}
    handlers.withdraw_proposal(rooms, told("units.proposal_withdrawal_requested", withdrawal))
    places.reserve(rooms, "evaluator.1", proposal, rooms.known.cycle(CYCLE), cause())
    handlers.assign_evaluators(rooms, screened(rooms, PROPOSAL))
    assert not held(rooms)
    assert state_of(rooms) == "withdrawn"


@pytest.mark.parametrize(("age", "left"), [(timedelta(seconds=599), 1), (timedelta(seconds=601), 0)])
def test_a_reservation_without_its_proposal_is_given_back_when_it_is_old(
    rooms: Rooms, age: timedelta, left: int
) -> None:
    know(rooms)
    register(rooms, 1)
    received(rooms)
    proposal = rooms.proposals.load(PROPOSAL).state
    places.reserve(rooms, "evaluator.1", proposal, rooms.known.cycle(CYCLE), cause())
    handlers.release_orphans(rooms, cause(at=NOW + age))
    assert held(rooms)[PROPOSAL] == left


def test_a_run_slower_than_the_orphan_timer_does_not_assign_lost_places(rooms: Rooms) -> None:
    know(rooms)
    register(rooms, 3)
    received(rooms)
    slow = rooms.proposals.load(PROPOSAL).state
    places.reserve(rooms, "evaluator.1", slow, rooms.known.cycle(CYCLE), cause())
    assert handlers.release_orphans(rooms, cause(at=later(minutes=11))) == 1
    assert rooms.proposals.load(PROPOSAL).state.round == slow.round + 1


def test_a_late_release_does_not_take_a_place_from_a_newer_run(rooms: Rooms) -> None:
    know(rooms)
    register(rooms, 3)
    received(rooms)
    rooms.evaluators.change(
        "evaluator.1",
        lambda state: (type(state)(**{**_fields(state), "reservations": (Reservation(PROPOSAL, CYCLE, 2, NOW),)}), []),
        cause(),
    )
    places.release(rooms, "evaluator.1", PROPOSAL, cause(), up_to_round=1)
    assert held(rooms) == {PROPOSAL: 1}


def test_a_place_left_behind_by_a_dead_run_of_a_settled_proposal_is_found_once(rooms: Rooms) -> None:
    know(rooms)
    register(rooms, 9)
    received(rooms)
    slow = rooms.proposals.load(PROPOSAL).state
    handlers.assign_evaluators(rooms, screened(rooms, PROPOSAL))
    spare = next(f"evaluator.{nth}" for nth in range(1, 10) if f"evaluator.{nth}" not in team(rooms))
    places.reserve(rooms, spare, slow, rooms.known.cycle(CYCLE), cause())
    assert handlers.release_orphans(rooms, cause(at=later(minutes=11))) == 1
    assert handlers.release_orphans(rooms, cause(at=later(minutes=12))) == 0
    check_places(rooms, max_load=10)


def test_endless_rivalry_gives_the_placement_back_for_another_turn(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(rooms)
    register(rooms, 3)
    received(rooms)

    def taken_meanwhile(*_: object) -> None:
        """Every place that a look found is full when it is reserved."""
        raise EvaluatorFull(("penuh", "full"))

    event = screened(rooms, PROPOSAL)
    monkeypatch.setattr(places, "reserve", taken_meanwhile)
    with pytest.raises(PlacementContended) as refusal:
        handlers.assign_evaluators(rooms, event)
    assert refusal.value.failure is Failure.EARLY
    assert state_of(rooms) == "screened"


def test_a_timer_leaves_a_contended_proposal_for_its_next_tick(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    know(rooms)
    received(rooms)
    handlers.assign_evaluators(rooms, screened(rooms, PROPOSAL))
    register(rooms, 3)
    with monkeypatch.context() as rivals:
        rivals.setattr(assignment, "ROUNDS", 0)
        assert handlers.retry_waiting(rooms, cause()) == 0
    assert handlers.retry_waiting(rooms, cause()) == 1


def test_two_orphan_timers_at_the_same_moment_give_a_place_back_once(rooms: Rooms) -> None:
    know(rooms)
    register(rooms, 3)
    received(rooms)
    proposal = rooms.proposals.load(PROPOSAL).state
    places.reserve(rooms, "evaluator.1", proposal, rooms.known.cycle(CYCLE), cause())
    with ThreadPoolExecutor(4) as timers:
        list(timers.map(lambda _: handlers.release_orphans(rooms, cause(at=later(minutes=11))), range(4)))
    assert not held(rooms)
    handlers.assign_evaluators(rooms, screened(rooms, PROPOSAL))
    assert held(rooms) == {PROPOSAL: 3}


def _fields(one: object) -> dict[str, object]:
    return {name: getattr(one, name) for name in type(one).__dataclass_fields__}  # type: ignore[attr-defined]  # a dataclass
