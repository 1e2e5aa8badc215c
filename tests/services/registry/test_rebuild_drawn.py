"""Whatever history is drawn: told again it is the same."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as drawn

from services.registry import handlers
from services.registry.rooms import Rooms, build
from shared.failures import ZonaError
from shared.settings import Settings
from shared.testing import TestBroker, TestDatabase
from tests.services.registry.histories import compared, declare_own, deliver, renamed, say_everything
from tests.services.registry.samples import INSTITUTIONS, NOW, UNITS, command, concluded, decree, heard

units = drawn.sampled_from(sorted(UNITS)[:2])
cycles = drawn.just("2026")
targets = drawn.sampled_from(["WBK", "WBBM"])
numbers = drawn.builds(lambda target, cycle, unit: f"{target}-{cycle}-{unit}", targets, cycles, units)
keys = drawn.sampled_from([None, "k-1", "k-2"])
steps = drawn.one_of(
    drawn.tuples(drawn.just("conclude"), units, cycles, targets, drawn.booleans(), drawn.integers(1, 2)),
    drawn.tuples(drawn.just("publish"), numbers, keys),
    drawn.tuples(drawn.just("revoke"), numbers, keys),
    drawn.tuples(drawn.just("learn"), drawn.sampled_from(sorted(INSTITUTIONS)), drawn.permutations([1, 2, 3])),
    drawn.tuples(drawn.just("say")),
)


@pytest.fixture(scope="module")
def broker(broker_server: TestBroker) -> Iterator[str]:
    with broker_server.vhost() as uri:
        declare_own(uri)
        yield uri


def take(rooms: Rooms, broker: str, step: tuple, nth: int) -> None:  # type: ignore[type-arg]  # one of several forms
    """One step of a history, refused or not."""
    at = NOW + timedelta(minutes=nth)
    match step:
        case "conclude", unit, cycle, target, positive, twice:
            outcome = {} if positive else {"outcome": "failed", "predicate": None}
            deliver(rooms, [heard("evaluation.concluded", concluded(unit, cycle, target, **outcome), time=at)] * twice)
        case "publish", number, key:
            handlers.publish_designation(rooms, number, decree(f" Nomor  {nth}"), command(at, key))
        case "revoke", number, key:
            handlers.revoke_designation(rooms, number, decree("Nomor 0"), f"Sebab {nth}", command(at, key))
        case "learn", code, order:
            deliver(rooms, [renamed(code, 3)[place - 1] for place in order])
        case _:
            say_everything(rooms, broker)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=drawn.lists(steps, max_size=25))
def test_any_history_told_again_is_the_same_byte_for_byte(
    database_server: TestDatabase,
    broker: str,
    history: list[tuple],  # type: ignore[type-arg]  # the same
) -> None:
    with database_server.prefix() as prefix:
        rooms = build(Settings(mongodb_uri=database_server.uri, database_prefix=prefix))
        rooms.ensure_indexes()
        for nth, step in enumerate(history):
            with contextlib.suppress(ZonaError):
                take(rooms, broker, step, nth)
        found = compared(rooms)
        assert (found.first, found.live) == ([], found.rebuilt)
        rooms.database.client.close()
