"""The worker hears exactly what the contracts send to units, each event in its handler."""

from __future__ import annotations

import subprocess
import sys

from shared.contracts import CONTRACTS

PRINT = """
from services.units.worker import UnitsWorker
from shared.messaging.subscribe import Subscription
for name in dir(UnitsWorker):
    for each in getattr(getattr(UnitsWorker, name), "nameko_entrypoints", ()):
        if isinstance(each, Subscription):
            print(name, *each.types)
"""


def heard_by_the_worker() -> set[tuple[str, str]]:
    """(handler, event type); asked of another process, for Nameko patches the one that imports it."""
    printed = subprocess.run([sys.executable, "-c", PRINT], capture_output=True, text=True, check=True).stdout
    lines = (line.split() for line in printed.splitlines())
    return {(name, type) for name, *types in lines for type in types}


def test_every_contract_that_names_units_has_its_handler() -> None:
    promised = {
        (queue.removeprefix("units."), contract.type)
        for contract in CONTRACTS.values()
        for queue in contract.consumers
        if queue.startswith("units.")
    }
    assert heard_by_the_worker() == promised


def test_the_worker_runs_without_what_only_the_web_process_has() -> None:
    check = "import sys, services.units.worker; print([m for m in ('argon2', 'flask', 'lokal') if m in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
