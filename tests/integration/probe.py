"""A worker that does to order what the tests ask for: `python -m tests.integration.probe`.

It stands in for the registry service, whose queues the contracts already give it. Each effect is a
document in the collection `effects`, so that tests can count them.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from shared.launcher import run  # puts green threads in place: never import this module in a test
from shared.messaging import Dependencies, Received, Relay, subscribe
from shared.observability import configure_logs
from shared.settings import Settings
from tests.integration.probe_rooms import build, obey


class ProbeWorker:
    name = "registry"
    relay = Relay()
    rooms = Dependencies(build)

    @subscribe("units.institution_registered")
    def learn_institution(self, event: Received) -> None:
        obey(self.rooms, event)


def without_change_streams() -> None:
    """A server that has none, as a standalone mongod: the stand-in always has them."""
    from pymongo.database import Database
    from pymongo.errors import OperationFailure

    def watch(*_: Any, **__: Any) -> None:
        raise OperationFailure("The $changeStream stage is only supported on replica sets", 40573)

    Database.watch = watch  # type: ignore[method-assign,assignment]  # for this process


if __name__ == "__main__":
    if os.environ.get("PROBE_UNWATCHED"):
        without_change_streams()
    settings = Settings.from_environment(needs=("mongodb_uri", "amqp_uri"))
    configure_logs(settings, "registry", "worker")
    sys.exit(run(ProbeWorker, settings))
