"""`rivals`: the same two jobs in other frameworks, on the same broker and database, one process each.

"trivial" counts the event; "effect" finds a document and changes it in one guarded journaled update.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from benchmarks import machine, subject
from benchmarks.consume import Race
from benchmarks.ground import CHECKOUT, Ground, prepared
from benchmarks.options import Options
from benchmarks.report import Report
from benchmarks.rounds import Ratio, interleave
from benchmarks.telling import tell
from benchmarks.toolbox import program, versions
from shared.messaging.declare import open_connection
from shared.settings import Settings
from shared.storage import connect

EVENTS = {"trivial": 4_000, "effect": 1_000}
ROUNDS = 3
SLOTS = 10
"""Threads, where a framework has them; prefetch is the same for all."""
OURS = "zona"


@dataclass(frozen=True, slots=True)
class Rival:
    """A framework: its module in benchmarks/others, its queue, and how it was set up."""

    module: str
    queue: str
    what: str


RIVALS = {
    "nameko": Rival(
        "nameko_stock",
        "evt-house-institution_registered--bench.hear",
        "stock event_handler, eventlet; max_workers = prefetch; acknowledges also what failed",
    ),
    "celery": Rival(
        "celery_late",
        "bench.celery",
        f"acks_late, no results; pool solo (trivial), {SLOTS} threads (effect), no log lines",
    ),
    "faststream": Rival(
        "faststream_async", "bench.faststream", "asyncio + uvloop, no casting, no log lines; AsyncMongoClient"
    ),
    "dramatiq": Rival("dramatiq_threads", "bench.dramatiq", f"{SLOTS} threads, its default middleware, no log lines"),
}


def run(options: Options) -> Report:
    """Measure; the servers start and stop with it."""
    about, found = machine.describe(), versions("nameko", "celery", "faststream", "dramatiq", "aio-pika", "uvloop")
    names = [name for name in RIVALS if not options.only or name in options.only]
    with prepared("rivals", options) as ground:
        contenders = {}
        for job, count in EVENTS.items():
            field = Field(ground, job, options.events or count)
            contenders[f"{job}: {OURS}"] = ("our worker, its metrics as in production; no log lines", field.ours)
            contenders[f"{job}: {OURS}, with its log"] = ("the same with its line for each event", field.ours_logging)
            contenders |= {f"{job}: {name}": (RIVALS[name].what, partial(field.rival, RIVALS[name])) for name in names}
        figures = interleave(contenders, options.rounds or ROUNDS, tell)
    ratios = [
        Ratio(
            f"{job}: {OURS} / {name}", figures[f"{job}: {OURS}"].per_second / figures[f"{job}: {name}"].per_second, 1.0
        )
        for job in EVENTS
        for name in names
    ]
    notes = [f"quorum queue, persistent messages, acknowledged after the job, prefetch {field.prefetch}", str(found)]
    return Report("rivals", figures, ratios, about, notes=notes, more={"frameworks": found})


class Field:
    """One job for everybody."""

    def __init__(self, ground: Ground, job: str, events: int) -> None:
        self._ground, self._job, self._events = ground, job, events
        self._race = Race(ground, events)
        self.prefetch = Settings.from_environment().prefetch
        self._bodies = ground.folder / f"{job}.jsonl"
        self._bodies.write_text("".join(json.dumps(each) + "\n" for each in self._race.heard))

    def ours(self) -> dict[str, Any]:
        """Our worker, as quiet as the others; its effect goes through the real store."""
        return self._ours("WARNING")

    def ours_logging(self) -> dict[str, Any]:
        """Our worker with a log line for each event, which none of the others writes."""
        return self._ours("INFO")

    def _ours(self, log_level: str) -> dict[str, Any]:
        self._race.fill(subject.HEARD_QUEUE)
        command = [sys.executable, "-m", "benchmarks.contenders.consume_ours"]
        told = {"LOG_LEVEL": log_level}
        return self._on_documents(f"ours-{self._job}", command, subject.HEARD_QUEUE, told)

    def rival(self, rival: Rival) -> dict[str, Any]:
        """Another framework: it fills the queue in its own format, then works it off."""
        with open_connection(self._ground.amqp_uri) as connection:
            connection.channel().queue_delete(rival.queue)
        command = [program("python"), "-m", f"benchmarks.others.{rival.module}"]
        log = self._ground.folder / f"{rival.module}.log"
        with log.open("ab") as output:
            subprocess.run(
                [*command, "fill"],
                env=self._told(rival.queue, ""),
                cwd=CHECKOUT,
                stdout=output,
                stderr=output,
                check=True,
            )
        self._await_filled(rival.queue)
        return self._on_documents(rival.module, [*command, "work"], rival.queue)

    def _on_documents(
        self, name: str, command: list[str], queue: str, more: Mapping[str, str] = MappingProxyType({})
    ) -> dict[str, Any]:
        with self._ground.database() as settings:
            database = connect(settings, subject.SERVICE)
            if self._job == "effect":
                self._race.place(database)
            told = {**self._told(queue, settings.database_prefix), **more}
            result = self._ground.work(name, command, self._events, told)
            if self._job == "effect":
                self._race.expect_effects(database)
            database.client.close()
        result["left"] = self._ground.depth(queue)
        return result

    def _told(self, queue: str, prefix: str) -> Mapping[str, str]:
        return {
            **self._ground.environment(prefix),
            "BENCH_JOB": self._job,
            "BENCH_QUEUE": queue,
            "BENCH_BODIES": str(self._bodies),
            "BENCH_SLOTS": str(SLOTS),
            "PREFETCH": str(self.prefetch),
        }

    def _await_filled(self, queue: str) -> None:
        end = time.monotonic() + 60
        while self._ground.depth(queue) != self._events:
            if time.monotonic() > end:
                raise AssertionError(f"{queue} holds {self._ground.depth(queue)} of {self._events} messages")
            time.sleep(0.05)
