"""Waiting for a condition, never for a time: with a bound, and with words for when it does not come."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.journey.client import JourneyError

FOUND = TypeVar("FOUND")


class NeverCame(JourneyError):
    """A condition did not come about in its time; says what was awaited and where it stands."""

    def __init__(self, awaited: str, stands: str, seconds: float) -> None:
        self.awaited, self.stands = awaited, stands
        super().__init__(f"Waited {seconds:.0f} s for {awaited}; it stands at: {stands}")


@dataclass(frozen=True, slots=True)
class Look(Generic[FOUND]):
    """What one look showed: whether the condition holds, what was found, and in words where it stands."""

    holds: bool
    found: FOUND
    stands: str


def until(awaited: str, look: Callable[[], Look[FOUND]], *, seconds: float, pause: Callable[[float], None]) -> FOUND:
    """Looks again and again, ever more slowly (0.1 to 1 s), until the condition holds.

    Raises:
        NeverCame: it does not hold after ``seconds``.
    """
    end = time.monotonic() + seconds
    interval = 0.1
    while True:
        seen = look()
        if seen.holds:
            return seen.found
        if time.monotonic() > end:
            raise NeverCame(awaited, seen.stands, seconds)
        pause(interval)
        interval = min(interval * 1.5, 1.0)
