"""From the outboxes to the broker: publish, record, take out; in that order, and again after a crash.

1. publish an aggregate's events in order and wait until the broker confirms them,
2. record them in the append-only collection `events` (a duplicate is benign),
3. only then take them out of the outbox, clearing `pending` if nothing was added meanwhile.

`version` is not raised: the relay's housekeeping must not give a person a false conflict.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice, takewhile
from typing import Any

from pymongo import UpdateMany, UpdateOne
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from shared.contracts import CONTENT_TYPE, encode
from shared.messaging.publisher import Outgoing, Publisher
from shared.observability import note
from shared.observability.metrics import OUTBOX_REFUSED, RELAY_REFUSED, RELAY_REPEATED, RELAYED
from shared.storage.aggregates import AggregateStore
from shared.storage.recorded import record_of

DUPLICATE_KEY = 11000
LOOKS = 20
"""Batches that are read by one cursor: a look at the backlog costs a server that scans as much as the whole of it."""
WRITTEN_TOGETHER = 100
"""Aggregates of one write to the database. The broker likes longer batches than the database does (measured)."""
REFUSED_RESTS = 5.0
"""Seconds before an aggregate is tried again whose event the broker refused or could not route."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An aggregate with events to say, as read."""

    collection: Collection[dict[str, Any]]
    id: Any
    events: tuple[dict[str, Any], ...]

    def prefix(self, fates: Sequence[bool]) -> Waiting:
        """What the broker took, up to the first refusal: an aggregate's events leave in order."""
        taken = takewhile(lambda pair: pair[1], zip(self.events, fates, strict=True))
        return Waiting(self.collection, self.id, tuple(event for event, _ in taken))


@dataclass
class Outboxes:
    """The outboxes of one service, emptied batch by batch.

    An aggregate whose event is refused keeps it and rests a while, so that the others go on.
    """

    service: str
    database: Database[dict[str, Any]]
    stores: Sequence[AggregateStore[Any]]
    publisher: Publisher
    batch: int
    clock: Callable[[], float] = time.monotonic
    _resting: dict[Any, float] = field(default_factory=dict, init=False)

    def relay(self, *, only: Set[str] | None = None, stopped: Callable[[], bool] = lambda: False) -> int:
        """One round over the stores whose collections `only` names, or over all; gives how many events are out.

        Raises publisher.BrokerAway and pymongo errors; whatever was not finished is found again next round.
        """
        now = self.clock()
        self._resting = {id: until for id, until in self._resting.items() if until > now}
        count = 0
        for store in self.stores:
            if only is not None and store.collection.name not in only:
                continue
            for batch in self._batches(store):
                count += self._say(batch)
                if stopped():
                    return count
        OUTBOX_REFUSED.labels(self.service).set(len(self._resting))
        return count

    def _batches(self, store: AggregateStore[Any]) -> Iterator[list[Waiting]]:
        with store.collection.find({"pending": True}, {"outbox": 1}, batch_size=self.batch) as found:
            waiting = (
                Waiting(store.collection, document["_id"], tuple(document["outbox"]))
                for document in found
                if document["outbox"] and document["_id"] not in self._resting
            )
            for _ in range(LOOKS):
                if not (batch := list(islice(waiting, self.batch))):
                    return
                yield batch

    def _say(self, batch: Sequence[Waiting]) -> int:
        fates = iter(self.publisher.publish(self._outgoing(event) for each in batch for event in each.events))
        said = [each.prefix([next(fates) for _ in each.events]) for each in batch]
        for each, out in zip(batch, said, strict=True):
            if refused := len(each.events) - len(out.events):
                RELAY_REFUSED.labels(self.service).inc(refused)
                self._resting[each.id] = self.clock() + REFUSED_RESTS
        out_now = [each for each in said if each.events]
        for event in (event for each in out_now for event in each.events):
            note("published", event=event["id"], aggregate=event["subject"], sequence=event["sequence"])
        whole = {each.id for each in batch if each.id not in self._resting}
        for first in range(0, len(out_now), WRITTEN_TOGETHER):
            written = out_now[first : first + WRITTEN_TOGETHER]
            RELAY_REPEATED.labels(self.service).inc(record(self.database, written))
            take_out(written, whole)
        count = sum(len(each.events) for each in out_now)
        RELAYED.labels(self.service).inc(count)
        return count

    def _outgoing(self, event: dict[str, Any]) -> Outgoing:
        return Outgoing(
            exchange=f"{self.service}.events",
            routing_key=event["type"],
            body=encode(event),
            message_id=event["id"],
            content_type=CONTENT_TYPE,
            correlation_id=event["correlationid"],
            type=event["type"],
        )


def record(database: Database[dict[str, Any]], said: Sequence[Waiting]) -> int:
    """Append to `events`; gives how many stood there before: said again, after a crash or by two relays at once."""
    recorded_at = datetime.now(UTC)
    documents = [record_of(event, recorded_at) for each in said for event in each.events]
    try:
        if documents:
            database["events"].insert_many(documents, ordered=False)
    except BulkWriteError as error:
        faults = error.details["writeErrors"]
        if error.details.get("writeConcernErrors") or any(fault["code"] != DUPLICATE_KEY for fault in faults):
            raise
        return len(faults)
    return 0


def take_out(said: Sequence[Waiting], whole: set[Any]) -> None:
    """Take what was said out of its outbox; `whole` are the ids of the aggregates of which everything was said.

    `sequence` counts the events ever said: unchanged, it means that nothing was added since the outbox was read, and
    then aggregates of one sequence are cleared by one update. Only for the others each event is looked for.
    """
    cleared: dict[str, list[Waiting]] = defaultdict(list)
    for each in said:
        if each.id in whole:
            cleared[each.collection.name].append(each)
        else:
            each.collection.update_one({"_id": each.id}, _pull(each))
    for of_one in cleared.values():
        collection = of_one[0].collection
        if collection.bulk_write(_clearing(of_one), ordered=False).matched_count < len(of_one):
            since = [UpdateOne({"_id": e.id, "sequence": {"$gt": e.events[-1]["sequence"]}}, _pull(e)) for e in of_one]
            collection.bulk_write(since, ordered=False)


def _clearing(said: Sequence[Waiting]) -> list[UpdateMany]:
    by_sequence: dict[int, list[Any]] = defaultdict(list)
    for each in said:
        by_sequence[each.events[-1]["sequence"]].append(each.id)
    empty = {"$set": {"outbox": [], "pending": False}}
    return [UpdateMany({"_id": {"$in": ids}, "sequence": last}, empty) for last, ids in by_sequence.items()]


def _pull(said: Waiting) -> dict[str, Any]:
    return {"$pull": {"outbox": {"id": {"$in": [event["id"] for event in said.events]}}}}
