"""Bring a broker to the topology, and say plainly where it differs (pika, no green threads)."""

from __future__ import annotations

from typing import Any

import pika
from pika.exceptions import AMQPConnectionError, ChannelClosedByBroker

from shared.messaging.topology import Topology, topology

BLOCKED_SECONDS = 30
"""How long a broker that is short of memory or disk may keep a publisher waiting."""


class BrokerUnreachable(Exception):
    """No broker answers, or it refuses the credentials; the text says where and why, `said` in both languages."""

    def __init__(self, place: str, reason: str) -> None:
        self.said = (
            f"tidak ada broker untuk kita di {place} ({reason}): jalankan, atau perbaiki AMQP_URI",
            f"no broker for us at {place} ({reason}): start it, or correct AMQP_URI",
        )
        super().__init__(self.said[1])


class TopologyDiffers(Exception):
    """An exchange or queue stands with other arguments than the code's."""


def open_connection(amqp_uri: str) -> pika.BlockingConnection:
    """A blocking connection; raises BrokerUnreachable."""
    parameters = pika.URLParameters(amqp_uri)
    parameters.blocked_connection_timeout = BLOCKED_SECONDS
    place = f"{parameters.host}:{parameters.port}{parameters.virtual_host}"
    try:
        return pika.BlockingConnection(parameters)
    except (AMQPConnectionError, OSError) as error:  # OSError: a name that leads to no address
        reason = getattr(error, "reply_text", "") or getattr(error, "strerror", "") or type(error).__name__
        raise BrokerUnreachable(place, reason) from error


def apply(amqp_uri: str, wanted: Topology | None = None) -> tuple[int, int]:
    """Declare everything; gives the counts of exchanges and queues.

    Safe to repeat and beside running services. Raises BrokerUnreachable, TopologyDiffers.
    """
    wanted = wanted or topology()
    connection = open_connection(amqp_uri)
    try:
        channel = connection.channel()
        for exchange in wanted.exchanges:
            channel.exchange_declare(exchange.name, exchange.kind, durable=True, arguments=exchange.arguments)
        for queue in wanted.queues:
            channel.queue_declare(queue.name, durable=True, arguments=queue.arguments)
            for source, key in queue.bindings:
                channel.queue_bind(queue.name, source, key)
    except ChannelClosedByBroker as error:
        raise TopologyDiffers(
            f"the broker holds a different topology ({error.reply_text}): move that queue's messages away with "
            "`zi dlq` or a shovel, delete it, and apply again"
        ) from error
    finally:
        if connection.is_open:
            connection.close()
    return len(wanted.exchanges), len(wanted.queues)


def missing(amqp_uri: str, wanted: Topology | None = None) -> list[str]:
    """The names of the queues that the broker does not have."""
    connection = open_connection(amqp_uri)
    absent = []
    try:
        for queue in (wanted or topology()).queues:
            channel = connection.channel()
            try:
                channel.queue_declare(queue.name, passive=True)
                channel.close()
            except ChannelClosedByBroker:
                absent.append(queue.name)
    finally:
        connection.close()
    return absent


def definitions(vhost: str = "/") -> dict[str, Any]:
    """The topology as a RabbitMQ definitions file (without users)."""
    wanted = topology()
    return {
        "exchanges": [
            {
                "name": e.name,
                "vhost": vhost,
                "type": e.kind,
                "durable": True,
                "auto_delete": False,
                "arguments": e.arguments,
            }
            for e in wanted.exchanges
        ],
        "queues": [
            {"name": q.name, "vhost": vhost, "durable": True, "auto_delete": False, "arguments": q.arguments}
            for q in wanted.queues
        ],
        "bindings": [
            {
                "source": source,
                "vhost": vhost,
                "destination": q.name,
                "destination_type": "queue",
                "routing_key": key,
                "arguments": {},
            }
            for q in wanted.queues
            for source, key in q.bindings
        ],
        "policies": [
            {"name": name, "vhost": vhost, "pattern": pattern, "apply-to": "queues", "definition": rule, "priority": 0}
            for name, pattern, rule in wanted.policies
        ],
    }
