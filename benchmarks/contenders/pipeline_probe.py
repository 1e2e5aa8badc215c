"""A worker that takes 20 ms for each event and no processor time: `python -m benchmarks.contenders.pipeline_probe`.

It stands in for the registry, whose queues the contracts already give. Its effects say when and by which process.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from dataclasses import dataclass
from typing import Any

from shared.launcher import run  # puts green threads in place: never import this module in a test
from shared.messaging import Dependencies, Received, subscribe
from shared.observability import configure_logs
from shared.settings import Settings
from shared.storage import connect

TAKES = 0.02
"""Seconds that the handler waits, as for somebody else's answer."""


@dataclass(frozen=True)
class Rooms:
    """What the worker works with."""

    database: Any


def build(settings: Settings) -> Rooms:
    """The rooms of the process."""
    return Rooms(connect(settings, "registry"))


class ProbeWorker:
    """One queue, one handler."""

    name = "registry"
    rooms = Dependencies(build)

    @subscribe("units.institution_registered")
    def learn_institution(self, event: Received) -> None:
        """Wait, and write down that it was done."""
        time.sleep(TAKES)
        effects = self.rooms.database["effects"]
        effects.update_one({"_id": event.id}, {"$set": {"at": time.time(), "by": os.getpid()}}, upsert=True)


if __name__ == "__main__":
    settings = Settings.from_environment(needs=("mongodb_uri", "amqp_uri"))
    configure_logs(settings, "registry", "worker")
    logging.getLogger("nameko").setLevel(logging.ERROR)  # as the launcher does
    sys.exit(run(ProbeWorker, settings))
