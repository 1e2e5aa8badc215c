"""pika alone: consume and acknowledge each message, prefetch 50; the body is not even read."""

from __future__ import annotations

import time
from typing import Any

import pika

from shared.settings import Settings

PREFETCH = 50


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Drain the job's queue; from the first delivery to the last acknowledgement."""
    connection = pika.BlockingConnection(pika.URLParameters(Settings.from_environment().amqp_uri))
    channel = connection.channel()
    channel.basic_qos(prefetch_count=PREFETCH)
    seen, began, cpu = 0, 0.0, 0.0

    def on_message(channel: Any, method: Any, _properties: Any, _body: bytes) -> None:
        nonlocal seen, began, cpu
        if not seen:
            began, cpu = time.monotonic(), time.process_time()
        seen += 1
        channel.basic_ack(method.delivery_tag)
        if seen == job["events"]:
            channel.stop_consuming()

    channel.basic_consume(job["queue"], on_message)
    channel.start_consuming()
    took = {"seconds": time.monotonic() - began, "cpu_seconds": time.process_time() - cpu}
    connection.close()
    return {"events": seen, **took}
