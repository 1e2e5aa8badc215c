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

from services.notifications.domain.contact import Contact
from services.notifications.domain.message import (
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
from services.notifications.mail import compose
from services.notifications.rooms import Rooms
from services.notifications.smtp import Conversation
from services.notifications.store import due_messages
from shared.observability import logger
from shared.storage import Cause

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
            for key in due:
                tally[send_one(rooms, conversation, key, clock)] += 1
                rooms.pause.end()
    except MailServerAway as away:
        rooms.pause.lengthen(clock())
        logger().warning("mail_server_away", code=away.code, reason=str(away), until=str(rooms.pause.until))
    if tally:
        logger().info("mail_batch", **tally)
    return tally


def send_one(rooms: Rooms, conversation: Conversation, key: str, clock: Clock) -> str:
    """Claim, deliver, mark; gives `sent`, `failed`, `postponed`, `taken` or `waiting_address`.

    Raises MailServerAway when the rest of the batch has to wait, the message given back before.
    """
    holder = uuid.uuid4().hex
    try:
        contact, message = _claimed(rooms, key, holder, clock())
        if contact is None:
            return "waiting_address"
        return _delivered(rooms, conversation, message, contact, holder, clock)
    except TakenByAnother:
        return "taken"


def _claimed(rooms: Rooms, key: str, holder: str, now: datetime) -> tuple[Contact | None, Message]:
    """The message under our lease and where it goes; None when there is no address any more."""
    message = rooms.messages.load(key).state
    found = rooms.contacts.find(message.recipient)
    if found is None:
        return None, _save(rooms, message, lose_address, now)
    language = found.state.language.value
    return found.state, _save(rooms, message, lambda known: claim(known, holder, language, now), now)


def _delivered(
    rooms: Rooms, conversation: Conversation, message: Message, contact: Contact, holder: str, clock: Clock
) -> str:
    language = contact.language.value
    try:
        receipt = conversation.deliver(compose(message, contact.email, language, conversation.sender), contact.email)
    except (MailRefused, MessageError, ValueError, KeyError) as error:
        reason = str(error) if isinstance(error, MailRefused) else f"not a mail: {type(error).__name__}"
        _save(rooms, message, lambda known: refuse(known, holder, reason), clock())
        return "failed"
    except (MailPostponed, ConversationLost) as error:
        reason, now = str(error), clock()
        _save(rooms, message, lambda known: postpone(known, holder, reason, now), now)
        if isinstance(error, ConversationLost):
            raise
        return "postponed"
    except MailServerAway as error:
        reason, now = str(error), clock()
        _save(rooms, message, lambda known: release(known, holder, reason, now), now)
        raise
    now = clock()
    _save(rooms, message, lambda known: record_sent(known, language, receipt, now), now)
    return "sent"


def _save(rooms: Rooms, message: Message, decide: Callable[[Message], Message], now: datetime) -> Message:
    cause = Cause(time=now, correlation_id=message.correlation_id)
    return rooms.messages.change(message.id, lambda known: (decide(known), ()), cause).state
