"""What becomes of a message, decided without a broker."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.errors import ServerSelectionTimeoutError, WriteError, WTimeoutError

from shared.failures import AlreadyHeard, Away, Early, NotFound
from shared.messaging.failing import GIVEN_BACK, classify, forwarded
from shared.messaging.topology import DELIVERY_LIMIT, TIERS_MS, handler_queues, topology


class Delivered:
    """A message as kombu hands it over."""

    body, content_type = b"\xff\x00", "text/plain"

    def __init__(self, headers: dict[str, Any]) -> None:
        self.headers = headers
        self.properties = {"message_id": "m", "type": "t", "correlation_id": "c"}


@pytest.mark.parametrize(
    ("error", "name", "attempt", "delay", "dead"),
    [
        (None, "done", 3, None, False),
        (AlreadyHeard(("", "")), "already_done", 2, None, False),
        (Early(("", "")), "early", 2, TIERS_MS[0], False),
        (Away(("", "")), "transient", 2, None, False),
        (ServerSelectionTimeoutError("away"), "transient", 2, None, False),
        (WTimeoutError("no majority yet"), "transient", 2, None, False),
        (WriteError("No space left on device", 14031), "transient", 2, None, False),
        (WriteError("Document failed validation", 121), "retry", 3, TIERS_MS[2], False),
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


@pytest.mark.parametrize("times", range(GIVEN_BACK + 2))
def test_what_was_given_back_often_waits_in_a_tier_instead_and_no_attempt_is_counted(times: int) -> None:
    outcome = classify(Away(("", "")), {"x-attempt": 2, "x-delivery-count": times}, max_attempts=3)
    assert (outcome.delay_ms is not None) is (times >= GIVEN_BACK)
    assert (outcome.attempt, outcome.dead) == (2, False)
    assert GIVEN_BACK < DELIVERY_LIMIT / 2


def test_a_copy_is_the_same_bytes_without_what_the_broker_counted_of_the_original() -> None:
    outcome = classify(Away(("", "")), {"x-delivery-count": GIVEN_BACK}, max_attempts=3)
    copy = forwarded("registry.x", Delivered({"x-delivery-count": GIVEN_BACK, "x-death": [], "mine": 1}), outcome)
    assert copy is not None
    assert (copy.body, copy.exchange, copy.routing_key) == (b"\xff\x00", "registry.retry.10000", "registry.x")
    assert copy.headers["mine"] == 1
    assert not {"x-delivery-count", "x-death"} & copy.headers.keys()


def test_what_anybody_wrote_in_the_place_of_a_count_is_nought() -> None:
    for strange in ("many", -5, None, [], 1.5):
        assert classify(RuntimeError(), {"x-attempt": strange, "x-delivery-count": strange}, 6).attempt == 1


def test_retries_return_at_different_times_and_none_later_than_its_tier() -> None:
    outcome = classify(RuntimeError(), {}, 6)
    copies = [forwarded("registry.x", Delivered({}), outcome) for _ in range(200)]
    waits = [copy.expiration_ms or 0 for copy in copies if copy]
    assert max(waits) <= TIERS_MS[0]
    assert max(waits) - min(waits) > TIERS_MS[0] / 10


def test_every_handlers_queue_has_an_explicit_delivery_limit_and_a_place_for_its_dead() -> None:
    names = set(handler_queues())
    found = {queue.name: queue.arguments for queue in topology().queues if queue.name in names}
    standing = {exchange.name for exchange in topology().exchanges}
    assert found.keys() == names
    for name, arguments in found.items():
        assert arguments["x-delivery-limit"] >= 100, name
        assert arguments["x-dead-letter-exchange"] == f"{name.partition('.')[0]}.dead"
        assert arguments["x-dead-letter-exchange"] in standing


def test_every_queue_that_holds_events_is_a_quorum_queue_that_loses_nothing() -> None:
    assert DELIVERY_LIMIT >= 100
    for queue in topology().queues:
        assert queue.arguments["x-queue-type"] == "quorum"
        if not queue.name.endswith((".dead", ".parked", ".unconsumed")):
            assert queue.arguments["x-dead-letter-strategy"] == "at-least-once", queue.name
            assert queue.arguments["x-overflow"] == "reject-publish", queue.name
