"""What this service does when an event or a command arrives: load, decide, save.

Sending is in `sending.py`. Every handler may run any number of times, side by side with itself.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from services.notifications.domain.contact import DEFAULT_LANGUAGE, Contact, Language, move_to
from services.notifications.domain.message import Message, MessageState, message_id, queue
from services.notifications.domain.recipients import (
    Account,
    Recipient,
    hears_from,
    recipients,
    seats_called,
    seats_of,
)
from services.notifications.errors import MoveNotOpen
from services.notifications.store import Notice, mark_settled, notices_for, unsettled_contacts, waiting_for
from shared.failures import AlreadyExists
from shared.storage import Aggregate, Cause

if TYPE_CHECKING:
    from services.notifications.rooms import Rooms
    from shared.contracts.received import Received

PAGE = 100


def learn_account(rooms: Rooms, event: Received) -> None:
    """Keep the account's newest state, then tell it what its seats were told lately."""
    data = event.data
    heard = Account(data["account"], frozenset(data["roles"]), data["institution"], data["unit"], since=event.time)
    rooms.accounts.put(heard, source=event.subject, sequence=event.sequence)
    known = rooms.accounts.find(heard.id) or heard
    after: str | None = None
    while page := notices_for(rooms.notices, seats_of(known), hears_from(known), after, PAGE):
        for notice in page:
            tell(rooms, notice.state, [known], event.cause.time)
        after = page[-1].key


def notify(rooms: Rooms, event: Received) -> None:
    """Tell everyone whom the event concerns: the notice first, then a message for each recipient."""
    notice = Notice(
        event=event.id,
        event_type=event.type,
        data=event.data,
        seats=tuple(seats_called(event.type, event.data)),
        correlation_id=event.cause.correlation_id,
        happened_at=event.time,
    )
    kept = rooms.notices.create(event.id, notice, [], _because_of(notice, event.cause.time)).state
    tell(rooms, kept, rooms.accounts.holding(kept.seats), event.cause.time)


def tell(rooms: Rooms, notice: Notice, accounts: list[Account], now: datetime) -> None:
    """One message for each recipient, queued at once when the address is known."""
    for recipient in recipients(notice.event_type, notice.data, accounts):
        message, contact = _message(rooms, notice, recipient), rooms.contacts.find(recipient.account)
        if contact is not None:
            message = queue(message, contact.state.language.value, now)
        kept = rooms.messages.create(message.id, message, [], _because_of(notice, now)).state
        if kept.state is MessageState.WAITING_ADDRESS:
            queue_if_reachable(rooms, kept, now)


def queue_if_reachable(rooms: Rooms, message: Message, now: datetime) -> None:
    """Look for the contact once the message stands: one written before is seen here, a later one sees the message."""
    contact = rooms.contacts.find(message.recipient)
    if contact is not None:
        _queue(rooms, message, contact.state, now)


def put_contact(
    rooms: Rooms, account: str, email: str, language: Language, cause: Cause, *, version: int | None = None
) -> Aggregate[Contact]:
    """Keep where `account` is reached. What waits for it is queued by `settle_contacts`, never here.

    Raises StaleVersion when `version` is given and not the current one.
    """
    new = Contact(account, email, language)
    if version is None and rooms.contacts.find(account) is None:
        try:
            return rooms.contacts.create(account, new, [], cause)
        except AlreadyExists:
            pass  # written by somebody else since the look: changed below like any other
    return rooms.contacts.change(account, lambda known: (move_to(known, email, language), ()), cause, version=version)


def settle_contacts(rooms: Rooms, now: datetime) -> int:
    """Queue what waited for the contacts that changed; gives the number of messages queued."""
    queued = 0
    for contact in unsettled_contacts(rooms.contacts, PAGE):
        while page := waiting_for(rooms.messages, contact.key, PAGE):
            queued += sum(_queue(rooms, message.state, contact.state, now) for message in page)
        mark_settled(rooms.contacts, contact)  # if it changed meanwhile, the next round looks again
    return queued


def _message(rooms: Rooms, notice: Notice, recipient: Recipient) -> Message:
    id = message_id(recipient.account, notice.event)
    return Message(
        id=id,
        event=notice.event,
        event_type=notice.event_type,
        recipient=recipient.account,
        role=recipient.role,
        correlation_id=notice.correlation_id,
        happened_at=notice.happened_at,
        texts=rooms.writer.write(notice.event_type, notice.data, recipient.role, id),
        language=DEFAULT_LANGUAGE.value,
        state=MessageState.WAITING_ADDRESS,
    )


def _queue(rooms: Rooms, message: Message, contact: Contact, now: datetime) -> bool:
    cause = Cause(time=now, correlation_id=message.correlation_id)
    try:
        rooms.messages.change(message.id, lambda known: (queue(known, contact.language.value, now), ()), cause)
    except MoveNotOpen:
        return False  # queued by another handler since the look
    return True


def _because_of(notice: Notice, now: datetime) -> Cause:
    """The event told of, whoever tells: so the second creation of a message is known as the first one's."""
    return Cause(time=now, correlation_id=notice.correlation_id, event_id=notice.event)
