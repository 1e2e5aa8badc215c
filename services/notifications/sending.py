"""Queued messages leave by SMTP: each claimed under a lease, sent, marked; one connection for a batch.

A crash between the mail server's yes and our mark sends again under the same Message-ID: at least once, and
recognisable. While the mail server is away nothing is claimed, no attempt is counted, nothing is lost.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from email.errors import MessageError
from typing import TYPE_CHECKING

from marshmallow import ValidationError

from services.notifications.domain.contact import Contact
from services.notifications.domain.message import (
    LEASE,
    Message,
    claim,
    lose_address,
    postpone,
    record_sent,
    refuse,
    release,
)
from services.notifications.errors import (
    ConversationLost,
    MailPostponed,
    MailRefused,
    MailServerAway,
    TakenByAnother,
)
from services.notifications.handlers import queue_if_reachable
from services.notifications.mail import compose
from services.notifications.smtp import Conversation
from services.notifications.store import due_messages, set_aside
from shared.failures import ZonaError
from shared.observability import logger
from shared.storage import Cause

if TYPE_CHECKING:
    from services.notifications.rooms import Rooms

BATCH = 200
Clock = Callable[[], datetime]


def send_due(rooms: Rooms, clock: Clock) -> Counter[str]:
    """Send what is due, at most one batch; gives how many messages ended how.

    The mail server's absence is no error here: a pause that grows, and one log line for each try.
    """
    tally: Counter[str] = Counter()
    if rooms.mail_server is None or rooms.pause.holds(clock()):
        return tally
    due = due_messages(rooms.messages, clock(), BATCH)
    if not due:
        return tally
    try:
        with rooms.mail_server.conversation() as conversation:
            for id, recipient in due:
                tally[send_one(rooms, conversation, id, recipient, clock)] += 1
                rooms.pause.end()
    except MailServerAway as away:
        rooms.pause.lengthen(clock())
        logger().warning("mail_server_away", code=away.code, reason=str(away), until=str(rooms.pause.until))
    if tally:
        logger().info("mail_batch", **tally)
    return tally


def send_one(rooms: Rooms, conversation: Conversation, id: str, recipient: str, clock: Clock) -> str:
    """Claim, deliver, mark; gives `sent`, `failed`, `postponed`, `taken`, `waiting_address` or `skipped`.

    Raises MailServerAway when the rest of the batch has to wait, the message given back before.
    """
    holder = uuid.uuid4().hex
    try:
        found = rooms.contacts.find(recipient)
        if found is None:
            return _addressless(rooms, id, clock())
        message = _claimed(rooms, id, holder, found.state, clock())
        return _delivered(rooms, conversation, message, found.state, clock)
    except TakenByAnother:
        return "taken"
    except MailServerAway:
        raise
    except (ZonaError, ValidationError) as error:
        return _skipped(rooms, id, error, clock())


def _addressless(rooms: Rooms, id: str, now: datetime) -> str:
    waiting = _save(rooms, id, lambda known: lose_address(known, now), now)
    queue_if_reachable(rooms, waiting, now)
    return "waiting_address"


def _skipped(rooms: Rooms, id: str, error: Exception, now: datetime) -> str:
    """One message that can't be read or moved must not stand in the way of all that come after it."""
    set_aside(rooms.messages, id, now, now + LEASE)
    logger().error("message_skipped", message=id, reason=type(error).__name__)
    return "skipped"


def _claimed(rooms: Rooms, id: str, holder: str, contact: Contact, now: datetime) -> Message:
    return _save(rooms, id, lambda known: claim(known, holder, contact.language.value, now), now)


def _delivered(rooms: Rooms, conversation: Conversation, message: Message, contact: Contact, clock: Clock) -> str:
    id, holder, language = message.id, message.holder or "", contact.language.value
    try:
        receipt = conversation.deliver(compose(message, contact.email, language, conversation.sender), contact.email)
    except (MailRefused, MessageError, ValueError, KeyError) as error:
        reason = str(error) if isinstance(error, MailRefused) else f"not a mail: {type(error).__name__}"
        _save(rooms, id, lambda known: refuse(known, holder, reason), clock())
        return "failed"
    except (MailPostponed, ConversationLost) as error:
        reason, now = str(error), clock()
        _save(rooms, id, lambda known: postpone(known, holder, reason, now), now)
        if isinstance(error, ConversationLost):
            raise
        return "postponed"
    except MailServerAway as error:
        reason, now = str(error), clock()
        _save(rooms, id, lambda known: release(known, holder, reason, now), now)
        raise
    now = clock()
    _save(rooms, id, lambda known: record_sent(known, language, receipt, now), now)
    return "sent"


def _save(rooms: Rooms, id: str, decide: Callable[[Message], Message], now: datetime) -> Message:
    cause = Cause(time=now, correlation_id=f"message:{id}")
    return rooms.messages.change(id, lambda known: (decide(known), ()), cause).state
