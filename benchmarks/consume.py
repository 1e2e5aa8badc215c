"""`consume`: events per second with their journaled effect in the database, by one worker process."""

from __future__ import annotations

import sys
from typing import Any

from pymongo.database import Database

from benchmarks import machine, subject
from benchmarks.ground import RAW_QUEUE, Ground, prepared
from benchmarks.options import Options
from benchmarks.profiling import profiled
from benchmarks.report import Report
from benchmarks.rounds import Figures, Ratio, interleave
from benchmarks.telling import tell
from shared.contracts import CONTENT_TYPE, encode
from shared.messaging.publisher import Outgoing, Publisher
from shared.settings import Settings
from shared.storage import connect

EVENTS = 3_000
ROUNDS = 3
TARGET = 0.8
THREADS = 10


def run(options: Options) -> Report:
    """Measure; the servers start and stop with it."""
    events, about = options.events or EVENTS, machine.describe()
    with prepared("consume", options) as ground:
        race = Race(ground, events)
        contenders = {
            "worker": ("one worker process: read, check, find, decide, guarded write, acknowledge, log", race.worker),
            "pika": ("raw: consume + ack, prefetch 50, same queue kind", race.pika),
            "database, 1 thread": ("raw: find_one + guarded journaled update_one, one client", race.effects(1)),
            f"database, {THREADS} threads": ("the same, the threads share the client", race.effects(THREADS)),
        }
        figures = interleave(contenders, options.rounds or ROUNDS, tell)
        profile = profiled(ground, "consume", race.worker) if options.profile else {}
    prefetch = Settings.from_environment().prefetch
    note = f"{events} designations of 3 KB, one event of some 650 bytes each; PREFETCH {prefetch}"
    return Report(
        "consume", figures, _ratios(*figures.values()), about, notes=[note], more={"events": events, **profile}
    )


def _ratios(ours: Figures, pika: Figures, *raw: Figures) -> list[Ratio]:
    """Against the slower of the broker's part and the database's, and of the latter the better."""
    database = max(raw, key=lambda each: each.per_second)
    slower = min(pika, database, key=lambda each: each.per_second)
    return [
        Ratio(f"worker / {slower.name}, the slower raw part", ours.per_second / slower.per_second, TARGET),
        Ratio("worker / pika", ours.per_second / pika.per_second),
        *(Ratio(f"worker / {each.name}", ours.per_second / each.per_second) for each in raw),
    ]


class Race:
    """The contenders, each on documents and a queue made anew."""

    def __init__(self, ground: Ground, events: int) -> None:
        self._ground, self._events = ground, events
        with ground.database() as settings:
            self._documents = subject.make_documents(connect(settings, subject.SERVICE), events, speaking=False)
        self.heard = subject.heard_events(self._documents)
        self._path = subject.write_documents(ground.folder / "heard.bson", self.heard)

    def worker(self) -> dict[str, Any]:
        """One process of the house, from its first event to the last effect."""
        self.fill(subject.HEARD_QUEUE)
        with self._ground.database() as settings:
            database = connect(settings, subject.SERVICE)
            self.place(database)
            environment = {**self._ground.environment(settings.database_prefix), "BENCH_JOB": "effect"}
            command = [sys.executable, "-m", "benchmarks.contenders.consume_ours"]
            result = self._ground.work("consume_ours", command, self._events, environment)
            self.expect_effects(database)
            database.client.close()
        if (left := self._ground.depth(subject.HEARD_QUEUE)) != 0:
            raise AssertionError(f"{left} events came back although their effects stand")
        return result

    def pika(self) -> dict[str, Any]:
        """The queue alone."""
        self.fill(RAW_QUEUE)
        return self._ground.run("raw_consume", {"queue": RAW_QUEUE, "events": self._events})

    def effects(self, threads: int) -> Any:
        """The database alone."""

        def measure() -> dict[str, Any]:
            with self._ground.database() as settings:
                database = connect(settings, subject.SERVICE)
                self.place(database)
                job = {"heard": self._path, "threads": threads}
                result = self._ground.run("raw_effect", job, settings.database_prefix)
                self.expect_effects(database)
                database.client.close()
            return result

        return measure

    def fill(self, queue: str) -> None:
        """Put every event into a queue made anew."""
        self._ground.fresh_queue(queue)
        exchange, raw = "units.events", queue == RAW_QUEUE
        batch = [
            Outgoing("" if raw else exchange, queue if raw else each["type"], encode(each), each["id"], CONTENT_TYPE)
            for each in self.heard
        ]
        publisher = Publisher(self._ground.amqp_uri)
        if not all(publisher.publish(batch)):
            raise AssertionError(f"the broker did not take every event for {queue}")
        publisher.close()

    def place(self, database: Database[dict[str, Any]]) -> None:
        """Put the documents there, indexes and all."""
        store = subject.open_store(database)
        for batch in subject.batches(self._documents, 1_000):
            store.collection.insert_many(batch)

    def expect_effects(self, database: Database[dict[str, Any]]) -> None:
        """Each document changed once, by its event."""
        found = database["designations"].find({}, {"version": 1, "heard": 1})
        wrong = [each["_id"] for each in found if each["version"] != 2 or len(each["heard"]) != 1]
        if wrong:
            raise AssertionError(f"{len(wrong)} designations are not changed exactly once, {wrong[0]} among them")
