"""What is asked of the database for each yes: a journaled majority, for what is written and for what is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from pymongo import InsertOne, MongoClient
from pymongo.errors import DuplicateKeyError
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from shared.messaging.outbox import Outboxes
from shared.settings import Settings
from shared.storage import Cause, connection, put_projection
from shared.testing.publishing import FakePublisher
from tests.integration import probe_rooms
from tests.integration.moment import NOW
from tests.integration.probe_rooms import Rooms, Thing
from tests.shared.storage.aggregate_model import event

WRITES = {"insert", "update", "delete", "bulkWrite", "findAndModify"}
READS = {"find", "aggregate", "count", "distinct"}


class Asked(CommandListener):
    """Every command that goes to the database."""

    def __init__(self) -> None:
        self.commands: list[dict[str, Any]] = []

    def started(self, event: CommandStartedEvent) -> None:
        self.commands.append({"name": event.command_name, **event.command})

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """It was asked for: enough."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Likewise."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    asked = Asked()
    monkeypatch.setattr(connection, "MongoClient", partial(MongoClient, event_listeners=[asked]))
    return asked


@pytest.fixture
def rooms(asked: Asked, settings: Settings) -> Iterator[Rooms]:
    bare = settings.mongodb_uri.replace("&w=majority&journal=true", "")  # nobody's URI has to ask for it
    rooms = probe_rooms.build(replace(settings, mongodb_uri=bare))
    rooms.ensure_indexes()
    asked.commands.clear()
    yield rooms
    rooms.database.client.close()


def counted(thing: Thing) -> tuple[Thing, list[Any]]:
    return Thing(thing.name, thing.number + 1), [event("2")]


def test_every_write_waits_for_a_journaled_majority_and_every_read_sees_what_one_has(
    rooms: Rooms, asked: Asked
) -> None:
    rooms.things.create("a", Thing("a"), [event("1")], Cause(NOW, "c", command_id="k1"))
    rooms.things.change("a", counted, Cause(NOW, "c", event_id="e1"))
    put_projection(rooms.database["seen"], "x", {}, source="s", sequence=1)
    put_projection(rooms.database["seen"], "x", {}, source="s", sequence=2)
    Outboxes("registry", rooms.database, [rooms.things], FakePublisher(), 10).relay()
    writes = [each for each in asked.commands if each["name"] in WRITES]
    reads = [each for each in asked.commands if each["name"] in READS]
    assert {each["name"] for each in writes} >= {"insert", "update"}
    assert reads
    for each in writes:
        assert (each["writeConcern"]["w"], each["writeConcern"]["j"]) == ("majority", True), each
    for each in reads:
        assert each["readConcern"]["level"] == "majority", each


def test_writes_that_travel_together_wait_for_a_journaled_majority_too(rooms: Rooms, asked: Asked) -> None:
    fates = rooms.things._grouped._write([_insert(rooms, id) for id in ("a", "b", "a")])
    assert fates[:2] == [1, 1]
    assert isinstance(fates[2], DuplicateKeyError)
    writes = [each for each in asked.commands if each["name"] in WRITES]
    assert writes
    for each in writes:
        assert (each["writeConcern"]["w"], each["writeConcern"]["j"]) == ("majority", True), each


def _insert(rooms: Rooms, id: str) -> Any:
    return InsertOne({"_id": id, "key": id}, namespace=rooms.things.collection.full_name)
