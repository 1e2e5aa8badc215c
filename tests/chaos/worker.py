"""The three workers of the chain: `python -m tests.chaos.worker units|registry|notifications`.

Never import this module in a test process: it puts green threads in place.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from shared.launcher import run  # green threads before anything else is imported

# isort: split

from shared.contracts import CONTRACTS
from shared.contracts.schemas import NOTIFY
from shared.messaging import Dependencies, Received, Relay, subscribe
from shared.observability import configure_logs
from shared.settings import Settings
from tests.chaos import points, ways
from tests.chaos.rooms import build, learn, notify

HEARD_BY_NOTIFICATIONS = tuple(type for type, contract in CONTRACTS.items() if NOTIFY in contract.consumers)


class Units:
    """The source: its web process writes, this one relays."""

    name = "units"
    relay = Relay()
    rooms = Dependencies(partial(build, "units"))


class Registry:
    """The consumer, which says an event for each effect."""

    name = "registry"
    relay = Relay()
    rooms = Dependencies(partial(build, "registry"))

    @subscribe("units.institution_registered")
    def learn_institution(self, event: Received) -> None:
        learn(self.rooms, event)


class Notifications:
    """The second hop."""

    name = "notifications"
    rooms = Dependencies(partial(build, "notifications"))

    @subscribe(*HEARD_BY_NOTIFICATIONS)
    def notify(self, event: Received) -> None:
        notify(self.rooms, event)


WORKERS: dict[str, Any] = {each.name: each for each in (Units, Registry, Notifications)}

if __name__ == "__main__":
    service = sys.argv[1]
    settings = Settings.from_environment(needs=("mongodb_uri", "amqp_uri"))
    configure_logs(settings, service, "worker")
    ways.take(service)
    points.arm()
    sys.exit(run(WORKERS[service], settings))
