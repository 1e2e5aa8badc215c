"""Who has to hear what, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum

from shared.contracts import CONTRACTS
from shared.testing.history.lines import Said


class Order(Enum):
    """What a consumer promises about the events of one source aggregate."""

    EVERY = "every"  # each one, in order
    NEWEST = "newest"  # in order, but what came too late may be skipped: the last one counts
    ANY = "any"  # each one, whenever it comes


@dataclass(frozen=True, slots=True)
class Consumer:
    """`hears` says of an event whether its effect is due here; what it doesn't hear must have none."""

    hears: Callable[[Said], bool]
    order: Order = Order.EVERY


def everything(_event: Said) -> bool:
    """Hear whatever is said."""
    return True


def of_kinds(*kinds: str) -> Callable[[Said], bool]:
    """Hear the aggregates of these kinds: "proposal" hears proposal:2026-1."""
    return lambda event: event.aggregate.partition(":")[0] in kinds


def of_types(types: Collection[str]) -> Callable[[Said], bool]:
    """Hear these types of events; raises ValueError for an event whose lines in the journal name no type."""

    def hears(event: Said) -> bool:
        if not event.type:
            raise ValueError(f"the journal doesn't say of which type {event.event} is: note `type` with `published`")
        return event.type in types

    return hears


def by_contract(order: Order = Order.ANY) -> dict[str, Consumer]:
    """Every consumer that the contracts name, "<service>.<handler>", hearing the types that they name it for."""
    heard: dict[str, set[str]] = {}
    for contract in CONTRACTS.values():
        for name in contract.consumers:
            heard.setdefault(name, set()).add(contract.type)
    return {name: Consumer(of_types(types), order) for name, types in heard.items()}
