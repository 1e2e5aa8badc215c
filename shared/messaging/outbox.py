"""From the outboxes to the broker: publish, record, take out; in that order, and again after a crash.

1. publish an aggregate's events in order and wait until the broker confirms them,
2. record them in the append-only collection `events` (a duplicate is benign),
3. only then take them out of the outbox, clearing `pending` if nothing was added meanwhile.

`version` is not raised: the relay's housekeeping must not give a person a false conflict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any

from pymongo import InsertOne, UpdateOne
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from shared.contracts import CONTENT_TYPE, encode
from shared.messaging.publisher import Outgoing, Publisher
from shared.observability.metrics import RELAY_REFUSED, RELAYED
from shared.storage.aggregates import AggregateStore

DUPLICATE_KEY = 11000


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An aggregate with events to say, as read."""

    collection: Collection[dict[str, Any]]
    id: Any
    events: tuple[dict[str, Any], ...]


def relay_once(
    service: str,
    database: Database[dict[str, Any]],
    stores: Sequence[AggregateStore[Any]],
    publisher: Publisher,
    batch: int,
) -> int:
    """One round over all stores; gives the count of events that are out.

    Raises publisher.BrokerAway and pymongo errors; whatever was not finished is found again next round.
    """
    waiting = [found for store in stores for found in _pending(store, batch)]
    if not waiting:
        return 0
    fates = iter(publisher.publish([_outgoing(service, event) for each in waiting for event in each.events]))
    said = [(each, _prefix(each, [next(fates) for _ in each.events])) for each in waiting]
    refused = sum(len(each.events) - len(events) for each, events in said)
    RELAY_REFUSED.labels(service).inc(refused)
    out = [(each, events) for each, events in said if events]
    _record(database, [event for _, events in out for event in events])
    _take_out(out)
    count = sum(len(events) for _, events in out)
    RELAYED.labels(service).inc(count)
    return count


def _pending(store: AggregateStore[Any], batch: int) -> list[_Waiting]:
    found = store.collection.find({"pending": True}, {"outbox": 1}).limit(batch)
    return [
        _Waiting(store.collection, document["_id"], tuple(document["outbox"]))
        for document in found
        if document["outbox"]
    ]


def _outgoing(service: str, event: dict[str, Any]) -> Outgoing:
    return Outgoing(
        exchange=f"{service}.events",
        routing_key=event["type"],
        body=encode(event),
        message_id=event["id"],
        content_type=CONTENT_TYPE,
        correlation_id=event["correlationid"],
        type=event["type"],
    )


def _prefix(waiting: _Waiting, fates: Sequence[bool]) -> tuple[dict[str, Any], ...]:
    """What the broker took, up to the first refusal: an aggregate's events leave in order."""
    return tuple(event for event, _ in takewhile(lambda pair: pair[1], zip(waiting.events, fates, strict=True)))


def _record(database: Database[dict[str, Any]], events: Sequence[dict[str, Any]]) -> None:
    recorded_at = datetime.now(UTC)
    documents = [
        InsertOne(
            {
                "_id": event["id"],
                "type": event["type"],
                "subject": event["subject"],
                "sequence": event["sequence"],
                "recorded_at": recorded_at,
                "event": event,
            }
        )
        for event in events
    ]
    try:
        if documents:
            database["events"].bulk_write(documents, ordered=False)
    except BulkWriteError as error:
        if any(fault["code"] != DUPLICATE_KEY for fault in error.details["writeErrors"]):
            raise


def _take_out(said: Sequence[tuple[_Waiting, tuple[dict[str, Any], ...]]]) -> None:
    by_collection: dict[str, tuple[Collection[dict[str, Any]], list[UpdateOne]]] = {}
    for waiting, events in said:
        whole = len(events) == len(waiting.events)
        pull: dict[str, Any] = {"$pull": {"outbox": {"id": {"$in": [event["id"] for event in events]}}}}
        _, updates = by_collection.setdefault(waiting.collection.name, (waiting.collection, []))
        if whole:
            # `sequence` counts the events ever said: unchanged means that nothing was added since we read
            guard = {"_id": waiting.id, "sequence": events[-1]["sequence"]}
            updates.append(UpdateOne(guard, {"$set": {"outbox": [], "pending": False}}))
            guard = {"_id": waiting.id, "sequence": {"$gt": events[-1]["sequence"]}}
            updates.append(UpdateOne(guard, pull))
        else:
            updates.append(UpdateOne({"_id": waiting.id}, pull))
    for collection, updates in by_collection.values():
        collection.bulk_write(updates, ordered=True)
