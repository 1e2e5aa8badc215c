"""Whole histories for the rebuild's tests: told by the real handlers, said by the real relay."""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import sys
from datetime import timedelta
from typing import Any

from services.registry import handlers
from services.registry.comparison import Comparer, Comparison
from services.registry.rebuilding import Rebuilt
from services.registry.rooms import Rooms
from shared.contracts.received import Received
from shared.failures import AlreadyExists
from shared.messaging.declare import apply
from shared.messaging.outbox import Outboxes
from shared.messaging.publisher import Publisher
from shared.messaging.topology import Topology, topology
from shared.settings import Settings
from tests.services.registry.samples import (
    INSTITUTIONS,
    NOW,
    UNITS,
    command,
    concluded,
    decree,
    heard,
    publish_drafted,
    revoke,
)


def quiet(_stage: str, _done: int, _total: int) -> None:
    """Shows nothing."""


def declare_own(amqp_uri: str) -> None:
    """The registry's exchange, and the queue that takes what nobody else hears: all that its relay needs."""
    whole = topology()
    own = {"registry.events", "registry.unconsumed"}
    exchanges = tuple(each for each in whole.exchanges if each.name in own)
    apply(amqp_uri, Topology(exchanges, tuple(each for each in whole.queues if each.name in own), ()))


def say_everything(rooms: Rooms, amqp_uri: str) -> None:
    """Relay until no outbox holds anything."""
    publisher = Publisher(amqp_uri)
    while Outboxes("registry", rooms.database, [rooms.designations], publisher, 100).relay():
        pass
    publisher.close()


def renamed(code: str, times: int) -> list[Received]:
    """An institution that was renamed again and again: each event holds the whole state."""
    name, kind, province = INSTITUTIONS[code]
    data = {"code": code, "kind": kind, "province": province}
    return [
        heard(
            "units.institution_registered",
            {**data, "name": f"{name} {nth}"},
            subject=f"institution:{code}",
            sequence=nth,
        )
        for nth in range(1, times + 1)
    ]


def deliver(rooms: Rooms, events: list[Received]) -> None:
    """Let the registry hear these; what it knows already it may say so."""
    for event in events:
        handler = handlers.learn_institution if event.type.startswith("units.") else handlers.draft_designation
        with contextlib.suppress(AlreadyExists):
            handler(rooms, event)


def mixed_history(rooms: Rooms, amqp_uri: str, seed: int = 4) -> list[Received]:
    """Drafts, published and revoked ones, failures, renamed institutions; doubled, shuffled. Gives what was heard."""
    declare_own(amqp_uri)
    conclusions = [
        heard("evaluation.concluded", concluded(unit, cycle, target))
        for unit in UNITS
        for cycle, target in (("2024", "WBK"), ("2026", "WBBM"))
    ]
    again = [heard("evaluation.concluded", concluded(unit, "2024")) for unit in UNITS]
    failed = [heard("evaluation.concluded", concluded("L3171-X", outcome="failed", predicate=None))]
    institutions = [event for code in INSTITUTIONS for event in renamed(code, 3)]
    everything = [*conclusions, *again, *failed, *institutions]
    deliver(rooms, random.Random(seed).sample(everything, len(everything)))
    deliver(rooms, everything[::-1])
    numbers = [f"WBK-2024-{unit}" for unit in UNITS]
    for nth, number in enumerate(numbers[:3]):
        publish_drafted(rooms, number, NOW - timedelta(days=3 - nth))
    revoke(rooms, numbers[0])
    last = f"WBBM-2026-{next(iter(UNITS))}"
    handlers.publish_designation(rooms, last, decree("  Nomor  9 "), command(command_id="k-9"))
    say_everything(rooms, amqp_uri)
    handlers.refresh_counts(rooms)
    return everything


def compared(rooms: Rooms) -> Comparison:
    """The registry rebuilt and compared."""
    rebuilt = Rebuilt(rooms)
    rebuilt.build(quiet)
    return Comparer(rooms, rebuilt, quiet).compare()


def zi(settings: Settings, *arguments: str) -> tuple[int, dict[str, Any], str]:
    """Run `zi` as a person does: exit status, the JSON of the last line if there is one, and stderr."""
    done = subprocess.run(
        [*ZI, *arguments], env=environment(settings), capture_output=True, text=True, timeout=120, check=False
    )
    last = done.stdout.strip().splitlines()[-1:] or [""]
    return done.returncode, json.loads(last[0]) if last[0].startswith("{") else {}, done.stdout + done.stderr


ZI = (sys.executable, "-c", "from shared.cli import main; main()")


def environment(settings: Settings) -> dict[str, str]:
    """The environment of a process on this test's servers."""
    return {
        **os.environ,
        "MONGODB_URI": settings.mongodb_uri,
        "AMQP_URI": settings.amqp_uri,
        "ZONA_DATABASE_PREFIX": settings.database_prefix,
        "ZONA_TOKEN_PUBLIC_KEY_FILE": settings.token_public_key_file,
    }
