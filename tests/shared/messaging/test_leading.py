"""One relay of a service works at a time, by nobody's clock."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.database import Database

from shared.messaging.leading import BEAT, PATIENCE, Lead
from shared.settings import Settings
from shared.storage import connect


class Watch:
    """A clock that goes when it is told to."""

    def __init__(self, at: float) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def database(settings: Settings) -> Database[dict[str, Any]]:
    return connect(settings, "registry")


@pytest.fixture
def clocks() -> tuple[Watch, Watch]:
    """An hour apart: neither knows of the other."""
    return Watch(1_000.0), Watch(4_600.0)


def pass_by(clocks: tuple[Watch, Watch], seconds: float) -> None:
    for clock in clocks:
        clock.at += seconds


def test_the_first_one_leads_and_the_second_stands_by_while_it_lives(database: Any, clocks: Any) -> None:
    first, second = (Lead(database, clock) for clock in clocks)
    for _ in range(10):
        assert (first.hold(), second.hold()) == (True, False)
        pass_by(clocks, BEAT)


def test_who_stands_by_takes_over_from_a_dead_one_which_notices_when_it_comes_back(database: Any, clocks: Any) -> None:
    first, second = (Lead(database, clock) for clock in clocks)
    assert (first.hold(), second.hold()) == (True, False)
    waited = 0.0
    while not second.hold():
        pass_by(clocks, BEAT)
        waited += BEAT
    assert PATIENCE <= waited <= PATIENCE + BEAT
    assert first.hold() is False


def test_who_gives_up_is_followed_at_the_next_look(database: Any, clocks: Any) -> None:
    first, second = (Lead(database, clock) for clock in clocks)
    assert (first.hold(), second.hold()) == (True, False)
    first.give_up()
    pass_by(clocks, BEAT)
    assert second.hold() is True


def test_of_two_who_take_over_at_once_one_does(database: Any, clocks: Any) -> None:
    dead = Lead(database, Watch(0.0))
    assert dead.hold()
    first, second = (Lead(database, clock) for clock in clocks)
    for _ in range(int(PATIENCE / BEAT) + 1):
        led = [first.hold(), second.hold()]
        pass_by(clocks, BEAT)
    assert sorted(led) == [False, True]
