"""What happened, step by step, on a file that outlives the process: for tests that must prove it.

Off unless the environment names a file in `ZONA_JOURNAL`; several processes may write to the same one. One
line is one JSON object in one `os.write` on an O_APPEND descriptor: lines of different processes never mix,
and what was noted survives `kill -9` of the writer. `shared.testing.history` reads and checks it.

    submitted {command, aggregate, sequence}                  a client got its yes; sequence as it was answered, or null
    saved     {aggregate, version, events: [ids], cause}      a guarded write; cause: id of command or event, or null
    published {event, aggregate, sequence}                    the broker confirmed it
    delivered {queue, event, attempt, redelivered, outcome}   a delivery was settled; the outcome as it is logged
    effect    {consumer, event, aggregate, source, sequence}  read back from the consumer's database, in its order
    recorded  {event, aggregate, sequence}                    likewise read back, from `events` and the outboxes

Every line also has `at` (wall clock in seconds, informative only) and `pid`; more facts may stand beside these:
`service` (of a `saved`, where two services have aggregates of one id), `type` (of an event), `cause` (of a `recorded`).
"""

from __future__ import annotations

import json
import os
import time
from typing import Any

VARIABLE = "ZONA_JOURNAL"
LONGEST = 4096
"""Bytes of a line, its end included."""

_descriptor: int | None = None


def note(step: str, **facts: Any) -> None:
    """Append one line; nothing at all when the journal is off.

    Raises ValueError for a line of more than 4 KiB, TypeError for facts that are no JSON, OSError when the
    file can't take it: a journal with a hole would prove the wrong thing.
    """
    if _descriptor is None:
        return
    entry = {"step": step, **facts, "at": round(time.time(), 6), "pid": os.getpid()}
    line = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    if len(line) > LONGEST:
        raise ValueError(f"a journal line holds at most {LONGEST} bytes, {step!r} has {len(line)}: note fewer facts")
    written = os.write(_descriptor, line)
    if written != len(line):
        raise OSError(f"the journal took {written} of {len(line)} bytes: is the disk full?")


def reopen(path: str | os.PathLike[str] | None) -> None:
    """Write to the file at `path` from now on, or nowhere for None; raises OSError when it can't be opened."""
    global _descriptor
    opened = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600) if path else None
    previous, _descriptor = _descriptor, opened
    if previous is not None:
        os.close(previous)


reopen(os.environ.get(VARIABLE))
