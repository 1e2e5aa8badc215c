"""From an aggregate's outbox to the broker, once said never lost."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from prometheus_client import REGISTRY

from shared.contracts import ContractBroken
from shared.messaging.declare import apply, open_connection
from shared.messaging.outbox import REFUSED_RESTS, Outboxes
from shared.messaging.publisher import BrokerAway, Publisher
from shared.messaging.topology import topology
from shared.messaging.waking import Watcher
from shared.settings import Settings
from shared.storage import Cause, Event
from shared.testing import wait_until
from shared.testing.publishing import FakePublisher
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


def sample(metric: str) -> float | None:
    return REGISTRY.get_sample_value(metric, {"service": "registry"})


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
    assert Outboxes("registry", rooms.database, [rooms.things], Publisher(amqp_uri), 10).relay() == 3
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
    assert Outboxes("registry", rooms.database, [rooms.things], Publisher(amqp_uri), 10).relay() == 0
    assert (rooms.things.collection.find_one({"key": "a"}) or {})["pending"] is True
    assert rooms.database["events"].count_documents({}) == 0
    assert wanted.exchanges


def test_an_event_without_any_consumer_is_kept_in_the_unconsumed_queue(rooms: Rooms, amqp_uri: str) -> None:
    apply(amqp_uri)
    connection = open_connection(amqp_uri)
    connection.channel().queue_unbind("notifications.notify", "registry.events", "registry.designation_drafted")
    connection.close()
    rooms.things.create("a", Thing("a"), [drafted("1")], Cause(NOW, "c"))
    assert Outboxes("registry", rooms.database, [rooms.things], Publisher(amqp_uri), 10).relay() == 1
    assert len(heard(amqp_uri, "registry.unconsumed")) == 1


def test_a_refused_event_rests_and_does_not_keep_the_others_from_leaving(rooms: Rooms) -> None:
    for key in "abc":
        rooms.things.create(key, Thing(key), [drafted(key)], Cause(NOW, "c"))
    publisher = FakePublisher(refuses=lambda outgoing: b'"number":"a"' in outgoing.body)
    now = [100.0]
    outboxes = Outboxes("registry", rooms.database, [rooms.things], publisher, 1, clock=lambda: now[0])
    assert outboxes.relay() == 2
    assert sample("zona_outbox_refused") == 1
    assert outboxes.relay() == 0
    assert len(publisher.taken) == 2
    now[0] += REFUSED_RESTS + 0.1
    publisher.refuses = lambda _: False
    assert outboxes.relay() == 1
    assert sample("zona_outbox_refused") == 0


def test_what_two_relays_say_at_once_is_recorded_once_and_counted_as_repeated(rooms: Rooms, amqp_uri: str) -> None:
    apply(amqp_uri)
    for number in range(30):
        rooms.things.create(f"k{number}", Thing("a"), [drafted(str(number))], Cause(NOW, "c"))
    before = sample("zona_relay_repeated_total") or 0
    meeting = Barrier(2)

    class Meeting(Publisher):
        def publish(self, batch: Any) -> list[bool]:
            batch = list(batch)
            meeting.wait(10)
            return super().publish(batch)

    def relay() -> int:
        return Outboxes("registry", rooms.database, [rooms.things], Meeting(amqp_uri), 30).relay()

    with ThreadPoolExecutor(2) as both:
        said = [each.result() for each in [both.submit(relay), both.submit(relay)]]
    assert said == [30, 30]
    assert rooms.database["events"].count_documents({}) == 30
    assert (sample("zona_relay_repeated_total") or 0) - before == 30
    assert len(heard(amqp_uri, "notifications.notify")) == 60


def test_the_relay_is_woken_by_what_another_process_wrote(rooms: Rooms) -> None:
    woken: list[str | None] = []
    watcher = Watcher("registry", rooms.database, woken.append)
    with ThreadPoolExecutor(1) as beside:
        watching = beside.submit(watcher.run)
        wait_until(lambda: woken == [None], what="the watcher to look")
        rooms.things.create("a", Thing("a"), [], Cause(NOW, "c"))
        rooms.things.create("b", Thing("b"), [drafted("1")], Cause(NOW, "c"))
        wait_until(lambda: woken == [None, "things"], what="the relay to be woken")
        rooms.things.change("a", lambda thing: (thing, [drafted("2")]), Cause(NOW, "c"))
        wait_until(lambda: woken == [None, "things", "things"], what="the relay to be woken again")
        watcher.stop()
        watching.result(10)
    assert watcher.watching is False


def test_without_a_broker_the_events_wait_and_leave_when_it_is_there(rooms: Rooms, amqp_uri: str) -> None:
    rooms.things.create("a", Thing("a"), [drafted("1")], Cause(NOW, "c"))
    with pytest.raises(BrokerAway):
        Outboxes("registry", rooms.database, [rooms.things], Publisher("amqp://127.0.0.1:1"), 10).relay()
    apply(amqp_uri)
    assert Outboxes("registry", rooms.database, [rooms.things], Publisher(amqp_uri), 10).relay() == 1


def test_a_crash_after_publishing_says_the_same_event_again(rooms: Rooms, amqp_uri: str) -> None:
    apply(amqp_uri)
    rooms.things.create("a", Thing("a"), [drafted("1")], Cause(NOW, "c"))
    before = rooms.things.collection.find_one({"key": "a"}) or {}
    Outboxes("registry", rooms.database, [rooms.things], Publisher(amqp_uri), 10).relay()
    rooms.things.collection.replace_one({"key": "a"}, before)  # as if the relay had died before taking it out
    Outboxes("registry", rooms.database, [rooms.things], Publisher(amqp_uri), 10).relay()
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

    Outboxes("registry", rooms.database, [rooms.things], Meanwhile(amqp_uri), 10).relay()
    document = rooms.things.collection.find_one({"key": "a"}) or {}
    assert [event["data"]["number"] for event in document["outbox"]] == ["2"]
    assert document["pending"] is True


def test_an_event_that_breaks_its_contract_is_never_written(rooms: Rooms) -> None:
    with pytest.raises(ContractBroken, match=r"registry\.designation_drafted"):
        rooms.things.create("a", Thing("a"), [Event("registry.designation_drafted", {})], Cause(NOW, "c"))
    assert rooms.things.find("a") is None


def test_the_topology_can_be_applied_twice(amqp_uri: str) -> None:
    assert apply(amqp_uri) == apply(amqp_uri)
