"""Which of several relays of a service works: one at a time is enough, and two would say everything twice.

A courtesy and no lock: two that lead at once lose nothing, what both say is heard once. So no clock is trusted. Who
leads counts up a number in the database; who stands by takes over when it has not moved for a while by its own watch.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

BEAT = 1.0
"""Seconds between two signs of life, and between two looks for them."""
PATIENCE = 3.0
"""Seconds without a sign of life before somebody else takes over."""
RELAY = {"_id": "relay"}


class Lead:
    """The lead of the relays over `database`, in its collection `hints`."""

    def __init__(self, database: Database[dict[str, Any]], clock: Callable[[], float] = time.monotonic) -> None:
        self._hints = database.get_collection(
            "hints", write_concern=WriteConcern(w=1), read_concern=ReadConcern("local")
        )
        self._me, self._clock = uuid4().hex, clock
        self._next_look = self._moved_at = 0.0
        self._seen: dict[str, Any] | None = None
        self.held = False

    def hold(self) -> bool:
        """Whether we lead; asked often, it looks once in `BEAT` seconds. Raises pymongo errors."""
        now = self._clock()
        if now >= self._next_look:
            self._next_look = now + BEAT
            self.held = self._beat() if self.held else self._take(now)
        return self.held

    def give_up(self) -> None:
        """Let the next one take over at its next look."""
        if self.held:
            self.held = False
            self._hints.update_one({**RELAY, "holder": self._me}, {"$set": {"holder": None}})

    def _beat(self) -> bool:
        return self._hints.update_one({**RELAY, "holder": self._me}, {"$inc": {"beat": 1}}).matched_count == 1

    def _take(self, now: float) -> bool:
        found = self._hints.find_one(RELAY)
        if found is None:
            return self._begin()
        if found != self._seen:
            self._seen, self._moved_at = found, now
        if found["holder"] is not None and now - self._moved_at < PATIENCE:
            return False
        change = {"$set": {"holder": self._me}, "$inc": {"beat": 1}}
        return self._hints.update_one(found, change).matched_count == 1

    def _begin(self) -> bool:
        try:
            self._hints.insert_one({**RELAY, "holder": self._me, "beat": 0})
        except DuplicateKeyError:
            return False
        return True
