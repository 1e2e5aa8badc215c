"""Whom a placement chooses from: read once a moment for all of a process, and never staler than that."""

from __future__ import annotations

import pytest

from services.evaluation import handlers
from services.evaluation.domain.evaluator import Reservation, reserve
from services.evaluation.rooms import Rooms, build
from services.evaluation.roster import FRESH, LASTS, Roster
from shared.settings import Settings
from shared.storage import AggregateStore
from shared.testing import wait_until
from tests.services.evaluation.samples import CYCLE, NOW, PROPOSAL, cause, evaluator, know, received, said


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Counting:
    """A store that counts how often its collection is read."""

    def __init__(self, store: AggregateStore) -> None:
        self._collection, self.reads = store.collection, 0

    @property
    def collection(self) -> object:
        self.reads += 1
        return self._collection


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def counted(rooms: Rooms) -> Counting:
    for number in (1, 2):
        handlers.register_evaluator(rooms, cause(), evaluator(number))
    return Counting(rooms.evaluators)


@pytest.fixture
def roster(counted: Counting, clock: Clock) -> Roster:
    return Roster(counted, clock)  # type: ignore[arg-type]  # all that it is asked for


def reads_of(roster: Roster, counted: Counting, *, fresh: bool = False) -> int:
    before = counted.reads
    roster.rows(fresh=fresh)
    return counted.reads - before


def test_placements_of_one_moment_share_what_was_read(roster: Roster, counted: Counting, clock: Clock) -> None:
    assert [row["id"] for row in roster.rows()] == [evaluator(1).id, evaluator(2).id]
    clock.now += LASTS
    assert reads_of(roster, counted) == 0


def test_after_that_moment_they_are_read_again(roster: Roster, counted: Counting, clock: Clock) -> None:
    roster.rows()
    clock.now += LASTS + 0.01
    assert reads_of(roster, counted) > 0


def test_a_refusal_is_decided_on_rows_of_this_very_moment(roster: Roster, counted: Counting, clock: Clock) -> None:
    roster.rows()
    clock.now += FRESH + 0.01
    assert reads_of(roster, counted, fresh=True) > 0


def test_after_a_collision_the_next_look_is_a_fresh_one(roster: Roster, counted: Counting, clock: Clock) -> None:
    roster.rows()
    clock.now += FRESH + 0.01
    roster.doubt()
    assert reads_of(roster, counted) > 0
    assert reads_of(roster, counted) == 0


def test_a_place_about_to_be_taken_counts_for_those_who_choose_beside(roster: Roster) -> None:
    roster.rows()
    roster.expect([evaluator(1).id], CYCLE)
    assert [row["loads"].get(CYCLE, 0) for row in roster.rows()] == [1, 0]


def test_an_expected_place_that_never_came_is_forgotten_at_the_next_read(roster: Roster, clock: Clock) -> None:
    roster.rows()
    roster.expect([evaluator(1).id], CYCLE)
    clock.now += LASTS + 0.01
    assert [row["loads"].get(CYCLE, 0) for row in roster.rows()] == [0, 0]


def test_a_waiting_proposal_takes_who_was_registered_by_another_process(rooms: Rooms, settings: Settings) -> None:
    know(rooms)
    for number in (1, 2):
        handlers.register_evaluator(rooms, cause(), evaluator(number))
    received(rooms)
    handlers.assign_evaluators(rooms, said(rooms, PROPOSAL, "evaluation.proposal_screened"))
    assert rooms.proposals.load(PROPOSAL).state.waits_for_evaluators
    elsewhere = build(settings)
    handlers.register_evaluator(elsewhere, cause(), evaluator(3))
    elsewhere.database.client.close()
    wait_until(lambda: handlers.retry_waiting(rooms, cause()) == 1, what="the proposal's next turn")
    assert rooms.proposals.load(PROPOSAL).state.evaluators == tuple(evaluator(number).id for number in (1, 2, 3))


def test_a_load_that_went_stale_never_overloads_anybody(rooms: Rooms, settings: Settings) -> None:
    know(rooms)
    for number in (1, 2, 3, 4):
        handlers.register_evaluator(rooms, cause(), evaluator(number, max_load=1))
    rooms.roster.rows()
    elsewhere = build(settings)  # another process fills one of them, unseen here
    full = next(one.id for one in map(evaluator, (1, 2, 3, 4)))
    place = Reservation("somebody.else.1", CYCLE, 1, NOW)
    elsewhere.evaluators.change(full, lambda one: (reserve(one, place, max_load=1), []), cause())
    elsewhere.database.client.close()
    received(rooms)
    handlers.assign_evaluators(rooms, said(rooms, PROPOSAL, "evaluation.proposal_screened"))
    wait_until(lambda: settled(rooms), what="the placement's next turn")
    assert full not in rooms.proposals.load(PROPOSAL).state.evaluators
    assert rooms.evaluators.load(full).state.load_in(CYCLE) == 1


def settled(rooms: Rooms) -> bool:
    """Whether the proposal has its evaluators, tried again if it has not."""
    handlers.retry_waiting(rooms, cause())
    return len(rooms.proposals.load(PROPOSAL).state.evaluators) == 3
