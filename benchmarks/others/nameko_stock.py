"""Stock Nameko 2.14: an `event_handler`; all that was added is the queue's kind. It acknowledges after the handler,
also after one that raised, and publishes nothing here.
"""

from __future__ import annotations

import warnings

warnings.filterwarnings("ignore")

import eventlet

eventlet.monkey_patch()

import signal
import sys
from typing import Any

from nameko.events import EventHandler
from nameko.runners import ServiceRunner

from benchmarks.others import common

SOURCE, TYPE = "house", "institution_registered"


class QuorumEventHandler(EventHandler):  # type: ignore[misc]  # nameko is untyped
    """Nameko has no option for the kind of queue."""

    def setup(self) -> None:
        super().setup()
        self.queue.queue_arguments = {"x-queue-type": "quorum"}


handles = QuorumEventHandler.decorator


class Bench:
    """The queue is named evt-house-institution_registered--bench.hear."""

    name = "bench"

    @handles(SOURCE, TYPE)
    def hear(self, event: dict[str, Any]) -> None:
        TALLY.began()
        EFFECT(event)
        TALLY.done()


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        from benchmarks.others.publish import fill

        fill(content_encoding="utf-8")
        sys.exit()
    TALLY, EFFECT = common.tally(), common.Effect()
    runner = ServiceRunner({"AMQP_URI": common.AMQP_URI, "max_workers": common.PREFETCH})
    runner.add_service(Bench)
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: asked.append(number))
    runner.start()
    while not asked:
        eventlet.sleep(0.25)
    runner.stop()
