"""How many designations are public, as a hint."""

from __future__ import annotations

from typing import Any

from pymongo.collection import Collection
from pymongo.database import Database


class Counts:
    """How many designations are public, as a hint: counted by a timer, read by the front page."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._hints: Collection[dict[str, Any]] = database["hints"]

    def read(self) -> dict[str, int] | None:
        """The counts by term, or None when nobody has counted yet."""
        hint = self._hints.find_one({"_id": "counts"})
        return hint.get("counts") if hint else None

    def mark_stale(self) -> None:
        """Say that something was published or revoked."""
        self._hints.update_one({"_id": "counts"}, {"$set": {"stale": True}}, upsert=True)

    def take_stale(self) -> bool:
        """True, once, when the counts must be counted again; taken before counting, so that nothing is missed."""
        hint = self._hints.find_one({"_id": "counts"})
        if hint is not None and not hint["stale"]:
            return False
        self._hints.update_one({"_id": "counts"}, {"$set": {"stale": False}}, upsert=True)
        return True

    def write(self, counts: dict[str, int]) -> None:
        """Write what was counted."""
        self._hints.update_one({"_id": "counts"}, {"$set": {"counts": counts}}, upsert=True)

    def settled(self) -> dict[str, int] | None:
        """The counts by term if nothing moved since they were asked for; None when they are still to be counted."""
        hint = self._hints.find_one({"_id": "counts"})
        return hint.get("counts") if hint and not hint.get("stale") else None
