"""What each service's user may do on the broker, derived from the topology and the contracts.

RabbitMQ asks three patterns of resource names. No service configures anything: the set-up declares the topology.
A service writes to its own events (if any contract is its own), retry tiers and dead letters, and reads its own
handlers' queues and its own dead letters, which its page for operators shows. The default exchange matches no
pattern, so no service reaches a queue by its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from shared.contracts import CONTRACTS
from shared.messaging.topology import TIERS_MS, dead_queue, handler_queues, retry_tier

NOTHING = "^$"


@dataclass(frozen=True, slots=True)
class Permission:
    """Patterns of the names of exchanges and queues, as RabbitMQ takes them."""

    configure: str
    write: str
    read: str


@dataclass(frozen=True, slots=True)
class TopicPermission:
    """Patterns of the routing keys that may be written to, and bound from, one topic exchange."""

    exchange: str
    write: str
    read: str


def permission_of(service: str) -> Permission:
    """The permission of the user of that name in the house's virtual host."""
    writes = [dead_queue(service), *(retry_tier(service, delay) for delay in TIERS_MS)]
    if speaks(service):
        writes.append(f"{service}.events")
    return Permission(NOTHING, _any_of(writes), _any_of((*own_queues(service), dead_queue(service))))


def topic_permissions_of(service: str) -> tuple[TopicPermission, ...]:
    """For each service's events: its own routing keys in its own exchange, nothing elsewhere."""
    keys = sorted(contract.type for contract in CONTRACTS.values() if contract.source == service)
    return (TopicPermission(f"{service}.events", _any_of(keys), NOTHING),) if keys else ()


def speaks(service: str) -> bool:
    """Whether any event is this service's to say."""
    return any(contract.source == service for contract in CONTRACTS.values())


def own_queues(service: str) -> tuple[str, ...]:
    """The queues of this service's handlers."""
    return tuple(name for name in handler_queues() if name.partition(".")[0] == service)


def _any_of(names: Iterable[str]) -> str:
    escaped = [re.escape(name) for name in sorted(names)]
    return f"^({'|'.join(escaped)})$" if escaped else NOTHING
