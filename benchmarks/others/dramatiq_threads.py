"""Dramatiq: threads, acknowledged after the actor. It has no option for the kind of queue; its documented
seam for arguments makes the main queue a quorum queue, its delay and dead-letter queues stay classic (unused here).
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any

from benchmarks.others import common

os.environ["dramatiq_queue_prefetch"] = str(common.PREFETCH)  # noqa: SIM112 - Dramatiq's own name

import dramatiq
from dramatiq.brokers.rabbitmq import RabbitmqBroker


class QuorumBroker(RabbitmqBroker):
    """Declares quorum queues."""

    def _build_queue_arguments(self, queue_name: str) -> dict[str, Any]:
        return {**super()._build_queue_arguments(queue_name), "x-queue-type": "quorum"}


broker = QuorumBroker(url=common.AMQP_URI)
dramatiq.set_broker(broker)


@dramatiq.actor(queue_name=common.QUEUE, max_retries=0)
def hear(event: dict[str, Any]) -> None:
    """The job."""
    TALLY.began()
    EFFECT(event)
    TALLY.done()


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        for each in common.told_events():
            hear.send(each)
        broker.close()
        sys.exit()
    TALLY, EFFECT = common.tally(), common.Effect()
    worker = dramatiq.Worker(broker, worker_threads=common.SLOTS)
    asked = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: asked.set())
    worker.start()
    asked.wait()
    worker.stop()
    broker.close()
