"""The aggregates of the three services, and what a command or an event does to them.

A source keeps the numbers of the commands that it obeyed; a consumer keeps, for each source, the list of what it
applied, written by the same guarded write that is the effect. So the databases say exactly what came of everything.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from marshmallow import fields
from pymongo.database import Database

from shared.contracts.received import Received
from shared.failures import NotFound, ZonaError
from shared.settings import Settings
from shared.storage import Aggregate, AggregateStore, Cause, Document, Event, connect
from shared.storage.indexes import ensure_shared_indexes

POISON = "poison"
"""The name that makes an event one that no consumer can ever take."""


class Poison(ZonaError):
    code = "poison"


@dataclass(frozen=True, slots=True)
class Source:
    """A source aggregate; `numbers` of the commands that it obeyed, in the order in which it did."""

    name: str
    numbers: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Applied:
    """What a consumer made of one source aggregate: event, source, sequence of each effect, in order."""

    applied: list[dict[str, Any]] = field(default_factory=list)


class SourceDocument(Document):
    makes = Source
    name = fields.String()
    numbers = fields.List(fields.Integer())


class AppliedDocument(Document):
    makes = Applied
    applied = fields.List(fields.Dict())


@dataclass(frozen=True)
class Rooms:
    """A service's database and its one kind of aggregates."""

    database: Database[dict[str, Any]]
    store: AggregateStore[Any]

    def ensure_indexes(self) -> None:
        self.store.ensure_indexes()
        ensure_shared_indexes(self.database)


KINDS: dict[str, tuple[str, type[Document]]] = {
    "units": ("source", SourceDocument),
    "registry": ("effect", AppliedDocument),
    "notifications": ("echo", AppliedDocument),
}
"""Service → kind and document of its aggregates."""


def build(service: str, settings: Settings) -> Rooms:
    """The rooms of one process of `service`."""
    database = connect(settings, service)
    kind, document = KINDS[service]
    return Rooms(database, AggregateStore(database, kind, document, service=service))


def obey(rooms: Rooms, key: str, number: int, name: str, cause: Cause) -> Aggregate[Source]:
    """A command: the `number`-th of this source; the first one creates it. Says one event."""
    data = {"code": key, "name": name, "kind": "ministry", "province": None}
    said = [Event("units.institution_registered", _newest(data))]
    if number == 1:
        return rooms.store.create(key, Source(name, [1]), said, cause)
    return rooms.store.change(key, lambda source: (replace(source, numbers=[*source.numbers, number]), said), cause)


additions: dict[str, Any] = {}
"""What a newer version of the producer says besides; see tests.chaos.ways."""


def _newest(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, **additions}


def learn(rooms: Rooms, event: Received) -> None:
    """The registry's effect, which says an event of its own."""
    if event.data["name"] == POISON:
        raise Poison(("racun", "poison"))
    _apply(rooms, event, [_drafted(event)])


def notify(rooms: Rooms, event: Received) -> None:
    """The last effect of the chain."""
    _apply(rooms, event, [])


def _apply(rooms: Rooms, event: Received, said: list[Event]) -> None:
    key, decide = event.subject.partition(":")[2], partial(_add, event, said)
    try:
        rooms.store.change(key, decide, event.cause, in_order=True)
    except NotFound:
        rooms.store.create(key, *decide(Applied()), event.cause, in_order=True)


def _add(event: Received, said: list[Event], state: Applied) -> tuple[Applied, list[Event]]:
    effect = {"event": event.id, "source": event.subject, "sequence": event.sequence}
    return Applied([*state.applied, effect]), said


def _drafted(event: Received) -> Event:
    key = event.data["code"]
    card = {
        "unit": key,
        "unit_name": event.data["name"],
        "institution": key,
        "institution_name": key,
        "institution_kind": "ministry",
        "province": "31",
        "field": "health",
    }
    more = {"number": f"{key}-{event.sequence}", "proposal": event.id, "cycle": "2026", "predicate": "WBK"}
    return Event("registry.designation_drafted", {**card, **more})
