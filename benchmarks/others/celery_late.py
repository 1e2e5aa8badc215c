"""Celery: late acknowledgements, quorum queue, no results, no events; the pool that is quickest for the job."""

from __future__ import annotations

import sys
from typing import Any

from celery import Celery
from celery.signals import worker_init

from benchmarks.others import common

app = Celery("bench", broker=common.AMQP_URI)
app.conf.update(
    task_acks_late=True,
    task_default_queue=common.QUEUE,
    task_default_queue_type="quorum",
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    task_serializer="json",
    worker_send_task_events=False,
    broker_connection_retry_on_startup=True,
    worker_detect_quorum_queues=True,  # turns the global prefetch off, which quorum queues do not know
)
POOL = "solo" if common.TRIVIAL else "threads"
CONCURRENCY = 1 if common.TRIVIAL else common.SLOTS
app.conf.worker_prefetch_multiplier = max(1, common.PREFETCH // CONCURRENCY)


@worker_init.connect
def prepare(**_: Any) -> None:
    """Connect before the first message."""
    global TALLY, EFFECT  # one process, one worker
    TALLY, EFFECT = common.tally(), common.Effect()


@app.task(name="bench.hear")
def hear(event: dict[str, Any]) -> None:
    """The job."""
    TALLY.began()
    EFFECT(event)
    TALLY.done()


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        with app.producer_or_acquire() as producer:
            for each in common.told_events():
                hear.apply_async((each,), producer=producer)
        sys.exit()
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=WARNING"]
    app.worker_main(["worker", f"--pool={POOL}", f"--concurrency={CONCURRENCY}", *quiet])
