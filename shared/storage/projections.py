"""Projections that hold the whole state of somebody else's aggregate."""

from __future__ import annotations

from typing import Any

from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError


def put_projection(
    collection: Collection[dict[str, Any]], key: str, document: dict[str, Any], *, source: str, sequence: int
) -> bool:
    """Keep `document` under `key` unless a newer state of `source` stands there; True when it was written.

    The broker promises no order, so the sequence decides and never the clock: any order, any number of
    deliveries, the same end.
    """
    known = collection.find_one({"_id": key}, {"sequence": 1})
    if known is None:
        try:
            collection.insert_one({"_id": key, "source": source, "sequence": sequence, **document})
            return True
        except DuplicateKeyError:
            return put_projection(collection, key, document, source=source, sequence=sequence)
    if known["sequence"] >= sequence:
        return False
    result = collection.update_one(
        {"_id": key, "sequence": {"$lt": sequence}}, {"$set": {"source": source, "sequence": sequence, **document}}
    )
    return result.modified_count == 1
