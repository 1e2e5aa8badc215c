"""py-amqp alone: bodies that are encoded already, into a quorum queue by the default exchange, a confirm for each,
a hundred on the way at a time.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import unquote, urlsplit

import amqp
from amqp.basic_message import Message

from benchmarks import subject
from shared.contracts import encode
from shared.settings import Settings

PIPELINE = 100


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Publish the job's bodies and wait for every confirm."""
    documents = subject.read_documents(job["documents"])
    bodies = [encode(document["outbox"][0]) for document in documents]
    connection = connect(Settings.from_environment().amqp_uri)
    channel = connection.channel()
    channel.confirm_select()
    waiting: set[int] = set()
    channel.events["basic_ack"].add(lambda tag, multiple: _confirmed(waiting, tag, multiple))
    began, cpu, tag = time.monotonic(), time.process_time(), 0
    for batch in subject.batches(bodies, PIPELINE):
        for body in batch:
            tag += 1
            waiting.add(tag)
            message = Message(body, content_type="application/json", delivery_mode=2)
            channel.basic_publish(message, "", job["queue"])
        while waiting:
            connection.drain_events(timeout=30)
    took = {"seconds": time.monotonic() - began, "cpu_seconds": time.process_time() - cpu}
    connection.close()
    return {"events": len(bodies), **took}


def connect(uri: str) -> Any:
    """A connection of py-amqp, without kombu."""
    place = urlsplit(uri)
    connection = amqp.Connection(
        host=f"{place.hostname}:{place.port}",
        userid=unquote(place.username or "guest"),
        password=unquote(place.password or "guest"),
        virtual_host=unquote(place.path[1:]) or "/",
    )
    connection.connect()
    return connection


def _confirmed(waiting: set[int], tag: int, multiple: bool) -> None:
    if multiple:
        waiting.difference_update({each for each in waiting if each <= tag})
    else:
        waiting.discard(tag)
