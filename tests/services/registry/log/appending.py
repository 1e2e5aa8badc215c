"""A registry whose log is appended to: in this process, and by workers of their own.

`python -m tests.services.registry.log.appending BATCH` appends until it is ended; settings come from the environment.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import rfc8785
from pymongo.errors import BulkWriteError, NetworkTimeout, PyMongoError

from services.registry import handlers
from services.registry.domain.designation import draft, publish, revoke
from services.registry.hearing import conclusion_of
from services.registry.log.leadership import Leadership
from services.registry.log.sequencing import Sequencer
from services.registry.rooms import Rooms, build
from shared.settings import Settings
from shared.storage import Cause
from tests.services.registry.samples import NOW, concluded, decree

LEASE = 0.5
TRIES = 10
GROUND = "Terbukti ada pungutan di luar tarif resmi."


def with_key(settings: Settings, folder: Path) -> Rooms:
    """The registry's rooms with a log key in `folder`."""
    rooms = build(replace(settings, log_key_file=str(folder / "log.key")))
    rooms.ensure_indexes()
    return rooms


def sequencer_of(rooms: Rooms, **changes: Any) -> Sequencer:
    """Another process's sequencer on the same registry, whose lease is short."""
    assert rooms.sequencer is not None
    leadership = Leadership(rooms.database, lease=changes.pop("lease", LEASE))
    return Sequencer(rooms.log, rooms.designations, rooms.sequencer.keys, leadership, **changes)


def document(rooms: Rooms, nth: int, *, ended: bool = False) -> dict[str, Any]:
    """A published designation as it stands in the database before anybody logged it, made without its handlers."""
    at = NOW - timedelta(days=1) + timedelta(seconds=nth)
    drafted = draft(conclusion_of(concluded(f"L3171-UPT-{nth:05d}")), at)
    assert drafted is not None
    state = publish(drafted, decree(day=at.date()), at)
    if ended:
        state = revoke(state, decree("Keputusan 9", at.date()), GROUND, rooms.rules, at)
    causes = [Cause(at, "c-1", event_id=f"e-{nth}-{step}") for step in range(3 if ended else 2)]
    return rooms.designations.settled(state, causes)


def fill_log(rooms: Rooms, entries: int) -> None:
    """Put entries into the log that no designation stands behind, and sign them: quicker than publishing."""
    leaves = [
        (f"designated:X-{nth}", rfc8785.dumps({"number": f"X-{nth}", "total": "86.81"})) for nth in range(entries)
    ]
    rooms.log.append(0, leaves)
    handlers.append_to_log(rooms)


def publish_many(rooms: Rooms, first: int, last: int, *, together: int = 100) -> None:
    """Publish designations number `first` to `last` - 1, many in one message; again when a busy server was late."""
    for start in range(first, last, together):
        made = [document(rooms, nth, ended=nth % 10 == 9) for nth in range(start, min(start + together, last))]
        for _ in range(TRIES):
            try:
                rooms.designations.collection.insert_many(made, ordered=False)
            except BulkWriteError:  # they are there, from a try whose answer was late
                break
            except NetworkTimeout:
                continue
            break


@contextmanager
def workers(rooms_of: Settings, folder: Path, count: int, batch: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that append; ended at the end."""
    told = {
        "MONGODB_URI": rooms_of.mongodb_uri,
        "ZONA_DATABASE_PREFIX": rooms_of.database_prefix,
        "ZONA_LOG_KEY_FILE": str(folder / "log.key"),
        "LOG_LEVEL": "CRITICAL",
    }
    command = [sys.executable, "-m", "tests.services.registry.log.appending", str(batch)]
    running = [subprocess.Popen(command, env={**os.environ, **told}) for _ in range(count)]
    try:
        yield running
    finally:
        for process in running:
            process.kill()
            process.wait()


def main() -> None:
    """Append as a worker does, a little more often, over every fault of the server; tell everybody who is who."""
    rooms = build(Settings.from_environment(needs=("mongodb_uri",)))
    sequencer = sequencer_of(rooms, batch=int(sys.argv[1]))
    rooms.database["processes"].insert_one({"_id": sequencer.leadership.holder, "pid": os.getpid()})
    while True:
        with suppress(PyMongoError):
            sequencer.append_pending()
        time.sleep(0.05)


if __name__ == "__main__":
    main()
