"""Who appends: one worker at a time, by a lease that no clock decides on.

The holder raises a beat; whoever sees the same beat for `LEASE` seconds of its own monotonic clock takes the lease by
a guarded write. Clocks that differ, or that jump, do no harm. The lease only keeps rivals from spending work in vain:
two leaders at once append one sequence all the same (see `LogEntries.append`).
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

LEASE = 2.0
RENEWED = 0.25
"""Of the lease, after which the holder beats again."""
NAME = "log_leader"


class Leadership:
    """One process's claim to lead."""

    def __init__(
        self, database: Database[dict[str, Any]], *, lease: float = LEASE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.holder = uuid.uuid4().hex
        self._hints, self._lease, self._clock = database["hints"], lease, clock
        self._seen: tuple[str, int] | None = None
        self._since = self._renewed = clock()

    def held(self) -> bool:
        """Whether this process leads now; takes over when nobody has for a while."""
        found = self._hints.find_one({"_id": NAME})
        if found is None:
            return self._first()
        seen, now = (found["holder"], found["beat"]), self._clock()
        if seen[0] == self.holder:
            return now - self._renewed < self._lease * RENEWED or self._beat(seen)
        if seen != self._seen:
            self._seen, self._since = seen, now
        return now - self._since >= self._lease and self._beat(seen)

    def _beat(self, seen: tuple[str, int]) -> bool:
        claim = {"$set": {"holder": self.holder, "beat": seen[1] + 1}}
        taken = self._hints.update_one({"_id": NAME, "holder": seen[0], "beat": seen[1]}, claim).matched_count == 1
        self._renewed = self._clock()
        return taken

    def _first(self) -> bool:
        try:
            self._hints.insert_one({"_id": NAME, "holder": self.holder, "beat": 0})
        except DuplicateKeyError:
            return False
        self._renewed = self._clock()
        return True
