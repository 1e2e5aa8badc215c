"""One aggregate, one document, one guarded write."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from shared.failures import AlreadyExists, AlreadyHeard, NotFound, StaleVersion
from shared.settings import Settings
from shared.storage import AggregateStore, Cause, put_projection
from tests.integration import probe_rooms
from tests.integration.moment import NOW
from tests.integration.probe_rooms import Thing


@pytest.fixture
def things(settings: Settings) -> AggregateStore[Thing]:
    rooms = probe_rooms.build(settings)
    rooms.ensure_indexes()
    return rooms.things


def counted(thing: Thing) -> tuple[Thing, list[object]]:
    return replace(thing, number=thing.number + 1), []


def test_an_event_heard_twice_has_its_effect_once(things: AggregateStore[Thing]) -> None:
    things.create("a", Thing("a"), [], Cause(NOW, "c"))
    things.change("a", counted, Cause(NOW, "c", event_id="e1"))
    with pytest.raises(AlreadyHeard):
        things.change("a", counted, Cause(NOW, "c", event_id="e1"))
    assert things.load("a").state.number == 1


def test_a_command_repeated_gets_the_aggregate_as_it_stands(things: AggregateStore[Thing]) -> None:
    things.create("a", Thing("a"), [], Cause(NOW, "c"))
    things.change("a", counted, Cause(NOW, "c", command_id="k1"))
    assert things.change("a", counted, Cause(NOW, "c", command_id="k1")).state.number == 1


def test_a_command_is_known_among_the_last_two_hundred_of_its_aggregate(things: AggregateStore[Thing]) -> None:
    things.create("a", Thing("a"), [], Cause(NOW, "c", command_id="made"))
    for number in range(200):
        things.change("a", counted, Cause(NOW, "c", command_id=f"k{number}"))
    for number in (0, 100, 199):
        assert things.change("a", counted, Cause(NOW, "c", command_id=f"k{number}")).state.number == 200


def test_a_creation_repeated_by_the_same_cause_gives_what_stands(things: AggregateStore[Thing]) -> None:
    first = things.create("a", Thing("a"), [], Cause(NOW, "c", event_id="e1"))
    assert things.create("a", Thing("a"), [], Cause(NOW, "c", event_id="e1")) == first
    with pytest.raises(AlreadyExists):
        things.create("a", Thing("a"), [], Cause(NOW, "c", event_id="e2"))


def test_a_stale_version_is_refused_with_the_current_one(things: AggregateStore[Thing]) -> None:
    things.create("a", Thing("a"), [], Cause(NOW, "c"))
    things.change("a", counted, Cause(NOW, "c"), version=1)
    with pytest.raises(StaleVersion) as refusal:
        things.change("a", counted, Cause(NOW, "c"), version=1)
    assert refusal.value.members == {"current_version": 2}


def test_many_at_once_lose_no_change(things: AggregateStore[Thing]) -> None:
    things.create("a", Thing("a"), [], Cause(NOW, "c"))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: things.change("a", counted, Cause(NOW, "c")), range(40)))
    assert things.load("a").state.number == 40


def test_what_is_not_there_is_not_found(things: AggregateStore[Thing]) -> None:
    with pytest.raises(NotFound):
        things.load("a")


def test_pages_follow_each_other_without_gap_or_overlap(things: AggregateStore[Thing]) -> None:
    for number in range(7):
        things.create(f"k{number}", Thing("a", number), [], Cause(NOW, "c"))
    seen, after = [], None
    while page := things.select({"state.name": "a"}, after=after, limit=3):
        seen += [each.key for each in page]
        after = page[-1].key
    assert seen == [f"k{number}" for number in range(7)]


def test_a_projection_keeps_the_newest_state_in_any_order(things: AggregateStore[Thing]) -> None:
    collection = things.collection.database["projections"]
    for sequence in (2, 3, 1, 3):
        put_projection(collection, "x", {"value": sequence}, source="unit:x", sequence=sequence)
    assert (collection.find_one({"_id": "x"}) or {})["value"] == 3
