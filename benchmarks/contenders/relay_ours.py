"""The house's relay, under green threads as in a worker: with its database, or its publishing path alone.

The only place of the benchmarks that calls the relay's and the publisher's functions.
"""

from __future__ import annotations

import time
from typing import Any

import shared.launcher  # noqa: F401 - puts green threads in place, before what follows

# isort: split

from benchmarks import subject
from shared.contracts import CONTENT_TYPE, encode
from shared.messaging.outbox import Outboxes
from shared.messaging.publisher import Outgoing, Publisher
from shared.settings import Settings
from shared.storage import connect


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Say every event of the job's outboxes, or of its file if `job["path"]` asks for the path alone."""
    settings = Settings.from_environment(needs=("mongodb_uri", "amqp_uri"))
    publisher = Publisher(settings.amqp_uri)
    publisher.publish([])  # connected before the clock starts, as a running relay is
    measure = _publish_alone if job["without_database"] else _relay
    return measure(job, settings, publisher)


def _relay(job: dict[str, Any], settings: Settings, publisher: Publisher) -> dict[str, Any]:
    database = connect(settings, subject.SERVICE)
    stores = [subject.Designations(database)]
    outboxes = Outboxes(subject.SERVICE, database, stores, publisher, settings.relay_batch)
    database.command("ping")
    began, cpu, said = time.monotonic(), time.process_time(), 0
    while said < job["events"]:
        said += outboxes.relay()
    return {"events": said, "seconds": time.monotonic() - began, "cpu_seconds": time.process_time() - cpu}


def _publish_alone(job: dict[str, Any], settings: Settings, publisher: Publisher) -> dict[str, Any]:
    events = [document["outbox"][0] for document in subject.read_documents(job["documents"])]
    began, cpu = time.monotonic(), time.process_time()
    for batch in subject.batches(events, settings.relay_batch):
        if not all(publisher.publish(map(_outgoing, batch))):
            raise RuntimeError("the broker did not take every event")
    return {"events": len(events), "seconds": time.monotonic() - began, "cpu_seconds": time.process_time() - cpu}


def _outgoing(event: dict[str, Any]) -> Outgoing:
    return Outgoing(
        exchange=f"{subject.SERVICE}.events",
        routing_key=event["type"],
        body=encode(event),
        message_id=event["id"],
        content_type=CONTENT_TYPE,
        correlation_id=event["correlationid"],
        type=event["type"],
    )
