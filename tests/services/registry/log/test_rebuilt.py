"""A rebuild and the public log: they must tell the same, and a registry that was lost comes back to the same root."""

from __future__ import annotations

from dataclasses import replace as changed
from pathlib import Path
from typing import Any

import pytest

from services.registry import handlers
from services.registry.comparison import Comparer, Comparison
from services.registry.log.leaves import content_of
from services.registry.rebuilding import Rebuilt
from services.registry.replacing import replace
from services.registry.rooms import Rooms
from shared.settings import Settings
from tests.services.registry.histories import compared, mixed_history, quiet, say_everything
from tests.services.registry.log.appending import with_key
from tests.services.registry.samples import publish_drafted

PUBLISHED = "WBK-2024-L3578-DKC-01"
KEPT = ("events", "heard_events", "log_entries")
"""What a registry is told again from."""


@pytest.fixture
def told(settings: Settings, amqp_uri: str, tmp_path: Path) -> Rooms:
    """A registry with a history, all of it logged."""
    rooms = with_key(settings, tmp_path)
    mixed_history(rooms, amqp_uri)
    assert handlers.append_to_log(rooms) == 5
    return rooms


def put_in_place(rooms: Rooms) -> Comparison:
    rebuilt = Rebuilt(rooms)
    rebuilt.build(quiet)
    return replace(rooms, rebuilt, Comparer(rooms, rebuilt, quiet).compare(), quiet, set_aside=False)


def note(rooms: Rooms) -> str:
    head = rooms.log.head()
    assert head is not None
    return head.note


def test_events_and_log_tell_the_same(told: Rooms) -> None:
    assert compared(told).first == []
    assert compared(told).equal


def test_an_entry_that_tells_otherwise_than_the_events_is_named_with_its_field(told: Rooms) -> None:
    stored: dict[str, Any] = told.log.entries.find_one({"entry": f"designated:{PUBLISHED}"}) or {}
    false = stored["leaf"].replace(b"86.813333", b"96.813333")
    told.log.entries.update_one({"_id": stored["_id"]}, {"$set": {"leaf": false}})
    found = compared(told)
    assert {(each.number, each.field.partition("[")[0]) for each in found.first} == {
        (PUBLISHED, "(log).designated.scores.total"),
        (PUBLISHED, "(log).designated.gates"),
    }
    assert not found.equal


def test_a_designation_that_the_log_lacks_is_named_and_marked_by_execute(told: Rooms, amqp_uri: str) -> None:
    number = publish_drafted(told, "WBK-2024-K05-KUMHAM-07")
    say_everything(told, amqp_uri)
    handlers.refresh_counts(told)
    assert compared(told).equal  # its mark says that it is on its way
    told.designations.collection.update_many({}, {"$set": {"unlogged": False}})
    assert [(each.number, each.field) for each in compared(told).first] == [(number, "(log).designated")]
    assert put_in_place(told).equal
    assert handlers.append_to_log(told) == 1


def test_a_registry_that_was_lost_comes_back_to_the_same_root(
    told: Rooms, settings: Settings, amqp_uri: str, tmp_path: Path
) -> None:
    empty = with_key(changed(settings, database_prefix=f"{settings.database_prefix}again_"), tmp_path)
    for name in KEPT:
        empty.database[name].insert_many(list(told.database[name].find()))
    try:
        assert put_in_place(empty).equal
        assert handlers.append_to_log(empty) == 0
        assert note(empty) == note(told)
        assert [content_of(each.leaf) for each in empty.log.after(0)] == [
            content_of(each.leaf) for each in told.log.after(0)
        ]
    finally:
        empty.database.client.drop_database(empty.database.name)
