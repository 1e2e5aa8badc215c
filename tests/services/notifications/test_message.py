"""The moves of a message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from services.notifications.domain import message as moves
from services.notifications.domain.message import (
    ATTEMPTS,
    LEASE,
    MOVES,
    Message,
    MessageState,
    Move,
    Text,
    claim,
    delay_after,
    lose_address,
    message_id,
    newest_first,
    postpone,
    queue,
    record_sent,
    refuse,
    release,
)
from services.notifications.errors import MoveNotOpen, TakenByAnother
from tests.services.notifications.said import NOON

WAITING = Message(
    id=message_id("petugas", "event-1"),
    event="event-1",
    event_type="units.unit_declared",
    recipient="petugas",
    role="unit_officer",
    correlation_id="corr",
    happened_at=NOON,
    texts={"id": Text("Halo", "Isi\n"), "en": Text("Hello", "Body\n")},
    language="id",
    state=MessageState.WAITING_ADDRESS,
)
QUEUED = queue(WAITING, "en", NOON)
SENDING = claim(QUEUED, "pengirim", "en", NOON)
SENT = record_sent(SENDING, "en", "250 OK", NOON)
FAILED = refuse(SENDING, "pengirim", "550 no")
IN_STATE = {each.state: each for each in (WAITING, QUEUED, SENDING, SENT, FAILED)}
MAKE: dict[Move, Callable[[Message], Message]] = {
    Move.QUEUE: lambda message: queue(message, "id", NOON),
    Move.LOSE_ADDRESS: lambda message: lose_address(message, NOON + LEASE),
    Move.CLAIM: lambda message: claim(message, "lain", "id", NOON + LEASE),
    Move.SENT: lambda message: record_sent(message, "id", "250", NOON),
    Move.REFUSE: lambda message: refuse(message, "pengirim", "550"),
    Move.POSTPONE: lambda message: postpone(message, "pengirim", "451", NOON),
    Move.RELEASE: lambda message: release(message, "pengirim", "away", NOON),
}


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("state", MessageState)
def test_each_move_goes_where_the_table_says_and_nowhere_else(state: MessageState, move: Move) -> None:
    if (state, move) in MOVES:
        assert MAKE[move](IN_STATE[state]).state is MOVES[state, move]
    else:
        with pytest.raises((MoveNotOpen, TakenByAnother)):
            MAKE[move](IN_STATE[state])


def test_the_id_is_the_same_for_the_same_recipient_and_event_and_different_otherwise() -> None:
    assert message_id("a", "e") == message_id("a", "e")
    assert len({message_id("a", "e"), message_id("b", "e"), message_id("a", "f")}) == 3


def test_a_queued_message_is_due_at_once_in_the_language_of_the_contact() -> None:
    assert (QUEUED.due, QUEUED.language) == (NOON, "en")


def test_a_claim_before_the_time_is_refused() -> None:
    with pytest.raises(TakenByAnother):
        claim(QUEUED, "lain", "id", NOON - timedelta(microseconds=1))


def test_a_claimed_message_is_not_claimed_again_while_the_lease_runs() -> None:
    with pytest.raises(TakenByAnother):
        claim(SENDING, "lain", "id", NOON + LEASE - timedelta(microseconds=1))


def test_a_message_that_is_being_sent_does_not_lose_its_address_under_the_sender() -> None:
    with pytest.raises(TakenByAnother):
        lose_address(SENDING, NOON)


def test_a_message_whose_lease_ended_is_claimed_by_another_sender() -> None:
    taken = claim(SENDING, "lain", "id", NOON + LEASE)
    assert (taken.holder, taken.attempts) == ("lain", 2)


def test_a_sender_without_the_lease_can_not_call_the_message_failed() -> None:
    taken = claim(SENDING, "lain", "id", NOON + LEASE)
    for decide in (lambda m: refuse(m, "pengirim", "550"), lambda m: postpone(m, "pengirim", "451", NOON)):
        with pytest.raises(TakenByAnother):
            decide(taken)


def test_a_sender_without_the_lease_may_say_that_it_was_sent_because_it_was() -> None:
    taken = claim(SENDING, "lain", "id", NOON + LEASE)
    assert record_sent(taken, "id", "250", NOON).state is MessageState.SENT


def test_a_sent_message_keeps_when_and_the_servers_words_and_is_never_due_again() -> None:
    assert (SENT.sent_at, SENT.receipt, SENT.due, SENT.holder) == (NOON, "250 OK", None, None)


def test_a_refused_message_keeps_the_reason() -> None:
    assert (FAILED.state, FAILED.reason, FAILED.due) == (MessageState.FAILED, "550 no", None)


def test_a_postponed_message_waits_longer_each_time() -> None:
    assert [delay_after(nth).total_seconds() for nth in (1, 2, 3)] == [30, 60, 120]
    assert delay_after(ATTEMPTS) == timedelta(hours=4)


def test_a_postponed_message_fails_after_the_last_attempt_and_not_before() -> None:
    last = replace(SENDING, attempts=ATTEMPTS)
    assert postpone(replace(SENDING, attempts=ATTEMPTS - 1), "pengirim", "451", NOON).state is MessageState.QUEUED
    assert postpone(last, "pengirim", "451", NOON).state is MessageState.FAILED


def test_a_message_is_tried_for_the_days_that_the_rfc_asks_for() -> None:
    """RFC 5321, 4.5.4.1: the give-up time generally needs to be at least 4-5 days."""
    assert sum((delay_after(nth) for nth in range(1, ATTEMPTS)), timedelta()) >= timedelta(days=4)


def test_a_released_message_has_lost_no_attempt() -> None:
    released = release(SENDING, "pengirim", "away", NOON)
    assert (released.attempts, released.state) == (0, MessageState.QUEUED)


def test_a_newer_message_stands_before_an_older_one() -> None:
    older = replace(WAITING, happened_at=NOON - timedelta(microseconds=1))
    assert newest_first(WAITING) < newest_first(older)


def test_the_domain_module_names_no_move_that_the_table_lacks() -> None:
    assert {move for _, move in MOVES} == set(moves.Move)
