"""Take dead letters one after the other and give back what was not settled (pika).

To look means to take and to give back: everything that was taken returns to its queue when the connection ends,
however it ends. Meanwhile others do not see it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pika
from pika.exceptions import AMQPError, ChannelClosedByBroker

from shared.failures import ZonaError
from shared.messaging.deadletter import DeadLetter, letter_of
from shared.messaging.declare import open_connection
from shared.messaging.topology import dead_queue, parked_queue

NOT_FOUND = 404
LONGEST_RETURN = 0.5


class QueueMissing(ZonaError):
    """The broker does not have the queue."""

    code = "queue_missing"


@contextlib.contextmanager
def connected(amqp_uri: str) -> Iterator[Any]:
    """A connection that is closed however the block ends; what was taken over it and not settled goes back."""
    connection = open_connection(amqp_uri)
    try:
        yield connection
    finally:
        with contextlib.suppress(AMQPError, OSError):  # a connection that broke has given everything back already
            connection.close()


def waiting(connection: Any, queues: Sequence[str], *, absent_is_fine: bool = False) -> dict[str, int]:
    """Messages that are ready in each queue, without taking any. Raises QueueMissing unless absence is fine."""
    counts = {}
    for queue in queues:
        channel = connection.channel()
        try:
            counts[queue] = int(channel.queue_declare(queue, passive=True).method.message_count)
            channel.close()
        except ChannelClosedByBroker as error:
            if error.reply_code != NOT_FOUND:
                raise
            if not absent_is_fine:
                raise _queue_missing(queue) from error
    return counts


def walk(
    connection: Any, service: str, *, parked: bool = False, within: int | None = None
) -> Iterator[tuple[Callable[[], object], DeadLetter, pika.BasicProperties]]:
    """Take the letters of a service one after the other: how to settle each, the letter, its properties.

    Ends with the last one that waited at the start: a letter that comes back meanwhile is not met again.
    """
    queue = queue_of(service, parked)
    ready = waiting(connection, [queue])[queue]
    channel = connection.channel()
    settled: list[int] = []
    try:
        for _ in range(ready if within is None else min(ready, within)):
            method, properties, body = channel.basic_get(queue)
            if method is None:
                return

            def settle(tag: int = method.delivery_tag) -> None:
                channel.basic_ack(tag)
                settled.append(tag)

            yield settle, letter_of(service, properties, body), properties
    finally:
        with contextlib.suppress(AMQPError, OSError):  # a connection that broke has given everything back already
            channel.close()
            _wait_until_back(connection, queue, ready - len(settled))


def _wait_until_back(connection: Any, queue: str, expected: int) -> None:
    """The queue puts back what a closed channel held a moment later: whoever looks next should see it.

    Not waited for longer than LONGEST_RETURN: another operator may hold some.
    """
    end = time.monotonic() + LONGEST_RETURN
    while waiting(connection, [queue])[queue] < expected and time.monotonic() < end:
        connection.sleep(0.01)


def queue_of(service: str, parked: bool) -> str:
    """Where the service's dead letters are, or the parked ones."""
    return parked_queue(service) if parked else dead_queue(service)


def _queue_missing(queue: str) -> QueueMissing:
    return QueueMissing(
        (f"antrean {queue} tidak ada", f"there is no queue {queue}"),
        remedy=("jalankan `zi topology apply` versi ini", "run `zi topology apply` of this version"),
    )
