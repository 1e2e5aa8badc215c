"""Documents of this service: messages, contacts, notices, and the accounts as units tells of them.

A *notice* is an event that people are told of, kept with the seats it calls. It is written before the
accounts are read, and an account before the notices are read; so whichever comes first, one of the two
handlers sees the other, and nobody is missed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from marshmallow import fields
from pymongo import ASCENDING, IndexModel
from pymongo.database import Database

from services.notifications.domain.contact import Contact, Language
from services.notifications.domain.message import Message, MessageState, Text, newest_first
from services.notifications.domain.recipients import Account, seats_of
from shared.storage import Aggregate, AggregateStore, Document, put_projection

SERVICE = "notifications"
HIGHEST = "\uffff"


@dataclass(frozen=True, slots=True)
class Notice:
    """An event that people are told of. `seats` are those that it calls by office."""

    event: str
    event_type: str
    data: Mapping[str, Any]
    seats: tuple[str, ...]
    correlation_id: str
    happened_at: datetime


class Moment(fields.Field[datetime]):
    """A time as text of one length in UTC: its order is the times' order, and no microsecond is lost."""

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else written(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        return datetime.fromisoformat(value)


def written(moment: datetime) -> str:
    """The stored form of a time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class TextDocument(Document):
    """How a text is stored."""

    makes = Text

    subject = fields.String(required=True)
    body = fields.String(required=True)


class MessageDocument(Document):
    """How a message is stored."""

    makes = Message

    id = fields.String(required=True)
    event = fields.String(required=True)
    event_type = fields.String(required=True)
    recipient = fields.String(required=True)
    role = fields.String(required=True)
    correlation_id = fields.String(required=True)
    happened_at = Moment(required=True)
    texts = fields.Dict(keys=fields.String(), values=fields.Nested(TextDocument), required=True)
    language = fields.String(required=True)
    state = fields.Enum(MessageState, by_value=True, required=True)
    due = Moment(allow_none=True, load_default=None)
    holder = fields.String(allow_none=True, load_default=None)
    attempts = fields.Integer(load_default=0)
    sent_at = Moment(allow_none=True, load_default=None)
    receipt = fields.String(allow_none=True, load_default=None)
    reason = fields.String(allow_none=True, load_default=None)


class ContactDocument(Document):
    """How a contact is stored."""

    makes = Contact

    account = fields.String(required=True)
    email = fields.String(required=True)
    language = fields.Enum(Language, by_value=True, required=True)
    settled = fields.Boolean(load_default=False)


class NoticeDocument(Document):
    """How a notice is stored."""

    makes = Notice

    event = fields.String(required=True)
    event_type = fields.String(required=True)
    data = fields.Dict(required=True)
    seats = fields.List(fields.String(), required=True)
    correlation_id = fields.String(required=True)
    happened_at = Moment(required=True)


def _listed(message: Message) -> dict[str, Any]:
    return {"recipient": message.recipient, "state": message.state.value, "order": newest_first(message)}


def message_store(database: Database[dict[str, Any]]) -> AggregateStore[Message]:
    """Messages by `message_id`. Lists walk `summary.order`, senders `state.due`."""
    paths = (
        ("summary.order",),
        ("summary.recipient", "summary.order"),
        ("summary.state", "summary.order"),
        ("state.due",),
    )
    indexes = [IndexModel([(path, ASCENDING) for path in index], name=" ".join(index)) for index in paths]
    return AggregateStore(database, "message", MessageDocument, service=SERVICE, indexes=indexes, summary=_listed)


def contact_store(database: Database[dict[str, Any]]) -> AggregateStore[Contact]:
    """Contacts by account id."""
    indexes = [IndexModel([("state.settled", ASCENDING)], name="state.settled")]
    return AggregateStore(database, "contact", ContactDocument, service=SERVICE, indexes=indexes)


def notice_store(database: Database[dict[str, Any]]) -> AggregateStore[Notice]:
    """Notices by event id."""
    indexes = [IndexModel([("state.seats", ASCENDING), ("state.happened_at", ASCENDING)], name="seats happened_at")]
    return AggregateStore(database, "notice", NoticeDocument, service=SERVICE, indexes=indexes)


def due_messages(store: AggregateStore[Message], now: datetime, limit: int) -> list[tuple[str, str]]:
    """Id and recipient of messages that a sender may take, longest waiting first."""
    filter = {"state.due": {"$gt": "", "$lte": written(now)}}
    wanted = {"key": 1, "summary.recipient": 1}
    found = store.collection.find(filter, wanted).sort("state.due", ASCENDING).limit(limit)
    return [(document["key"], document["summary"]["recipient"]) for document in found]


def set_aside(store: AggregateStore[Message], id: str, now: datetime, until: datetime) -> None:
    """Let a due message that can't be read or moved wait, whatever else stands in it, so that others are sent."""
    due = {"_id": f"{store.kind}:{id}", "state.due": {"$gt": "", "$lte": written(now)}}
    store.collection.update_one(due, {"$set": {"state.due": written(until)}})


def waiting_for(store: AggregateStore[Message], account: str, limit: int) -> list[Aggregate[Message]]:
    """Messages of `account` without an address."""
    filter = {"summary.recipient": account, "summary.state": MessageState.WAITING_ADDRESS.value}
    return store.select(filter, sort="summary.order", limit=limit)


def unsettled_contacts(store: AggregateStore[Contact], limit: int) -> list[Aggregate[Contact]]:
    """Contacts that changed since the messages waiting for them were last looked through."""
    return store.select({"state.settled": False}, limit=limit)


def mark_settled(store: AggregateStore[Contact], contact: Aggregate[Contact]) -> bool:
    """What waited for this very version of the contact is queued; False when it has changed since.

    The version is not raised: this is the worker's note, and an officer's next save must not fail by it.
    """
    guard = {"_id": contact.id, "version": contact.version}
    return store.collection.update_one(guard, {"$set": {"state.settled": True}}).matched_count == 1


def notices_for(
    store: AggregateStore[Notice], seats: Iterable[str], since: datetime, after: str | None, limit: int
) -> list[Aggregate[Notice]]:
    """Notices that call one of `seats` and happened at `since` or later, a page in the order of their keys."""
    filter = {"state.seats": {"$in": sorted(seats)}, "state.happened_at": {"$gte": written(since), "$lt": HIGHEST}}
    return store.select(filter, after=after, limit=limit)


@dataclass(frozen=True, slots=True)
class AccountStore:
    """The accounts that units told of, with the seats they hold: always the newest state."""

    database: Database[dict[str, Any]]

    def ensure_indexes(self) -> None:
        """Create what is missing; safe beside running processes."""
        self.database["accounts"].create_indexes([IndexModel([("seats", ASCENDING)], name="seats")])

    def put(self, account: Account, *, source: str, sequence: int) -> bool:
        """Keep `account` unless a newer state of it stands; True when it was written."""
        document = {
            "roles": sorted(account.roles),
            "institution": account.institution,
            "unit": account.unit,
            "since": written(account.since),
            "seats": sorted(seats_of(account)),
        }
        return put_projection(self.database["accounts"], account.id, document, source=source, sequence=sequence)

    def find(self, id: str) -> Account | None:
        """The account, or None while it has not been heard of."""
        document = self.database["accounts"].find_one({"_id": id})
        return None if document is None else _account(document)

    def holding(self, seats: Iterable[str]) -> list[Account]:
        """Every account that holds one of `seats`."""
        return [_account(document) for document in self.database["accounts"].find({"seats": {"$in": sorted(seats)}})]


def _account(document: Mapping[str, Any]) -> Account:
    since = datetime.fromisoformat(document["since"])
    return Account(document["_id"], frozenset(document["roles"]), document["institution"], document["unit"], since)
