"""A watchman that stops what a dead supervisor left running.

The supervisor writes `+GROUP` or `-GROUP` for each process group that it starts or has stopped; when the pipe
closes, however the supervisor ended, the groups still listed get SIGTERM, newest first, and after a grace SIGKILL.
Runs as a script by itself, so only the standard library stands here.
"""

from __future__ import annotations

import os
import signal
import sys
import time

GRACE = 10.0
_INTERVAL = 0.05


def watch() -> None:
    """Read standard input to its end, then stop the groups that remain."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    groups: list[int] = []
    for line in sys.stdin:
        group = int(line[1:])
        if line[0] == "+":
            groups.append(group)
        elif group in groups:
            groups.remove(group)
    for group in reversed(groups):
        _stop(group)


def _stop(group: int) -> None:
    end = time.monotonic() + GRACE
    if not _signal(group, signal.SIGTERM):
        return
    while time.monotonic() < end and _signal(group, 0):
        time.sleep(_INTERVAL)
    _signal(group, signal.SIGKILL)


def _signal(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    watch()
