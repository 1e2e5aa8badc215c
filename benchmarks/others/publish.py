"""Filling a queue with plain JSON bodies, for the frameworks that read such: pika, with confirms off."""

from __future__ import annotations

import json
from typing import Any

import pika

from benchmarks.others.common import AMQP_URI, QUEUE, told_events


def fill(**properties: Any) -> None:
    """Declare the quorum queue and put every event into it."""
    with pika.BlockingConnection(pika.URLParameters(AMQP_URI)) as connection:
        channel = connection.channel()
        channel.queue_declare(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        told = pika.BasicProperties(content_type="application/json", delivery_mode=2, **properties)
        for event in told_events():
            channel.basic_publish("", QUEUE, json.dumps(event, separators=(",", ":")).encode(), told)
