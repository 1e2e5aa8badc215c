"""Exchanges, queues and bindings of the whole house, derived from the contracts.

Everything is declared before anything publishes, for every contract consumer, deployed or not: an event
for a service that starts next week waits for it. Names:

    <service>.events         topic exchange; what it can't route goes to <service>.unconsumed
    <service>.<handler>      quorum queue of one handler
    <service>.retry.<ms>     fanout exchange and quorum queue of one delay
    <service>.handlers       direct exchange: what waited long enough returns to the queue that its routing
                             key names, and to no other service's (the default exchange would reach any)
    <service>.dead           fanout exchange and quorum queue of the dead letters
    <service>.parked         quorum queue of the dead letters that an operator put aside

Arguments can't change on a live queue, so they fix only type, dead-letter target and strategy, overflow
and delivery limit; lengths are policies, delays come with each message.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from shared.contracts import CONTRACTS
from shared.settings import SERVICES

TIERS_MS = (500, 2_000, 10_000, 60_000, 600_000)
"""Delays of the retry tiers, milliseconds, shortest first."""

DELIVERY_LIMIT = 200
"""Guards against crash loops alone; RabbitMQ 4 would set 20 by itself, and a restart with unacknowledged
deliveries counts as one."""

LOOKS_LIMIT = 1_000_000_000
"""Delivery limit of the queues that operators look into. To look counts as a delivery: RabbitMQ 4 would drop a
letter after twenty looks."""

UNCONSUMED_LENGTH = 100_000

KEPT = {"x-queue-type": "quorum", "x-delivery-limit": LOOKS_LIMIT}
QUORUM = {
    "x-queue-type": "quorum",
    "x-overflow": "reject-publish",
    "x-dead-letter-strategy": "at-least-once",
}


@dataclass(frozen=True, slots=True)
class Exchange:
    name: str
    kind: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Queue:
    name: str
    arguments: dict[str, Any]
    bindings: tuple[tuple[str, str], ...]
    """Pairs of exchange and routing key."""


@dataclass(frozen=True, slots=True)
class Topology:
    exchanges: tuple[Exchange, ...]
    queues: tuple[Queue, ...]
    policies: tuple[tuple[str, str, dict[str, Any]], ...]
    """Triples of name, pattern and definition; they apply to queues."""


def handler_queue(name: str) -> Queue:
    """The queue "<service>.<handler>" with a binding for each event whose contract names it."""
    service = name.partition(".")[0]
    bindings = tuple((f"{c.source}.events", c.type) for c in CONTRACTS.values() if name in c.consumers)
    arguments = {**QUORUM, "x-dead-letter-exchange": f"{service}.dead", "x-delivery-limit": DELIVERY_LIMIT}
    return Queue(name, arguments, bindings)


def handler_queues() -> tuple[str, ...]:
    """The names of all handlers' queues."""
    return tuple(sorted({name for contract in CONTRACTS.values() for name in contract.consumers}))


def retry_tier(service: str, delay_ms: int) -> str:
    """The exchange (and queue) where messages of `service` wait for `delay_ms`."""
    return f"{service}.retry.{delay_ms}"


def dead_queue(service: str) -> str:
    """Where the events end that no handler of `service` could take."""
    return f"{service}.dead"


def parked_queue(service: str) -> str:
    """Where operators put dead letters of `service` aside."""
    return f"{service}.parked"


def unconsumed_queue(service: str) -> str:
    """Where events of `service` go that no queue asks for."""
    return f"{service}.unconsumed"


def topology() -> Topology:
    """All of it."""
    exchanges: list[Exchange] = []
    queues: list[Queue] = [_with_way_back(handler_queue(name)) for name in handler_queues()]
    for service in SERVICES:
        unconsumed, dead = unconsumed_queue(service), dead_queue(service)
        exchanges += [
            Exchange(unconsumed, "fanout"),
            Exchange(f"{service}.events", "topic", {"alternate-exchange": unconsumed}),
            Exchange(dead, "fanout"),
            Exchange(f"{service}.handlers", "direct"),
        ]
        queues += [
            Queue(unconsumed, {"x-queue-type": "quorum", "x-overflow": "drop-head"}, ((unconsumed, ""),)),
            Queue(dead, {**KEPT}, ((dead, ""),)),
            Queue(parked_queue(service), {**KEPT}, ()),
        ]
        for delay in TIERS_MS:
            tier = retry_tier(service, delay)
            exchanges.append(Exchange(tier, "fanout"))
            queues.append(Queue(tier, {**QUORUM, "x-dead-letter-exchange": f"{service}.handlers"}, ((tier, ""),)))
    policies = (("unconsumed", r"^[a-z]+\.unconsumed$", {"max-length": UNCONSUMED_LENGTH}),)
    return Topology(tuple(exchanges), tuple(queues), policies)


def _with_way_back(queue: Queue) -> Queue:
    service = queue.name.partition(".")[0]
    return replace(queue, bindings=(*queue.bindings, (f"{service}.handlers", queue.name)))
