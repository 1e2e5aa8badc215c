"""Publishing with pipelined confirms: many messages on the way, each one's fate known (py-amqp)."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from amqp import spec
from amqp.basic_message import Message
from amqp.exceptions import AMQPError
from kombu.connection import Connection

from shared.messaging.wire import GatheredWrites

CONFIRM_TIMEOUT = 15.0
"""Seconds without any word from the broker, or without room to write, before a batch counts as unconfirmed."""
WINDOW = 1_000
"""Messages on their way without a confirm."""
TOGETHER = 16 * 1024
"""Bytes that leave in one write to the socket; one write for each message would cost more than the message."""
HEARTBEAT = 20
FAREWELL = 2.0
"""Seconds for the broker to answer a farewell."""
AT_HAND = 0.001
"""Seconds to look for what the broker has sent already."""
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
        self._socket = GatheredWrites()
        self._confirms = _Confirms()
        self._hear_next = 0.0

    def publish(self, batch: Iterable[Outgoing]) -> list[bool]:
        """Publish in order; for each message True when the broker took and routed it.

        Messages that are made as they are asked for leave while the next ones are made. Raises BrokerAway when the
        connection broke: then any of them may or may not have arrived.
        """
        try:
            self._open()
            self._confirms.begin()
            for outgoing in batch:
                publish = (0, outgoing.exchange, outgoing.routing_key, True, False)  # mandatory, not immediate
                self._channel.send_method(spec.Basic.Publish, "Bssbb", publish, _message(outgoing))
                self._confirms.sent(outgoing.message_id)
                if self._socket.held >= TOGETHER:
                    self._flush()
                    self._wait(WINDOW)
            self._flush()
            self._wait(0)
        except (AMQPError, OSError) as error:
            self._drop()
            raise BrokerAway(f"{type(error).__name__}: {error}") from error
        return self._confirms.fates()

    def beat(self) -> None:
        """Keep an idle connection alive; a broken one is left for the next publish to open again."""
        if self._connection is not None:
            try:
                self._hear()
                self._connection.heartbeat_check()
                self._flush()
            except (AMQPError, OSError):
                self._drop()

    def _hear(self) -> None:
        """Read the broker's heartbeats: while nothing is published nobody else does, and they would seem missed."""
        now = time.monotonic()
        if now < self._hear_next:
            return
        self._hear_next = now + HEARTBEAT / 4
        with contextlib.suppress(TimeoutError):
            while True:
                self._connection.drain_events(timeout=AT_HAND)

    def close(self) -> None:
        """Say farewell and drop the connection, whatever state it is in."""
        if self._connection is not None:
            self._socket.pass_on()  # or the farewell would be held back, and its answer waited for
            try:
                self._channel.connection.sock.settimeout(FAREWELL)
                self._connection.release()
            except (AMQPError, OSError, AttributeError):
                pass
        self._drop()

    def _drop(self) -> None:
        """Without a farewell: who does not answer would not answer that either, and we would wait for ever."""
        connection, self._connection, self._channel = self._connection, None, None
        self._socket.pass_on()
        if connection is not None:
            connection.collect()

    def _open(self) -> None:
        if self._connection is not None and self._connection.connected:
            return
        self.close()
        self._connection = Connection(  # type: ignore[no-untyped-call]  # kombu is untyped
            self._uri,
            heartbeat=HEARTBEAT,
            connect_timeout=5,
            transport_options={"frame_writer": self._socket.writer, "write_timeout": CONFIRM_TIMEOUT},
        )
        with self._connection.connect().transport.having_timeout(CONFIRM_TIMEOUT):
            self._channel = self._connection.channel()
            self._channel.events["basic_ack"].add(self._confirms.on_ack)
            self._channel.events["basic_nack"].add(self._confirms.on_nack)
            self._channel.events["basic_return"].add(self._confirms.on_return)
            self._channel.confirm_select()
        self._confirms.restart()
        self._socket.gather()

    def _flush(self) -> None:
        with self._channel.connection.transport.having_timeout(CONFIRM_TIMEOUT):
            self._socket.flush()

    def _wait(self, most: int) -> None:
        """Until at most that many confirms are outstanding."""
        while self._confirms.outstanding > most:
            self._connection.drain_events(timeout=CONFIRM_TIMEOUT)


class _Confirms:
    """What became of the messages of one batch; delivery tags count from 1 on each channel."""

    def __init__(self) -> None:
        self.restart()
        self.begin()

    def restart(self) -> None:
        """A new channel."""
        self._last = self._settled_below = 0
        self._first = 1

    def begin(self) -> None:
        """A new batch."""
        self._first, self._settled_below = self._last + 1, self._last
        self._ids: list[str] = []
        self._taken: list[bool] = []
        self._waits: list[bool] = []
        self._returned: set[str] = set()
        self.outstanding = 0

    def sent(self, id: str) -> None:
        """One more of the batch is on its way."""
        self._ids.append(id)
        self._taken.append(False)
        self._waits.append(True)
        self._last += 1
        self.outstanding += 1

    def fates(self) -> list[bool]:
        """For each message of the batch True when the broker took and routed it."""
        return [taken and id not in self._returned for id, taken in zip(self._ids, self._taken, strict=True)]

    def on_ack(self, tag: int, multiple: bool) -> None:
        self._settle(tag, multiple, True)

    def on_nack(self, tag: int, multiple: bool) -> None:
        self._settle(tag, multiple, False)

    def on_return(self, _error: Exception, _exchange: str, _key: str, message: Any) -> None:
        """Mandatory and unroutable: the broker confirms it all the same, after this."""
        self._returned.add(message.properties.get("message_id", ""))

    def _settle(self, tag: int, multiple: bool, taken: bool) -> None:
        first = self._settled_below + 1 if multiple else tag
        for each in range(max(first, self._first), min(tag, self._last) + 1):
            place = each - self._first
            if self._waits[place]:
                self._waits[place], self._taken[place] = False, taken
                self.outstanding -= 1
        if multiple:
            self._settled_below = max(self._settled_below, tag)


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
