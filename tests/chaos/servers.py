"""A broker and a database of the harness's own, since they get killed; fresh rooms on them for each fault."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

from shared.localrun.broker import PrivateBroker, make_broker
from shared.localrun.database import PrivateDatabase, make_database
from shared.localrun.processes import Child, Supervisor
from shared.testing.vhosts import NewVhosts


class Servers:
    """Private ones whatever AMQP_URI and MONGODB_URI say: nobody else's server is ever killed."""

    def __init__(self, supervisor: Supervisor, folder: Path) -> None:
        self.supervisor, self.folder = supervisor, folder
        broker = make_broker({}, supervisor, folder / "broker", management=True)
        database = make_database({}, supervisor, folder / "database")
        assert isinstance(broker, PrivateBroker)
        assert isinstance(database, PrivateDatabase)
        self.broker, self.database = broker, database

    def start(self) -> None:
        self.broker.launch()
        self.database.start()
        self.broker.await_ready()

    def child(self, name: str) -> Child:
        """The process of "broker" or "database" that runs now."""
        return self.supervisor.children[name]

    @contextlib.contextmanager
    def vhost(self) -> Iterator[str]:
        """The URI of a virtual host with nothing in it."""
        with NewVhosts(self.broker.uri, self.broker.management_uri).fresh() as uri:
            yield uri

    def prefix(self) -> str:
        """What the names of one fault's databases begin with."""
        return f"chaos{secrets.token_hex(3)}_"

    def revive(self) -> None:
        """Start again what a fault left stopped."""
        running = self.supervisor.children
        for name, server in (("broker", self.broker), ("database", self.database)):
            if name not in running or running[name].exit_status is not None:
                self.supervisor.stop(name)
                server.start()
