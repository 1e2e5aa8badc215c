"""The one place where a test waits: for a condition, with a bound, and with words for when it does not come."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

FOUND = TypeVar("FOUND")
_SHORTEST, _LONGEST = 0.01, 0.25


def wait_until(condition: Callable[[], FOUND], timeout: float = 20.0, what: str = "") -> FOUND:
    """Look again and again until `condition` gives something true, and give that; `timeout` in seconds.

    Raises AssertionError that names `what` was awaited and what the last look showed. A condition that raises
    is a failure at once: it must say for itself which errors mean "not yet".
    """
    end, interval = time.monotonic() + timeout, _SHORTEST
    while not (seen := condition()):
        if time.monotonic() > end:
            awaited = what or getattr(condition, "__name__", "the condition")
            raise AssertionError(f"waited {timeout:g} s for {awaited}; the last look showed {seen!r}")
        time.sleep(interval)
        interval = min(interval * 1.5, _LONGEST)
    return seen
