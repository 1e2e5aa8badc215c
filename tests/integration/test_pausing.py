"""While the database is away nothing is consumed, nothing is counted, nothing is dead-lettered."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.localrun.database import PrivateDatabase, make_database
from shared.localrun.processes import Supervisor
from shared.messaging.deadletters import DeadLetters
from shared.settings import Settings
from shared.testing import wait_until
from tests.integration.conftest import Bench


@pytest.fixture
def own_database(supervisor: Supervisor, tmp_path: Path) -> PrivateDatabase:
    """A database server of this test alone, so that it may be stopped."""
    with Supervisor(tmp_path / "logs") as own:
        database = make_database({}, own, tmp_path / "database")
        assert isinstance(database, PrivateDatabase)
        database.start()
        yield database


@pytest.fixture
def settings(own_database: PrivateDatabase, amqp_uri: str) -> Settings:
    return Settings(mongodb_uri=own_database.uri, amqp_uri=amqp_uri, database_prefix="zona_")


def test_events_wait_unattempted_while_the_database_is_stopped_and_flow_when_it_returns(
    running: Bench, own_database: PrivateDatabase
) -> None:
    running.tell(("K00", "fine"))
    wait_until(running.effects, what="the first effect")
    own_database.stop()
    running.tell(*((f"K{n:02}", "fine") for n in range(1, 31)), first=2)
    wait_until(lambda: "consumers_paused" in running.lines(), 40, "the pause")
    own_database.start()
    wait_until(lambda: len(running.effects()) == 31, 60, "every effect")
    assert DeadLetters(running.settings.amqp_uri, ["registry"]).read() == []
    assert '"outcome": "retry"' not in running.lines()
    assert "consumers_resumed" in running.lines()
