"""While the database is away nothing is consumed, nothing is counted, nothing is dead-lettered."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from shared.localrun.database import PrivateDatabase, make_database
from shared.localrun.processes import Supervisor
from shared.messaging.deadletters import DeadLetters
from shared.messaging.declare import open_connection
from shared.settings import Settings
from shared.storage import Cause
from shared.testing import TestBroker, wait_until
from tests.integration.conftest import QUEUE, Bench
from tests.integration.moment import NOW
from tests.integration.probe_rooms import Thing, over


@dataclass
class OwnDatabase:
    """A database server of one test alone, so that it may be stopped, and frozen where it stands."""

    server: PrivateDatabase
    supervisor: Supervisor

    def freeze(self) -> None:
        """It keeps its connections, takes new ones, and answers nobody."""
        self.supervisor.children["database"].signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.supervisor.children["database"].signal(signal.SIGCONT)


@pytest.fixture
def own_database(tmp_path: Path) -> Iterator[OwnDatabase]:
    with Supervisor(tmp_path / "logs") as own:
        database = make_database({}, own, tmp_path / "database")
        assert isinstance(database, PrivateDatabase)
        database.start()
        made = OwnDatabase(database, own)
        yield made
        made.thaw()


@pytest.fixture
def settings(own_database: OwnDatabase, amqp_uri: str) -> Settings:
    return Settings(mongodb_uri=own_database.server.uri, amqp_uri=amqp_uri, database_prefix="zona_")


def dead(bench: Bench) -> list[Any]:
    return DeadLetters(bench.settings.amqp_uri, ["registry"]).read()


def test_events_wait_unattempted_while_the_database_is_stopped_and_flow_when_it_returns(
    running: Bench, own_database: OwnDatabase
) -> None:
    running.tell(("K00", "fine"))
    wait_until(running.effects, what="the first effect")
    own_database.server.stop()
    running.tell(*((f"K{n:02}", "fine") for n in range(1, 31)), first=2)
    wait_until(lambda: "consumers_paused" in running.lines(), 40, "the pause")
    own_database.server.start()
    wait_until(lambda: len(running.effects()) == 31, 60, "every effect")
    assert dead(running) == []
    assert '"outcome": "retry"' not in running.lines()
    assert "consumers_resumed" in running.lines()
    assert running.lines().count('"outcome": "transient"') <= 30, "given back more than once"


def test_a_connection_that_breaks_while_consumers_pause_does_not_make_them_consume(
    running: Bench, own_database: OwnDatabase, broker_server: TestBroker
) -> None:
    running.tell(("K00", "fine"))
    wait_until(running.effects, what="the first effect")
    own_database.server.stop()
    running.tell(*((f"K{n:02}", "fine") for n in range(1, 4)), first=2)
    wait_until(lambda: _stands(running) == (3, 0), 40, "the pause")
    wait_until(lambda: _break_connections(broker_server, running), 30, "connections to break")
    wait_until(lambda: "consumers_stay_paused" in running.lines(), 30, "a new connection")
    wait_until(lambda: _stands(running) == (3, 0), 20, "nobody to consume")
    own_database.server.start()
    wait_until(lambda: len(running.effects()) == 4, 60, "every effect")
    assert '"outcome": "retry"' not in running.lines()
    assert dead(running) == []


def test_a_database_that_freezes_burns_no_attempt_of_the_events_that_wait_for_it(
    bench: Bench, own_database: OwnDatabase
) -> None:
    things = over(bench.database).things
    things.create("one", Thing("one"), (), Cause(NOW, "made"))
    bench.start(HANDLER_SECONDS="2")
    wait_until(lambda: "worker_ready" in bench.lines(), 30, "the probe to be ready")
    bench.tell(("K00", "guarded"))
    wait_until(lambda: things.load("one").state.number == 1, what="the first effect")
    own_database.freeze()
    bench.tell(*((f"K{n:02}", "guarded") for n in range(1, 11)), first=2)
    wait_until(lambda: bench.lines().count('"outcome": "transient"') >= 10, 60, "all to be given back")
    own_database.thaw()
    wait_until(lambda: things.load("one").state.number == 11, 60, "every effect")
    wait_until(lambda: _stands(bench)[0] == 0, what="an empty queue")
    assert things.load("one").state.number == 11
    assert '"outcome": "retry"' not in bench.lines()
    assert dead(bench) == []


def _stands(bench: Bench) -> tuple[int, int]:
    """How many messages are ready in the queue, and how many consume it."""
    with open_connection(bench.settings.amqp_uri) as connection:
        found = connection.channel().queue_declare(QUEUE, passive=True).method
        return found.message_count, found.consumer_count


def _break_connections(broker: TestBroker, bench: Bench) -> int:
    """Make the broker close every connection to this test's virtual host that its statistics show by now."""
    management, vhost = broker.server.management_uri, urlsplit(bench.settings.amqp_uri).path.strip("/")
    found = requests.get(f"{management}/api/vhosts/{vhost}/connections", timeout=30).json()
    for each in found:
        requests.delete(f"{management}/api/connections/{each['name']}", timeout=30)
    return len(found)
