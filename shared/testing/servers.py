"""The broker and the database that tests run on: one of each for a test session, a fresh room for each test.

They are the ones that AMQP_URI and MONGODB_URI name, else private ones that `shared.localrun` starts; what
stands on a named server already is never touched.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

import requests
from pymongo import MongoClient

from shared.localrun.broker import make_broker
from shared.localrun.database import make_database
from shared.localrun.processes import Supervisor

_WITHIN = 30.0


class TestDatabase:
    """A database server; `prefix()` gives names for databases that are dropped afterwards."""

    __test__: ClassVar[bool] = False  # for pytest: not a test case

    def __init__(self, supervisor: Supervisor, folder: Path) -> None:
        self.server = make_database(os.environ, supervisor, folder)
        self.server.start()
        self.uri = self.server.uri

    @contextlib.contextmanager
    def prefix(self) -> Iterator[str]:
        """A prefix that no database's name has; those that get it meanwhile are dropped at the end."""
        prefix = f"zt{secrets.token_hex(4)}_"
        yield prefix
        with MongoClient[dict[str, Any]](self.uri) as client:
            for name in client.list_database_names():
                if name.startswith(prefix):
                    client.drop_database(name)


class TestBroker:
    """A broker; `vhost()` gives the URI of a virtual host with nothing in it."""

    __test__: ClassVar[bool] = False  # for pytest: not a test case

    def __init__(self, supervisor: Supervisor, folder: Path) -> None:
        self.server = make_broker(os.environ, supervisor, folder, management=True)
        self.server.start()
        self.management_uri = self.server.management_uri or _management_beside(self.server.uri)

    @contextlib.contextmanager
    def vhost(self) -> Iterator[str]:
        """The URI of a new virtual host, deleted at the end with all its queues and connections."""
        name = f"zt{secrets.token_hex(4)}"
        address = f"{self.management_uri}/api/vhosts/{name}"
        requests.put(address, json={}, timeout=_WITHIN).raise_for_status()
        try:
            yield f"{self.server.uri.partition('://')[0]}://{urlsplit(self.server.uri).netloc}/{name}"
        finally:
            requests.delete(address, timeout=_WITHIN).raise_for_status()


def _management_beside(amqp_uri: str) -> str:
    """The HTTP API of a broker that somebody else runs: RABBITMQ_MANAGEMENT_URI, else port 15672 of its host."""
    named = os.environ.get("RABBITMQ_MANAGEMENT_URI", "")
    place = urlsplit(amqp_uri)
    user, password = place.username or "guest", place.password or "guest"
    uri = named or f"http://{quote(user, safe='')}:{quote(password, safe='')}@{place.hostname}:15672"
    try:
        requests.get(f"{uri}/api/whoami", timeout=_WITHIN).raise_for_status()
    except requests.RequestException as error:
        raise RuntimeError(
            "each test takes a virtual host of its own, and the broker of AMQP_URI has no management API at "
            f"{urlsplit(uri).hostname}:{urlsplit(uri).port}: enable rabbitmq_management there and name it in "
            "RABBITMQ_MANAGEMENT_URI, or unset AMQP_URI to let the tests start a private broker"
        ) from error
    return uri.rstrip("/")
