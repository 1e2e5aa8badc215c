"""The worker's wiring."""

from __future__ import annotations

from services.notifications.worker import NotificationsWorker
from shared.contracts import CONTRACTS
from shared.messaging.subscribe import Subscription


def test_the_worker_hears_exactly_what_the_contracts_send_to_it() -> None:
    heard = {
        f"notifications.{name}": set(entrypoint.types)
        for name, method in vars(NotificationsWorker).items()
        for entrypoint in getattr(method, "nameko_entrypoints", ())
        if isinstance(entrypoint, Subscription)
    }
    promised: dict[str, set[str]] = {}
    for type, contract in CONTRACTS.items():
        for queue in contract.consumers:
            if queue.startswith("notifications."):
                promised.setdefault(queue, set()).add(type)
    assert heard == promised
