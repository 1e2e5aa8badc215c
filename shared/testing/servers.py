"""The broker and the database that tests run on: one of each for a test session, a fresh room for each test.

They are the ones that AMQP_URI and MONGODB_URI name, else private ones that `shared.localrun` starts; what
stands on a named server already is never touched.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar

from pymongo import MongoClient

from shared.localrun.broker import make_broker
from shared.localrun.database import make_database
from shared.localrun.processes import Supervisor
from shared.testing.vhosts import BorrowedVhost, NewVhosts, management_beside


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
    """A broker; `vhost()` gives the URI of a virtual host with nothing of the house in it."""

    __test__: ClassVar[bool] = False  # for pytest: not a test case

    def __init__(self, supervisor: Supervisor, folder: Path) -> None:
        self.server = make_broker(os.environ, supervisor, folder, management=True)
        self.server.start()
        uri, named = self.server.uri, os.environ.get("RABBITMQ_MANAGEMENT_URI", "")
        management = self.server.management_uri or management_beside(uri, named)
        self._vhosts = NewVhosts(uri, management) if management else BorrowedVhost(uri)

    def vhost(self) -> AbstractContextManager[str]:
        """The URI of a virtual host for one test; what the test leaves there is removed at the end."""
        return self._vhosts.fresh()
