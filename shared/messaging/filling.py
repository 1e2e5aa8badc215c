"""A queue filled from what was recorded: for a consumer that came late, and for one that kept too little.

The services' recorded `events` of the types that the contracts bind to the queue go to that queue alone (default
exchange, routing key = queue): no other consumer hears anything. What the consumer heard before it skips, as
with any second delivery. What is said from now on reaches the queue by its bindings, so nothing falls between.

Aggregate by aggregate, each in the order of its sequence. Pages are cut by type and time of recording; an
aggregate is sent whole in the page that holds the first of its wanted events, and so once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pymongo.database import Database

from shared.contracts import CONTENT_TYPE, CONTRACTS, encode
from shared.failures import InvalidInput, ZonaError
from shared.messaging.declare import missing
from shared.messaging.publisher import Outgoing, Publisher
from shared.messaging.topology import Topology, handler_queue, handler_queues
from shared.progress import Tell
from shared.settings import Settings
from shared.storage import connect
from shared.storage.indexes import ensure_shared_indexes
from shared.storage.recorded import Page, Record, Stored, count, histories, pages

PIPELINE = 500
"""Events that are on their way without a confirm, at most; so many may arrive twice after a crash."""


class UnknownQueue(InvalidInput):
    code = "unknown_queue"
    title = ("Antrean tidak dikenal", "Unknown queue")


class QueueMissing(ZonaError):
    """The contracts name the queue, the broker does not have it."""

    code = "queue_missing"
    status = 503
    title = ("Antrean belum ada", "The queue is missing")


class NotTaken(ZonaError):
    """The broker did not take an event: the queue is full, or was deleted."""

    code = "not_taken"
    status = 503
    title = ("Antrean tidak menerima", "The queue takes nothing")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events go to `queue`: of these types, recorded at `since` or later."""

    queue: str
    types: tuple[str, ...]
    since: datetime | None = None

    def holds(self, record: Record) -> bool:
        return record["type"] in self.types and (self.since is None or record["recorded_at"] >= self.since)

    def marker(self) -> dict[str, Any]:
        """What a place in this walk is kept under."""
        return {"queue": self.queue, "types": list(self.types), "since": self.since}


@dataclass
class Filled:
    """What was sent: events by type, aggregates; `resumed` when it began where another run had been stopped."""

    events: dict[str, int] = field(default_factory=dict)
    aggregates: int = 0
    resumed: bool = False

    def add(self, told: Sequence[Record]) -> None:
        self.aggregates += 1
        for record in told:
            self.events[record["type"]] = self.events.get(record["type"], 0) + 1


def wanted_by(queue: str, types: Sequence[str] = (), since: datetime | None = None) -> Wanted:
    """What the contracts bind to `queue`, or those of it that `types` name. Raises UnknownQueue, InvalidInput."""
    if queue not in handler_queues():
        raise UnknownQueue(
            (f"Tidak ada antrean {queue} dalam kontrak.", f"No contract names a queue {queue}."),
            remedy=(f"Yang ada: {', '.join(handler_queues())}.", f"There are: {', '.join(handler_queues())}."),
        )
    bound = tuple(sorted(type for type, contract in CONTRACTS.items() if queue in contract.consumers))
    strange = sorted(set(types) - set(bound))
    if strange:
        raise InvalidInput(
            (f"{queue} tidak mendengar {', '.join(strange)}.", f"{queue} does not hear {', '.join(strange)}."),
            remedy=(f"Yang didengarnya: {', '.join(bound)}.", f"It hears: {', '.join(bound)}."),
        )
    return Wanted(queue, tuple(type for type in bound if not types or type in types), since)


def recorded(settings: Settings, wanted: Wanted) -> dict[str, int]:
    """How many events there are to send, by type: the dry run."""
    with _sources(settings, wanted) as sources:
        return {type: count(sources[type], type, since=wanted.since) for type in wanted.types}


def fill(settings: Settings, wanted: Wanted, tell: Tell, *, total: int = 0) -> Filled:
    """Send them. A run that was stopped is taken up again where its last confirmed page ended.

    Raises QueueMissing when the broker lacks the queue, NotTaken when it refuses an event, publisher.BrokerAway,
    declare.BrokerUnreachable and pymongo errors.
    """
    _must_stand(settings, wanted.queue)
    place = _Place(connect(settings, wanted.queue.partition(".")[0]), wanted)
    filled = Filled(resumed=place.type is not None)
    publisher = Publisher(settings.amqp_uri)
    try:
        with _sources(settings, wanted) as sources:
            for type in place.still(wanted.types):
                for page in pages(sources[type], type, since=place.since(type)):
                    _send(publisher, wanted.queue, _told(sources[type], wanted, page, filled))
                    place.reached(type, page.upper)
                    sent = sum(filled.events.values())
                    tell(wanted.queue, sent, max(total, sent))
        place.done()
    finally:
        publisher.close()
        place.leave()
    return filled


class _Place:
    """How far a run has come, kept in the consumer's own database until it is done."""

    def __init__(self, database: Database[dict[str, Any]], wanted: Wanted) -> None:
        self._fills, self._wanted = database["fills"], wanted
        known = self._fills.find_one({"_id": wanted.queue})
        same = known is not None and all(known.get(name) == value for name, value in wanted.marker().items())
        self.type: str | None = known["type"] if known and same else None
        self._upper: datetime | None = known["upper"] if known and same else None

    def still(self, types: Sequence[str]) -> Sequence[str]:
        return [type for type in types if self.type is None or type >= self.type]

    def since(self, type: str) -> datetime | None:
        return self._upper if type == self.type else self._wanted.since

    def reached(self, type: str, upper: datetime) -> None:
        place = {**self._wanted.marker(), "type": type, "upper": upper}
        self._fills.update_one({"_id": self._wanted.queue}, {"$set": place}, upsert=True)

    def done(self) -> None:
        self._fills.delete_one({"_id": self._wanted.queue})

    def leave(self) -> None:
        self._fills.database.client.close()


def _must_stand(settings: Settings, queue: str) -> None:
    if missing(settings.amqp_uri, Topology((), (handler_queue(queue),), ())):
        raise QueueMissing(
            (f"Antrean {queue} belum ada pada perantara pesan.", f"The broker has no queue {queue} yet."),
            remedy=("Jalankan `zi topology apply` dulu.", "Run `zi topology apply` first."),
        )


@contextmanager
def _sources(settings: Settings, wanted: Wanted) -> Iterator[dict[str, Stored]]:
    """For each wanted type, the recorded events of the service that says it."""
    databases = {source: connect(settings, source) for source in {CONTRACTS[type].source for type in wanted.types}}
    try:
        for database in databases.values():
            ensure_shared_indexes(database)
        yield {type: databases[CONTRACTS[type].source]["events"] for type in wanted.types}
    finally:
        for database in databases.values():
            database.client.close()


def _told(events: Stored, wanted: Wanted, page: Page, filled: Filled) -> Iterator[Record]:
    """The wanted events of each aggregate whose first one is in this page."""
    of_page = {record["_id"] for record in page.records}
    for history in histories(events, {record["subject"] for record in page.records}).values():
        told = [record for record in history if wanted.holds(record)]
        if told and told[0]["_id"] in of_page:
            filled.add(told)
            yield from told


def _send(publisher: Publisher, queue: str, records: Iterator[Record]) -> None:
    batch: list[Outgoing] = []
    for record in records:
        batch.append(_outgoing(queue, record["event"]))
        if len(batch) == PIPELINE:
            _confirmed(publisher, queue, batch)
            batch = []
    if batch:
        _confirmed(publisher, queue, batch)


def _confirmed(publisher: Publisher, queue: str, batch: Sequence[Outgoing]) -> None:
    if not all(publisher.publish(batch)):
        raise NotTaken(
            (f"{queue} menolak peristiwa: penuh atau terhapus.", f"{queue} took not every event: full, or deleted."),
            remedy=(
                "Jalankan pekerjanya dan periksa antreannya, lalu ulangi perintah yang sama: ia melanjutkan.",
                "Run its worker and look at the queue, then give the same command again: it goes on.",
            ),
        )


def _outgoing(queue: str, event: dict[str, Any]) -> Outgoing:
    return Outgoing(
        exchange="",
        routing_key=queue,
        body=encode(event),
        message_id=event["id"],
        content_type=CONTENT_TYPE,
        correlation_id=event["correlationid"],
        type=event["type"],
    )
