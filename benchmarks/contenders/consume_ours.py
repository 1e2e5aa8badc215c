"""A worker process of the house that stands in for the registry: `python -m benchmarks.contenders.consume_ours`.

`BENCH_JOB=effect`: the event changes its designation through the real store. `BENCH_JOB=trivial`: it is counted.
"""

from __future__ import annotations

import logging
import os
import sys
from dataclasses import dataclass
from functools import partial
from typing import Any

from shared.launcher import run  # puts green threads in place: never import this module in a test

# isort: split
from pymongo.database import Database

from benchmarks import subject
from benchmarks.tally import Tally
from services.registry.store import Designations
from shared.messaging import Dependencies, Received, subscribe
from shared.observability import configure_logs
from shared.settings import Settings
from shared.storage import connect

TALLY = Tally.from_environment()
TRIVIAL = os.environ.get("BENCH_JOB") == "trivial"


@dataclass(frozen=True)
class Rooms:
    """What the worker works with."""

    database: Database[dict[str, Any]]
    designations: Designations


def build(settings: Settings) -> Rooms:
    """The rooms, connected: a worker is ready when its database answers."""
    database = connect(settings, subject.SERVICE)
    database.command("ping")
    return Rooms(database, Designations(database))


class BenchWorker:
    """One queue, one handler."""

    name = subject.SERVICE
    rooms = Dependencies(build)

    @subscribe(subject.HEARD)
    def learn_institution(self, event: Received) -> None:
        """The designation follows its institution's name."""
        TALLY.began()
        if not TRIVIAL:
            self.rooms.designations.change(
                event.data["code"], partial(subject.renamed, name=event.data["name"]), event.cause
            )
        TALLY.done()


if __name__ == "__main__":
    settings = Settings.from_environment(needs=("mongodb_uri", "amqp_uri"))
    configure_logs(settings, subject.SERVICE, "worker")
    logging.getLogger("nameko").setLevel(logging.ERROR)  # as the launcher does
    sys.exit(run(BenchWorker, settings))
