"""From an aggregate's outbox to the broker, once said never lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.contracts import ContractBroken
from shared.messaging.declare import apply, open_connection
from shared.messaging.outbox import relay_once
from shared.messaging.publisher import BrokerAway, Publisher
from shared.messaging.topology import topology
from shared.settings import Settings
from shared.storage import Cause, Event
from tests.integration import probe_rooms
from tests.integration.moment import NOW
from tests.integration.probe_rooms import Rooms, Thing

CARD = {
    "unit": "K01-X",
    "unit_name": "X",
    "institution": "K01",
    "institution_name": "Y",
    "institution_kind": "ministry",
    "province": "31",
    "field": "health",
}


def drafted(number: str) -> Event:
    more = {"number": number, "proposal": "p", "cycle": "2026", "predicate": "WBK"}
    return Event("registry.designation_drafted", {**CARD, **more})


@pytest.fixture
def rooms(settings: Settings) -> Rooms:
    rooms = probe_rooms.build(settings)
    rooms.ensure_indexes()
    return rooms


def heard(amqp_uri: str, queue: str) -> list[dict[str, Any]]:
    """Take everything out of a queue."""
    connection = open_connection(amqp_uri)
    channel = connection.channel()
    messages = []
    while (got := channel.basic_get(queue, auto_ack=True))[0] is not None:
        messages.append(json.loads(got[2]))
    connection.close()
    return messages


def test_events_arrive_in_the_order_of_their_aggregate_and_are_recorded(rooms: Rooms, amqp_uri: str) -> None:
    apply(amqp_uri)
    rooms.things.create("a", Thing("a"), [drafted("1"), drafted("2")], Cause(NOW, "c"))
    rooms.things.change("a", lambda thing: (thing, [drafted("3")]), Cause(NOW, "c"))
    assert relay_once("registry", rooms.database, [rooms.things], Publisher(amqp_uri), 10) == 3
    assert [each["sequence"] for each in heard(amqp_uri, "notifications.notify")] == [1, 2, 3]
    assert rooms.database["events"].count_documents({}) == 3
    document = rooms.things.collection.find_one({"key": "a"}) or {}
    assert (document["outbox"], document["pending"], document["version"]) == ([], False, 2)


def test_an_event_that_the_broker_cannot_route_stays_in_the_outbox(rooms: Rooms, amqp_uri: str) -> None:
    wanted = topology()
    connection = open_connection(amqp_uri)  # the exchange alone: no queue, no alternate exchange
    connection.channel().exchange_declare("registry.events", "topic", durable=True)
    connection.close()
    rooms.things.create("a", Thing("a"), [drafted("1")], Cause(NOW, "c"))
    assert relay_once("registry", rooms.database, [rooms.things], Publisher(amqp_uri), 10) == 0
    assert (rooms.things.collection.find_one({"key": "a"}) or {})["pending"] is True
    assert rooms.database["events"].count_documents({}) == 0
    assert wanted.exchanges


def test_an_event_without_any_consumer_is_kept_in_the_unconsumed_queue(rooms: Rooms, amqp_uri: str) -> None:
    apply(amqp_uri)
    connection = open_connection(amqp_uri)
    connection.channel().queue_unbind("notifications.notify", "registry.events", "registry.designation_drafted")
    connection.close()
    rooms.things.create("a", Thing("a"), [drafted("1")], Cause(NOW, "c"))
    assert relay_once("registry", rooms.database, [rooms.things], Publisher(amqp_uri), 10) == 1
    assert len(heard(amqp_uri, "registry.unconsumed")) == 1


def test_without_a_broker_the_events_wait_and_leave_when_it_is_there(rooms: Rooms, amqp_uri: str) -> None:
    rooms.things.create("a", Thing("a"), [drafted("1")], Cause(NOW, "c"))
    with pytest.raises(BrokerAway):
        relay_once("registry", rooms.database, [rooms.things], Publisher("amqp://127.0.0.1:1"), 10)
    apply(amqp_uri)
    assert relay_once("registry", rooms.database, [rooms.things], Publisher(amqp_uri), 10) == 1


def test_a_crash_after_publishing_says_the_same_event_again(rooms: Rooms, amqp_uri: str) -> None:
    apply(amqp_uri)
    rooms.things.create("a", Thing("a"), [drafted("1")], Cause(NOW, "c"))
    before = rooms.things.collection.find_one({"key": "a"}) or {}
    relay_once("registry", rooms.database, [rooms.things], Publisher(amqp_uri), 10)
    rooms.things.collection.replace_one({"key": "a"}, before)  # as if the relay had died before taking it out
    relay_once("registry", rooms.database, [rooms.things], Publisher(amqp_uri), 10)
    first, second = heard(amqp_uri, "notifications.notify")
    assert first == second
    assert rooms.database["events"].count_documents({}) == 1


def test_what_a_person_adds_while_the_relay_works_is_not_taken_out_with_the_rest(rooms: Rooms, amqp_uri: str) -> None:
    apply(amqp_uri)
    rooms.things.create("a", Thing("a"), [drafted("1")], Cause(NOW, "c"))

    class Meanwhile(Publisher):
        def publish(self, batch: Any) -> list[bool]:
            rooms.things.change("a", lambda thing: (thing, [drafted("2")]), Cause(NOW, "c"))
            return super().publish(batch)

    relay_once("registry", rooms.database, [rooms.things], Meanwhile(amqp_uri), 10)
    document = rooms.things.collection.find_one({"key": "a"}) or {}
    assert [event["data"]["number"] for event in document["outbox"]] == ["2"]
    assert document["pending"] is True


def test_an_event_that_breaks_its_contract_is_never_written(rooms: Rooms) -> None:
    with pytest.raises(ContractBroken, match=r"registry\.designation_drafted"):
        rooms.things.create("a", Thing("a"), [Event("registry.designation_drafted", {})], Cause(NOW, "c"))
    assert rooms.things.find("a") is None


def test_the_topology_can_be_applied_twice(amqp_uri: str) -> None:
    assert apply(amqp_uri) == apply(amqp_uri)
