"""The worker's wiring against the contracts."""

from __future__ import annotations

from services.registry.worker import RegistryWorker
from shared.contracts import CONTRACTS


def test_the_worker_hears_exactly_what_the_contracts_say() -> None:
    agreed = {
        (queue.partition(".")[2], type)
        for type, contract in CONTRACTS.items()
        for queue in contract.consumers
        if queue.startswith("registry.")
    }
    heard = {
        (name, type)
        for name, method in vars(RegistryWorker).items()
        for entrypoint in getattr(method, "nameko_entrypoints", ())
        for type in getattr(entrypoint, "types", ())
    }
    assert heard == agreed
