"""What becomes of a message, decided without a broker."""

from __future__ import annotations

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from shared.failures import AlreadyHeard, Away, Early, NotFound
from shared.messaging.failing import classify
from shared.messaging.topology import DELIVERY_LIMIT, TIERS_MS, topology


@pytest.mark.parametrize(
    ("error", "name", "attempt", "delay", "dead"),
    [
        (None, "done", 3, None, False),
        (AlreadyHeard(("", "")), "already_done", 2, None, False),
        (Early(("", "")), "early", 2, TIERS_MS[0], False),
        (Away(("", "")), "transient", 2, None, False),
        (ServerSelectionTimeoutError("away"), "transient", 2, None, False),
        (NotFound(("", "")), "dead", 3, None, True),
        (RuntimeError("unknown"), "retry", 3, TIERS_MS[2], False),
    ],
)
def test_each_failure_class_has_its_own_fate(
    error: Exception | None, name: str, attempt: int, delay: int | None, dead: bool
) -> None:
    outcome = classify(error, {"x-attempt": 2}, max_attempts=6)
    assert (outcome.name, outcome.attempt, outcome.delay_ms, outcome.dead) == (name, attempt, delay, dead)


def test_an_unknown_failure_waits_longer_each_time_and_dies_at_the_limit() -> None:
    delays = [classify(RuntimeError(), {"x-attempt": n}, 6).delay_ms for n in range(5)]
    assert delays == sorted(TIERS_MS)
    assert classify(RuntimeError(), {"x-attempt": 5}, 6).dead


def test_every_queue_that_holds_events_is_a_quorum_queue_that_loses_nothing() -> None:
    assert DELIVERY_LIMIT >= 100
    for queue in topology().queues:
        assert queue.arguments["x-queue-type"] == "quorum"
        if not queue.name.endswith((".dead", ".parked", ".unconsumed")):
            assert queue.arguments["x-dead-letter-strategy"] == "at-least-once", queue.name
            assert queue.arguments["x-overflow"] == "reject-publish", queue.name
