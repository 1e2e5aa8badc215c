"""Dead letters: read without taking, send back to their queues (pika)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pika

from shared.messaging.declare import open_connection
from shared.messaging.failing import ATTEMPT


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One dead letter; `queue` is where it belongs, `body` its bytes as they came."""

    id: str
    type: str
    queue: str
    reason: str
    attempts: int
    correlation_id: str
    body: bytes

    def summary(self) -> dict[str, Any]:
        """Everything but the bytes."""
        return {
            "id": self.id,
            "type": self.type,
            "queue": self.queue,
            "reason": self.reason,
            "attempts": self.attempts,
            "correlation_id": self.correlation_id,
        }


class DeadLetters:
    """The dead letters of some services."""

    def __init__(self, amqp_uri: str, services: Sequence[str]) -> None:
        self._uri = amqp_uri
        self._services = services

    def read(self) -> list[DeadLetter]:
        """All of them, left where they are."""
        connection = open_connection(self._uri)
        try:
            return [
                letter for service in self._services for _, letter, _ in _walk(connection.channel(), f"{service}.dead")
            ]
        finally:
            connection.close()  # what was read and not acknowledged goes back

    def replay(self, ids: set[str] | None, *, execute: bool) -> list[DeadLetter]:
        """Send the letters with these ids (None: all) to their queues with a fresh count of attempts.

        Each is confirmed in its queue before it leaves the dead letters: a crash doubles, never loses.
        """
        connection = open_connection(self._uri)
        chosen = []
        try:
            for service in self._services:
                channel = connection.channel()
                channel.confirm_delivery()
                for tag, letter, properties in list(_walk(channel, f"{service}.dead")):
                    if ids is None or letter.id in ids:
                        chosen.append(letter)
                        if execute:
                            _send_back(channel, tag, letter, properties)
        finally:
            connection.close()
        return chosen


def _send_back(channel: Any, tag: int, letter: DeadLetter, properties: Any) -> None:
    kept = {name: value for name, value in (properties.headers or {}).items() if not name.startswith("x-")}
    properties.headers = {**kept, ATTEMPT: 0}
    properties.expiration = None
    channel.basic_publish("", letter.queue, letter.body, properties, mandatory=True)
    channel.basic_ack(tag)


def _walk(channel: Any, queue: str) -> Iterator[tuple[int, DeadLetter, pika.BasicProperties]]:
    while True:
        method, properties, body = channel.basic_get(queue)
        if method is None:
            return
        yield method.delivery_tag, _letter(properties, body), properties


def _letter(properties: Any, body: bytes) -> DeadLetter:
    headers = properties.headers or {}
    death = (headers.get("x-death") or [{}])[0]
    return DeadLetter(
        id=properties.message_id or "",
        type=properties.type or "",
        queue=headers.get("x-queue") or death.get("queue", ""),
        reason=headers.get("x-reason") or str(death.get("reason", "")),
        attempts=int(headers.get(ATTEMPT, 0)),
        correlation_id=properties.correlation_id or "",
        body=body,
    )
