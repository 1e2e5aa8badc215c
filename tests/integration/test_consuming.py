"""What becomes of an event: real broker, real database, a worker process."""

from __future__ import annotations

import json
import signal

import pika
import pytest

from shared.contracts import envelope
from shared.messaging.deadletters import DeadLetters
from shared.messaging.declare import open_connection
from shared.messaging.failing import GIVEN_BACK, PATIENT_TIER
from shared.messaging.publisher import Outgoing
from shared.messaging.topology import TIERS_MS, retry_tier
from shared.storage import Cause, Event
from shared.testing import wait_until
from tests.integration.conftest import QUEUE, Bench
from tests.integration.moment import NOW

BAD = {"code": "K09", "name": "fine", "kind": "ministry", "province": None}


def dead(bench: Bench) -> list[str]:
    return [letter.reason for letter in DeadLetters(bench.settings.amqp_uri, ["registry"]).read()]


def waiting_in(bench: Bench, queue: str) -> int:
    with open_connection(bench.settings.amqp_uri) as connection:
        return int(connection.channel().queue_declare(queue, passive=True).method.message_count)


def test_an_event_told_before_the_worker_starts_has_its_effect_once_it_does(bench: Bench) -> None:
    bench.tell(("K01", "fine"))
    bench.start()
    wait_until(lambda: bench.effects() == {"K01": 1}, 30, "the event's effect")


def test_a_poison_event_ends_in_the_dead_letters_with_its_reason_while_its_neighbours_proceed(running: Bench) -> None:
    running.tell(("K01", "fine"), ("K02", "poison"), ("K03", "fine"))
    wait_until(lambda: dead(running) == ["poison: poison"], what="the dead letter")
    wait_until(lambda: running.effects() == {"K01": 1, "K03": 1}, what="the neighbours' effects")


def test_an_undeclared_failure_is_tried_again_and_then_dead_lettered(running: Bench) -> None:
    running.tell(("K01", "bug"))
    wait_until(lambda: dead(running) == ["RuntimeError: nobody declared this"], what="the dead letter")
    (letter,) = DeadLetters(running.settings.amqp_uri, ["registry"]).read()
    assert letter.attempts == 2
    assert letter.queue == QUEUE


def test_an_early_event_waits_without_counting_attempts_until_what_it_needs_is_there(running: Bench) -> None:
    running.tell(("K01", "early"))
    wait_until(lambda: running.lines().count('"outcome": "early"') >= 3, what="three early deliveries")
    running.database["marks"].insert_one({"_id": "K01"})
    wait_until(lambda: running.effects() == {"K01": 1}, what="the event's effect")
    assert dead(running) == []


def test_an_undecodable_message_is_dead_lettered_with_its_bytes(running: Bench) -> None:
    garbage = Outgoing("", QUEUE, b"\xff\x00 not json", "m1", "application/octet-stream")
    assert running.publisher.publish([garbage]) == [True]
    wait_until(lambda: dead(running), what="the dead letter")
    (letter,) = DeadLetters(running.settings.amqp_uri, ["registry"]).read()
    assert letter.body == b"\xff\x00 not json"
    assert letter.reason.startswith("undecodable")


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8-sig", "utf-16"])
def test_an_undecodable_message_keeps_its_bytes_whatever_encoding_it_claims(running: Bench, encoding: str) -> None:
    body = b"\xef\xbb\xbf\xc3\xa9 \x00 not json"
    with open_connection(running.settings.amqp_uri) as connection:
        properties = pika.BasicProperties(content_encoding=encoding, content_type="text/plain")
        connection.channel().basic_publish("", QUEUE, body, properties)
    wait_until(lambda: dead(running), what="the dead letter")
    (letter,) = DeadLetters(running.settings.amqp_uri, ["registry"]).read()
    assert letter.body == body


def test_no_message_kills_the_worker_whatever_it_is(running: Bench) -> None:
    right = envelope("units", "institution:K09", 1, Event("units.institution_registered", BAD), Cause(NOW, "c"))
    bodies = [
        b"[" * 100_000,
        b"",
        *(json.dumps({**right, **place}).encode() for place in ({"time": 5}, {"sequence": {}}, {"type": []})),
    ]
    with open_connection(running.settings.amqp_uri) as connection:
        properties = pika.BasicProperties(headers={"x-attempt": "many", "x-delivery-count": "few"})
        for body in bodies:
            connection.channel().basic_publish("", QUEUE, body, properties)
    running.tell(("K01", "fine"))
    wait_until(lambda: running.effects() == {"K01": 1}, what="the neighbour's effect")
    wait_until(lambda: len(dead(running)) == len(bodies), what="the dead letters")
    letters = DeadLetters(running.settings.amqp_uri, ["registry"]).read()
    assert sorted(letter.body for letter in letters) == sorted(bodies)
    assert "worker_died" not in running.lines()


def test_a_cause_that_lasts_while_the_database_answers_uses_up_no_delivery_and_no_attempt(running: Bench) -> None:
    """To give a message back counts against its queue's delivery limit; to let it wait in a tier does not."""
    running.tell(("K01", "away"))
    tier = retry_tier("registry", TIERS_MS[PATIENT_TIER])
    wait_until(lambda: waiting_in(running, tier) == 1, 30, "the message in the tier")
    assert running.lines().count('"outcome": "transient"') == GIVEN_BACK + 1
    running.database["marks"].insert_one({"_id": "K01"})
    wait_until(lambda: running.effects() == {"K01": 1}, 30, "the event's effect")
    done = next(line for line in running.lines().splitlines() if '"outcome": "done"' in line)
    assert '"attempt": 1' in done
    assert dead(running) == []


def test_a_replayed_dead_letter_goes_back_to_its_queue_and_has_its_effect_once(running: Bench) -> None:
    running.tell(("K01", "early"), ("K02", "poison"))
    wait_until(lambda: dead(running), what="the dead letter")
    letters = DeadLetters(running.settings.amqp_uri, ["registry"])
    assert letters.replay(None, execute=False) == {"moved": 1, "refused": 0}
    assert dead(running) == ["poison: poison"], "a dry run moves nothing"
    letters.replay(None, execute=True)
    wait_until(lambda: running.lines().count('"outcome": "dead"') == 2, what="the second refusal")


def test_a_worker_killed_in_the_middle_loses_nothing(bench: Bench) -> None:
    bench.start(PREFETCH="5")
    wait_until(lambda: "worker_ready" in bench.lines(), 30, "the probe to be ready")
    codes = [f"K{n:03}" for n in range(300)]
    bench.tell(*((code, "fine") for code in codes))
    wait_until(lambda: len(bench.effects()) >= 20, what="the first effects")
    assert bench.stop(bench.workers[0], signal.SIGKILL) == -signal.SIGKILL
    assert len(bench.effects()) < 300, "the kill came too late to show anything"
    bench.start()
    wait_until(lambda: set(bench.effects()) == set(codes), 60, "every effect")


@pytest.mark.parametrize(
    ("order", "fault"), [("sleepless", "RuntimeError: Blocking"), ("drowsy", "TookTooLong: no end")]
)
def test_a_handler_that_does_not_end_is_ended_and_its_neighbours_proceed(bench: Bench, order: str, fault: str) -> None:
    bench.start(HANDLER_SECONDS="1", MAX_ATTEMPTS="1")
    bench.tell(("K01", order), ("K02", "fine"))
    (reason,) = wait_until(lambda: dead(bench), 30, "the dead letter")
    assert reason.startswith(fault)
    wait_until(lambda: bench.effects() == {"K02": 1}, what="the neighbour's effect")
    assert "worker_died" not in bench.lines()


def test_what_is_in_hand_at_sigterm_is_finished_and_acknowledged_before_the_worker_goes(bench: Bench) -> None:
    bench.start()
    wait_until(lambda: "worker_ready" in bench.lines(), 30, "the probe to be ready")
    bench.tell(*((f"K{n:03}", "fine") for n in range(2_000)))
    wait_until(lambda: len(bench.effects()) >= 20, what="the first effects")
    assert bench.stop(bench.workers[0]) == 0
    assert 0 < waiting_in(bench, QUEUE) < 2_000, "the signal came before or after the load"
    assert waiting_in(bench, QUEUE) + len(bench.effects()) == 2_000, "an event in hand was given back after its effect"


def test_a_retry_that_the_broker_does_not_take_is_offered_again_and_burns_no_attempt(running: Bench) -> None:
    connection = open_connection(running.settings.amqp_uri)
    channel, tier = connection.channel(), retry_tier("registry", TIERS_MS[0])
    channel.queue_unbind(tier, tier, "")
    running.tell(("K01", "early"))
    wait_until(lambda: "forwarding_waits" in running.lines(), what="the line that says so")
    running.database["marks"].insert_one({"_id": "K01"})
    channel.queue_bind(tier, tier, "")
    connection.close()
    wait_until(lambda: running.effects() == {"K01": 1}, what="the event's effect")
    assert dead(running) == []


def test_a_worker_stops_within_seconds_of_sigterm(running: Bench) -> None:
    assert running.stop(running.workers[0]) == 0
    assert "worker_stopped" in running.lines()


def test_a_worker_whose_queue_is_missing_says_which_and_is_not_ready(bench: Bench) -> None:
    connection = open_connection(bench.settings.amqp_uri)
    connection.channel().queue_delete(QUEUE)
    connection.close()
    bench.start()
    wait_until(lambda: f"queue {QUEUE} is missing" in bench.lines(), 30, "the line that names the queue")
    assert "worker_ready" not in bench.lines()


def test_every_event_is_one_log_line_with_its_correlation_id(running: Bench) -> None:
    (id,) = running.tell(("K01", "fine"))
    wait_until(running.effects, what="the event's effect")
    lines = wait_until(lambda: [line for line in running.lines().splitlines() if id in line], what="the log line")
    assert len(lines) == 1
    assert '"correlation_id": "corr-K01"' in lines[0]
