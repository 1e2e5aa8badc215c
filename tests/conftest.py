"""Fixtures for every test. Servers start when the first test asks for them, so pure tests stay quick.

`database`  a fresh, empty database                       `settings`  settings that point at the fresh rooms
`amqp_uri`  a fresh virtual host of a real broker          `wait_until` is imported from `shared.testing`
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database

from shared.localrun.processes import Supervisor
from shared.settings import Settings
from shared.storage import connect
from shared.testing import TestBroker, TestDatabase


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: takes minutes; `make test-all` runs it, `make test` does not")


@pytest.fixture(scope="session")
def supervisor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Supervisor]:
    """Owns the servers of this test session, and stops them at its end."""
    with Supervisor(tmp_path_factory.mktemp("servers") / "logs") as supervisor:
        yield supervisor


@pytest.fixture(scope="session")
def database_server(supervisor: Supervisor) -> Iterator[TestDatabase]:
    """One database server for all tests."""
    database = TestDatabase(supervisor, supervisor.logs.parent / "database")
    yield database
    database.server.kill()  # its data end with it: no need for an orderly stop, which takes seconds


@pytest.fixture(scope="session")
def broker_server(supervisor: Supervisor) -> Iterator[TestBroker]:
    """One broker for all tests."""
    broker = TestBroker(supervisor, supervisor.logs.parent / "broker")
    yield broker
    broker.server.kill()


@pytest.fixture(scope="session")
def token_keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Private and public key file of the session tokens."""
    from shared.security.tokens import create_key_pair

    return create_key_pair(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def database_prefix(database_server: TestDatabase) -> Iterator[str]:
    """What the names of this test's databases begin with; they are dropped afterwards."""
    with database_server.prefix() as prefix:
        yield prefix


@pytest.fixture
def amqp_uri(broker_server: TestBroker) -> Iterator[str]:
    """A virtual host of a real broker with nothing in it."""
    with broker_server.vhost() as uri:
        yield uri


@pytest.fixture
def settings(
    request: pytest.FixtureRequest,
    database_server: TestDatabase,
    database_prefix: str,
    token_keys: tuple[Path, Path],
) -> Settings:
    """Settings for this test alone; with a broker if the test asks for `amqp_uri` too, else without."""
    broker = request.getfixturevalue("amqp_uri") if "amqp_uri" in request.fixturenames else ""
    return Settings(
        mongodb_uri=database_server.uri,
        amqp_uri=broker,
        database_prefix=database_prefix,
        token_private_key_file=str(token_keys[0]),
        token_public_key_file=str(token_keys[1]),
        admin_password="a long password for tests",
    )


@pytest.fixture
def database(settings: Settings) -> Iterator[Database[dict[str, Any]]]:
    """A fresh, empty database, opened as the services open theirs."""
    database = connect(settings, "test")
    yield database
    database.client.close()
