"""Publisher, consumer, and a broker that says nothing: frozen, or merely idle."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from amqp.exceptions import ConnectionForced

from shared.localrun.broker import PrivateBroker
from shared.localrun.processes import Supervisor
from shared.messaging import publisher as publishing
from shared.messaging.consumer import PausingConsumer
from shared.messaging.declare import open_connection
from shared.messaging.publisher import BrokerAway, Outgoing, Publisher
from shared.testing import wait_until

SHORT = 1.0


class OwnBroker:
    """A broker that may be frozen: its connections stand, and nothing answers."""

    def __init__(self, supervisor: Supervisor, broker: PrivateBroker) -> None:
        self._supervisor, self.uri = supervisor, broker.uri

    def freeze(self) -> None:
        self._supervisor.children["broker"].signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._supervisor.children["broker"].signal(signal.SIGCONT)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnBroker]:
    folder = tmp_path_factory.mktemp("silent")
    with Supervisor(folder / "logs") as own:
        broker = PrivateBroker(own, folder / "broker")
        broker.start()
        made = OwnBroker(own, broker)
        yield made
        made.thaw()
        broker.kill()  # its data end with it


@pytest.fixture
def broker(started: OwnBroker, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnBroker]:
    monkeypatch.setattr(publishing, "CONFIRM_TIMEOUT", SHORT)
    monkeypatch.setattr(publishing, "FAREWELL", SHORT)
    with open_connection(started.uri) as connection:
        connection.channel().queue_declare("room")
        connection.channel().queue_purge("room")
    yield started
    started.thaw()


def message(id: str) -> Outgoing:
    return Outgoing("", "room", id.encode(), id, "text/plain")


def seconds(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


def refused(publisher: Publisher) -> None:
    with pytest.raises(BrokerAway):
        publisher.publish([message("1")])


def test_a_broker_that_stops_answering_counts_as_away_within_the_time_for_a_confirm(broker: OwnBroker) -> None:
    publisher = Publisher(broker.uri)
    assert publisher.publish([message("0")]) == [True]
    broker.freeze()
    assert seconds(lambda: refused(publisher)) < 5 * SHORT
    broker.thaw()
    assert publisher.publish([message("2")]) == [True]
    publisher.close()


def test_a_farewell_to_a_broker_that_does_not_answer_ends_in_time(broker: OwnBroker) -> None:
    publisher = Publisher(broker.uri)
    publisher.publish([message("0")])
    broker.freeze()
    assert seconds(publisher.close) < 5 * SHORT


def test_a_consumer_leaves_a_silent_broker_once_its_heartbeats_are_missed(broker: OwnBroker) -> None:
    consumer = PausingConsumer()
    consumer.container = SimpleNamespace(config={"AMQP_URI": broker.uri, "HEARTBEAT": 1})

    def consume() -> None:
        with consumer.establish_connection() as connection:
            connection.default_channel.queue_declare("room", passive=True)
            broker.freeze()
            while True:
                with contextlib.suppress(TimeoutError):
                    connection.drain_events(timeout=0.1)
                connection.heartbeat_check()

    def left() -> None:
        with pytest.raises(ConnectionForced):
            consume()

    assert seconds(left) < 8


def test_a_connection_on_which_nothing_is_said_for_several_heartbeats_is_the_same_afterwards(
    broker: OwnBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "HEARTBEAT", 1)
    publisher = Publisher(broker.uri)
    publisher.publish([message("0")])
    connection = publisher._connection
    end = time.monotonic() + 4.5  # RabbitMQ and py-amqp both give up after two

    def idle() -> bool:
        publisher.beat()
        return time.monotonic() > end

    wait_until(idle, 10, "several heartbeats to pass")
    assert publisher.publish([message("1")]) == [True]
    assert publisher._connection is connection
    publisher.close()


def test_a_broker_that_goes_silent_while_nothing_is_said_is_noticed_by_its_heartbeats(
    broker: OwnBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "HEARTBEAT", 1)
    publisher = Publisher(broker.uri)
    publisher.publish([message("0")])
    broker.freeze()

    def dropped() -> bool:
        publisher.beat()
        return publisher._connection is None

    wait_until(dropped, 10, "the connection to be dropped")
