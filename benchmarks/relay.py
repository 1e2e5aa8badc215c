"""`relay`: confirmed events per second out of the outboxes into a quorum queue."""

from __future__ import annotations

from typing import Any

from benchmarks import machine, subject
from benchmarks.ground import RAW_QUEUE, Ground, prepared
from benchmarks.options import Options
from benchmarks.profiling import profiled
from benchmarks.report import Report
from benchmarks.rounds import Ratio, interleave, over_slower
from benchmarks.telling import tell
from shared.settings import Settings
from shared.storage import connect

EVENTS = 3_000
ROUNDS = 3
TARGET, TARGET_WITHOUT_DATABASE = 0.8, 0.9


def run(options: Options) -> Report:
    """Measure; the servers start and stop with it."""
    events, about = options.events or EVENTS, machine.describe()
    with prepared("relay", options) as ground:
        race = Race(ground, events)
        contenders = {
            "relay": ("our relay until the outboxes are empty: read, encode, publish, record, take out", race.relay),
            "py-amqp": (
                "raw: confirms pipelined by 100, bodies ready, default exchange, same queue kind",
                race.py_amqp,
            ),
            "database": ("raw: insert_many into events + bulk_write of removals, same batches", race.raw_outbox),
            "relay without database": (
                "the relay's publisher on the same events: encode, publish, confirms",
                race.path,
            ),
        }
        figures = interleave(contenders, options.rounds or ROUNDS, tell)
        profile = profiled(ground, "relay", race.relay) if options.profile else {}
    ours, amqp, raw, path = figures.values()
    ratios = [
        over_slower("relay", ours, [amqp, raw], TARGET),
        Ratio("relay without database / py-amqp", path.per_second / amqp.per_second, TARGET_WITHOUT_DATABASE),
        Ratio("relay / py-amqp", ours.per_second / amqp.per_second),
        Ratio("relay / database", ours.per_second / raw.per_second),
    ]
    note = f"{events} designations of 3 KB with one event each, batches of {Settings.from_environment().relay_batch}"
    return Report("relay", figures, ratios, about, notes=[note], more={"events": events, **profile})


class Race:
    """The contenders, each on an outbox and a queue made anew."""

    def __init__(self, ground: Ground, events: int) -> None:
        self._ground, self._events = ground, events
        with ground.database() as settings:
            made = subject.make_documents(connect(settings, subject.SERVICE), events, speaking=True)
        self._documents = made
        path = subject.write_documents(ground.folder / "documents.bson", made)
        self._job = {"documents": path, "events": events, "queue": RAW_QUEUE, "without_database": False}

    def relay(self) -> dict[str, Any]:
        self._ground.fresh_queue(subject.SAID_QUEUE)
        result = self._with_outboxes("relay_ours")
        self._expect(subject.SAID_QUEUE)
        return result

    def path(self) -> dict[str, Any]:
        self._ground.fresh_queue(subject.SAID_QUEUE)
        result = self._ground.run("relay_ours", {**self._job, "without_database": True})
        self._expect(subject.SAID_QUEUE)
        return result

    def py_amqp(self) -> dict[str, Any]:
        self._ground.fresh_queue(RAW_QUEUE)
        result = self._ground.run("raw_publish", self._job)
        self._expect(RAW_QUEUE)
        return result

    def raw_outbox(self) -> dict[str, Any]:
        return self._with_outboxes("raw_outbox")

    def _with_outboxes(self, contender: str) -> dict[str, Any]:
        """Fill the outboxes, run, and see that every event is recorded and out."""
        with self._ground.database() as settings:
            database = connect(settings, subject.SERVICE)
            store = subject.open_store(database)
            for batch in subject.batches(self._documents, 1_000):
                store.collection.insert_many(batch)
            result = self._ground.run(contender, self._job, settings.database_prefix)
            waiting = store.collection.count_documents({"pending": True})
            recorded = database["events"].count_documents({})
            database.client.close()
        if (waiting, recorded) != (0, self._events):
            raise AssertionError(f"{contender}: {waiting} outboxes wait, {recorded} of {self._events} events recorded")
        return result

    def _expect(self, queue: str) -> None:
        if (depth := self._ground.depth(queue)) != self._events:
            raise AssertionError(f"{queue} holds {depth} events, {self._events} were confirmed")
