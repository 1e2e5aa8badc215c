"""Indexes of the collections that every service has."""

from __future__ import annotations

from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.database import Database

from shared.storage.recorded import BY_TYPE

ANSWERS_KEPT = 7 * 24 * 3600
"""Seconds for which a repeated command gets its first answer from the store."""


def ensure_shared_indexes(database: Database[dict[str, Any]]) -> None:
    """`events` (recorded, append-only) and `answers` (to repeated commands)."""
    database["events"].create_indexes(
        [
            IndexModel([("subject", ASCENDING), ("sequence", ASCENDING)], name="subject", unique=True),
            BY_TYPE,
        ]
    )
    database["answers"].create_indexes(
        [IndexModel([("created_at", ASCENDING)], name="created_at", expireAfterSeconds=ANSWERS_KEPT)]
    )
