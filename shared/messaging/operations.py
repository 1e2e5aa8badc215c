"""What operators must know about a service's messages: counts for the metrics, and the dead letters themselves.

Counts come from passive declarations and from the outboxes' index: they take nothing out of a queue.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pika.exceptions import AMQPError
from prometheus_client import REGISTRY, Gauge
from pymongo.errors import PyMongoError

from shared.messaging.deadletter import DeadLetter
from shared.messaging.deadletter_walk import QueueMissing, connected, waiting, walk
from shared.messaging.declare import BrokerUnreachable, open_connection
from shared.messaging.selection import Selection
from shared.messaging.topology import dead_queue, parked_queue, unconsumed_queue
from shared.observability import logger
from shared.storage.aggregates import AggregateStore

DEAD_LETTERS = Gauge("zona_dead_letters", "Dead letters that wait for an operator", ["service"])
PARKED_LETTERS = Gauge("zona_parked_letters", "Dead letters that an operator put aside", ["service"])
UNCONSUMED = Gauge("zona_unconsumed", "Events of this service that no queue asked for", ["service"])
OUTBOX_WAITING = Gauge("zona_outbox_waiting", "Documents with events to say, counted up to 10000", ["service", "kind"])
BROKER_ANSWERS = Gauge("zona_broker_answers", "1 when the broker answered the last look", ["service"])

COUNTED = 10_000
MOST_ROWS = 100
MOST_LOOKED_AT = 1_000
"""Letters that one view of the page takes and gives back: each is a word in the queue's log."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a service stands; None where the broker or the database did not answer.

    looked   how many of the dead letters were looked at for `letters`
    missing  the queue that the broker does not have, if one is missing
    """

    dead: int | None = None
    parked: int | None = None
    unconsumed: int | None = None
    outboxes: dict[str, int] | None = None
    letters: tuple[DeadLetter, ...] = ()
    looked: int = 0
    missing: str = ""


@dataclass
class Watch:
    """Refreshes the metrics of one service; keeps its connection from one round to the next."""

    amqp_uri: str
    service: str
    _connection: Any = field(default=None, init=False)

    def refresh(self, stores: Sequence[AggregateStore[Any]]) -> None:
        """One round. What can't be had is NaN, never the figure of before; raises nothing for a server away."""
        counts = self._queues()
        gauges = (DEAD_LETTERS, PARKED_LETTERS, UNCONSUMED)
        for gauge, queue in zip(gauges, queues_of(self.service), strict=True):
            gauge.labels(self.service).set(counts.get(queue, math.nan))
        BROKER_ANSWERS.labels(self.service).set(1 if counts else 0)
        outboxes = outboxes_of(stores)
        for store in stores:
            value = math.nan if outboxes is None else outboxes[store.kind]
            OUTBOX_WAITING.labels(self.service, store.kind).set(value)

    def close(self) -> None:
        """Drop the connection, whatever state it is in."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(AMQPError, OSError):
                connection.close()

    def _queues(self) -> dict[str, int]:
        try:
            if self._connection is None or not self._connection.is_open:
                self._connection = open_connection(self.amqp_uri)
            return waiting(self._connection, queues_of(self.service), absent_is_fine=True)
        except (BrokerUnreachable, AMQPError, OSError) as error:
            logger().warning("operations_wait", error=str(error)[:300] or type(error).__name__)
            self.close()
            return {}


def queues_of(service: str) -> tuple[str, str, str]:
    """Dead, parked, unconsumed."""
    return dead_queue(service), parked_queue(service), unconsumed_queue(service)


def outboxes_of(stores: Sequence[AggregateStore[Any]]) -> dict[str, int] | None:
    """Documents with events to say, for each kind, up to COUNTED; None while the database is away."""
    try:
        return {s.kind: s.collection.count_documents({"pending": True}, limit=COUNTED) for s in stores}
    except PyMongoError:
        return None


def letters_of(amqp_uri: str, service: str, selection: Selection) -> Standing:
    """The counts of the service's queues and its selected dead letters, at most MOST_ROWS of the first
    MOST_LOOKED_AT; no outboxes. Everything unknown while the broker is away.
    """
    rows: list[DeadLetter] = []
    looked = 0
    dead, parked, unconsumed = queues_of(service)
    try:
        with connected(amqp_uri) as connection:
            counts = waiting(connection, (dead, parked, unconsumed), absent_is_fine=True)
            for _, letter, _ in walk(connection, service, within=MOST_LOOKED_AT):
                looked += 1
                if selection.takes(letter):
                    rows.append(letter)
                if len(rows) == MOST_ROWS:
                    break
    except QueueMissing:
        return Standing(missing=dead)
    except (BrokerUnreachable, AMQPError, OSError):
        return Standing()
    return Standing(counts.get(dead), counts.get(parked), counts.get(unconsumed), None, tuple(rows), looked)


def figure(name: str, service: str) -> int | None:
    """A metric's value in this process; None if there is none yet."""
    value = REGISTRY.get_sample_value(name, {"service": service})
    return None if value is None or math.isnan(value) else int(value)
