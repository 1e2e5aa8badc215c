"""What the publisher and its stand-in have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from shared.messaging.declare import open_connection
from shared.messaging.publisher import BrokerAway, Outgoing, Publisher
from shared.testing.publishing import FakePublisher, Killed


@dataclass
class Speaker:
    """A publisher, how to see what arrived, and one that has no broker."""

    publisher: Publisher | FakePublisher
    arrived: Callable[[], list[str]]
    away: Publisher | FakePublisher


def message(id: str, key: str = "here") -> Outgoing:
    return Outgoing("rooms", key, id.encode(), id, "text/plain")


@pytest.fixture(params=["real", "fake"])
def speaker(request: pytest.FixtureRequest) -> Iterator[Speaker]:
    if request.param == "fake":
        fake = FakePublisher(refuses=lambda outgoing: outgoing.routing_key != "here")
        yield Speaker(fake, lambda: [outgoing.message_id for outgoing in fake.taken], FakePublisher(away="before"))
        return
    uri = request.getfixturevalue("amqp_uri")
    with open_connection(uri) as connection:
        channel = connection.channel()
        channel.exchange_declare("rooms", "direct")
        channel.queue_declare("room")
        channel.queue_bind("room", "rooms", "here")
        seen: list[str] = []

        def arrived() -> list[str]:
            while (got := channel.basic_get("room", auto_ack=True))[0] is not None:
                seen.append(got[2].decode())
            return seen

        real, away = Publisher(uri), Publisher("amqp://127.0.0.1:1")
        yield Speaker(real, arrived, away)
        real.close()
        away.close()


def test_messages_arrive_in_order_and_are_confirmed(speaker: Speaker) -> None:
    ids = [str(number) for number in range(200)]
    assert speaker.publisher.publish([message(id) for id in ids]) == [True] * 200
    assert speaker.arrived() == ids


def test_what_is_not_taken_is_told_in_its_place(speaker: Speaker) -> None:
    batch = [message("1"), message("2", "nowhere"), message("3")]
    assert speaker.publisher.publish(batch) == [True, False, True]
    assert speaker.arrived() == ["1", "3"]


def test_the_same_message_twice_arrives_twice(speaker: Speaker) -> None:
    assert speaker.publisher.publish([message("1")]) == speaker.publisher.publish([message("1")]) == [True]
    assert speaker.arrived() == ["1", "1"]


def test_nothing_to_say_is_no_fault(speaker: Speaker) -> None:
    assert speaker.publisher.publish([]) == []


def test_it_speaks_again_after_it_was_closed(speaker: Speaker) -> None:
    speaker.publisher.publish([message("1")])
    speaker.publisher.beat()
    speaker.publisher.close()
    assert speaker.publisher.publish([message("2")]) == [True]
    assert speaker.arrived() == ["1", "2"]


def test_without_a_broker_it_says_so_each_time(speaker: Speaker) -> None:
    for _ in range(2):
        with pytest.raises(BrokerAway):
            speaker.away.publish([message("1")])


def test_the_fake_loses_the_connection_after_all_was_taken() -> None:
    fake = FakePublisher(away="after")
    with pytest.raises(BrokerAway):
        fake.publish([message("1")])
    assert [outgoing.message_id for outgoing in fake.taken] == ["1"]


def test_the_fake_is_killed_by_what_no_handler_of_exceptions_stops() -> None:
    with pytest.raises(Killed):
        FakePublisher(killed="before").publish([message("1")])
    assert not issubclass(Killed, Exception)
