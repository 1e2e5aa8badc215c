"""Publishing with pipelined confirms: many messages on the way, each one's fate known (py-amqp)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from amqp.basic_message import Message
from amqp.exceptions import AMQPError
from kombu.connection import Connection

CONFIRM_TIMEOUT = 15.0
"""Seconds without any word from the broker before a batch counts as unconfirmed."""
HEARTBEAT = 20
PERSISTENT = 2


class BrokerAway(Exception):
    """The broker does not answer; what was not confirmed has to be published again."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message: where to, bytes, and its properties."""

    exchange: str
    routing_key: str
    body: bytes
    message_id: str
    content_type: str
    headers: dict[str, Any] = field(default_factory=dict)
    expiration_ms: int | None = None
    correlation_id: str = ""
    type: str = ""


class Publisher:
    """One connection, one channel in confirm mode; not for two threads at once."""

    def __init__(self, amqp_uri: str) -> None:
        self._uri = amqp_uri
        self._connection: Any = None
        self._channel: Any = None
        self._tag = 0
        self._waiting: dict[int, int] = {}
        self._refused: set[str] = set()
        self._confirmed: set[int] = set()

    def publish(self, batch: Sequence[Outgoing]) -> list[bool]:
        """Publish in order; for each message True when the broker took and routed it.

        Raises BrokerAway when the connection broke: then any of them may or may not have arrived.
        """
        try:
            self._open()
            self._waiting, self._confirmed, self._refused = {}, set(), set()
            for index, outgoing in enumerate(batch):
                self._tag += 1
                self._waiting[self._tag] = index
                self._channel.basic_publish(_message(outgoing), outgoing.exchange, outgoing.routing_key, mandatory=True)
            while self._waiting:
                self._connection.drain_events(timeout=CONFIRM_TIMEOUT)
        except (AMQPError, OSError) as error:
            self.close()
            raise BrokerAway(f"{type(error).__name__}: {error}") from error
        return [i in self._confirmed and m.message_id not in self._refused for i, m in enumerate(batch)]

    def beat(self) -> None:
        """Keep an idle connection alive; a broken one is left for the next publish to open again."""
        if self._connection is not None:
            try:
                self._connection.heartbeat_check()
            except (AMQPError, OSError):
                self.close()

    def close(self) -> None:
        """Drop the connection, whatever state it is in."""
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            try:
                connection.release()
            except (AMQPError, OSError):
                connection.collect()

    def _open(self) -> None:
        if self._connection is not None and self._connection.connected:
            return
        self.close()
        self._connection = Connection(self._uri, heartbeat=HEARTBEAT, connect_timeout=5)  # type: ignore[no-untyped-call]  # kombu is untyped
        self._connection.connect()
        self._channel = self._connection.channel()
        self._channel.events["basic_ack"].add(self._on_ack)
        self._channel.events["basic_nack"].add(self._on_nack)
        self._channel.events["basic_return"].add(self._on_return)
        self._channel.confirm_select()
        self._tag = 0

    def _settled(self, tag: int, multiple: bool) -> list[int]:
        tags = [t for t in self._waiting if t <= tag] if multiple else [tag]
        return [self._waiting.pop(t) for t in tags if t in self._waiting]

    def _on_ack(self, tag: int, multiple: bool) -> None:
        self._confirmed.update(self._settled(tag, multiple))

    def _on_nack(self, tag: int, multiple: bool) -> None:
        self._settled(tag, multiple)

    def _on_return(self, _error: Exception, _exchange: str, _key: str, message: Any) -> None:
        self._refused.add(message.properties.get("message_id", ""))


def _message(outgoing: Outgoing) -> Message:
    properties: dict[str, Any] = {
        "content_type": outgoing.content_type,
        "content_encoding": "utf-8",
        "delivery_mode": PERSISTENT,
        "message_id": outgoing.message_id,
        "correlation_id": outgoing.correlation_id,
        "type": outgoing.type,
        "application_headers": outgoing.headers,
    }
    if outgoing.expiration_ms is not None:
        properties["expiration"] = str(outgoing.expiration_ms)
    return Message(outgoing.body, **properties)
