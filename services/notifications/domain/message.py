"""A message from the event to the mail server.

    waiting_address ──queue──▶ queued ──claim──▶ sending ──sent──▶ sent
           ▲                    │  ▲                │  ├──refuse──▶ failed
           └──lose_address──────┘  └──postpone──────┘  └──(attempts used up)──▶ failed
                                   └──release───────┘

`sending` is a lease: a sender that dies loses it, and the next one sends again under the same Message-ID. So
mail is sent at least once and recognisably the same; whoever keeps Message-IDs keeps one. All times are UTC.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum

from services.notifications.errors import MoveNotOpen, TakenByAnother

NAMESPACE = uuid.UUID("b0a7d1f5-5f6a-5c0e-8e0b-6c1c3f2f9f10")
"""Of every message id: changing it would tell everybody everything again."""
LEASE = timedelta(minutes=10)
"""Longer than any one SMTP conversation may take (each step of it is bounded by the socket's timeout)."""
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=4)
ATTEMPTS = 34
"""Doubling from 30 seconds to 4 hours, 34 attempts make a little more than 4 days (RFC 5321, 4.5.4.1)."""
LAST_MICROSECOND = 10**17


class MessageState(Enum):
    """How far a message is."""

    WAITING_ADDRESS = "waiting_address"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Move(Enum):
    """What can happen to it."""

    QUEUE = "queue"
    LOSE_ADDRESS = "lose_address"
    CLAIM = "claim"
    SENT = "sent"
    REFUSE = "refuse"
    POSTPONE = "postpone"
    RELEASE = "release"


_S = MessageState
MOVES: Mapping[tuple[MessageState, Move], MessageState] = {
    (_S.WAITING_ADDRESS, Move.QUEUE): _S.QUEUED,
    (_S.QUEUED, Move.LOSE_ADDRESS): _S.WAITING_ADDRESS,
    (_S.SENDING, Move.LOSE_ADDRESS): _S.WAITING_ADDRESS,  # only after the lease
    (_S.QUEUED, Move.CLAIM): _S.SENDING,
    (_S.SENDING, Move.CLAIM): _S.SENDING,  # only after the lease
    (_S.SENDING, Move.SENT): _S.SENT,
    (_S.QUEUED, Move.SENT): _S.SENT,  # a sender whose lease ended did send
    (_S.SENDING, Move.REFUSE): _S.FAILED,
    (_S.SENDING, Move.POSTPONE): _S.QUEUED,
    (_S.SENDING, Move.RELEASE): _S.QUEUED,
}
"""Every move there is; anything else raises MoveNotOpen."""


@dataclass(frozen=True, slots=True)
class Text:
    """A message in one language; the subject is one line."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Message:
    """What one account is told about one event, in every language, and how far its mail is.

    due         when a sender may take it (queued), or take it over (sending); None otherwise
    holder      the sender that has the lease
    receipt     the mail server's words of acceptance
    reason      why the last attempt did not succeed
    """

    id: str
    event: str
    event_type: str
    recipient: str
    role: str
    correlation_id: str
    happened_at: datetime
    texts: Mapping[str, Text]
    language: str
    state: MessageState
    due: datetime | None = None
    holder: str | None = None
    attempts: int = 0
    sent_at: datetime | None = None
    receipt: str | None = None
    reason: str | None = None


def message_id(recipient: str, event: str) -> str:
    """Once for each (recipient, event), whoever computes it and however often."""
    return str(uuid.uuid5(NAMESPACE, f"{recipient}/{event}"))


def newest_first(message: Message) -> str:
    """A key whose ascending order is newest first: lists need a forward walk of one index only."""
    microseconds = (message.happened_at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return f"{LAST_MICROSECOND - microseconds:017d}-{message.id}"


def queue(message: Message, language: str, now: datetime) -> Message:
    """The address is known: the mail may leave, in the recipient's language."""
    return replace(message, state=_after(message, Move.QUEUE), language=language, due=now)


def lose_address(message: Message, now: datetime) -> Message:
    """The address is gone: wait for the next one. Raises TakenByAnother when the message is not due."""
    _due(message, now)
    return replace(message, state=_after(message, Move.LOSE_ADDRESS), due=None, holder=None)


def claim(message: Message, holder: str, language: str, now: datetime) -> Message:
    """Take the message for sending until the lease ends. Raises TakenByAnother, also when it is not due."""
    _due(message, now)
    state = _after(message, Move.CLAIM)
    return replace(
        message, state=state, holder=holder, language=language, due=now + LEASE, attempts=message.attempts + 1
    )


def record_sent(message: Message, language: str, receipt: str, now: datetime) -> Message:
    """The mail server accepted. True whoever holds the lease by now; raises TakenByAnother when known already."""
    if message.state in {_S.SENT, _S.FAILED}:
        raise TakenByAnother((f"pesan {message.id} sudah selesai", f"message {message.id} is finished already"))
    return replace(
        message,
        state=_after(message, Move.SENT),
        language=language,
        due=None,
        holder=None,
        sent_at=now,
        receipt=receipt,
        reason=None,
    )


def refuse(message: Message, holder: str, reason: str) -> Message:
    """The mail server said no for good."""
    _held(message, holder)
    return replace(message, state=_after(message, Move.REFUSE), due=None, holder=None, reason=reason)


def postpone(message: Message, holder: str, reason: str, now: datetime) -> Message:
    """Not now: again after a while, but not for ever."""
    _held(message, holder)
    if message.attempts >= ATTEMPTS:
        return refuse(message, holder, reason)
    state = _after(message, Move.POSTPONE)
    return replace(message, state=state, due=now + delay_after(message.attempts), holder=None, reason=reason)


def release(message: Message, holder: str, reason: str, now: datetime) -> Message:
    """Nothing was tried: the message waits as before, and no attempt is counted."""
    _held(message, holder)
    attempts = message.attempts - 1
    return replace(
        message,
        state=_after(message, Move.RELEASE),
        due=now + FIRST_DELAY,
        holder=None,
        attempts=attempts,
        reason=reason,
    )


def delay_after(attempts: int) -> timedelta:
    """The pause after the `attempts`-th attempt: 30 seconds, doubled each time, 4 hours at most."""
    doublings = min(max(attempts - 1, 0), 16)
    return min(timedelta(seconds=FIRST_DELAY.total_seconds() * (1 << doublings)), LONGEST_DELAY)


def _after(message: Message, move: Move) -> MessageState:
    try:
        return MOVES[message.state, move]
    except KeyError:
        raise MoveNotOpen(
            (
                f"pesan {message.id} berstatus {message.state.value}: tidak dapat {move.value}",
                f"message {message.id} is {message.state.value}: no {move.value}",
            )
        ) from None


def _due(message: Message, now: datetime) -> None:
    """Queued for now, or left by a sender whose lease ended."""
    if message.due is None or message.due > now:
        raise TakenByAnother(
            (f"pesan {message.id} sudah ditangani pengirim lain", f"message {message.id} is with another sender")
        )


def _held(message: Message, holder: str) -> None:
    if message.state is not _S.SENDING or message.holder != holder:
        raise TakenByAnother(
            (f"pesan {message.id} bukan lagi milik pengirim ini", f"message {message.id} is no longer this sender's")
        )
