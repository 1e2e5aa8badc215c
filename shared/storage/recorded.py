"""Recorded events, a bounded page at a time, however many there are.

`events` (what a service said) and collections of what a service heard are append-only and have one form:
`_id` (the event's id), `type`, `subject`, `sequence`, `recorded_at`, `event` (the envelope).

Pages are cut by the time of recording, with both bounds on one index: MongoDB would stop at a limit, SecantusDB
reads a whole range first (measured). The time only cuts and never orders: within an aggregate the sequence
does, and between aggregates there is no order to keep.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pymongo
import pymongo.collection
from pymongo import ASCENDING, IndexModel

Record = dict[str, Any]
Stored = pymongo.collection.Collection[Record]

PAGE = 500
"""Records that a page aims at; none has more than four times as many, unless one millisecond has."""
SHORTEST = timedelta(milliseconds=1)
WIDEST = timedelta(days=7)
"""However empty the years before were, no look goes further ahead than this."""
BEGINNING = datetime(2025, 1, 1, tzinfo=UTC)
"""Nothing was recorded before, unless by a clock that was wrong."""
NEVER, FAR = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
"""Before and after every clock."""
LONGEST_LOOK = 300
"""Seconds for a look that SecantusDB answers by reading every record in its range."""

BY_TYPE = IndexModel([("type", ASCENDING), ("recorded_at", ASCENDING)], name="type")
"""What pages are cut by."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some records; whoever goes on from `upper` misses none of them and sees none of them again."""

    records: tuple[Record, ...]
    upper: datetime


def record_of(event: dict[str, Any], recorded_at: datetime) -> Record:
    """An envelope in the form in which it is recorded."""
    return {
        "_id": event["id"],
        "type": event["type"],
        "subject": event["subject"],
        "sequence": event["sequence"],
        "recorded_at": recorded_at,
        "event": event,
    }


def pages(records: Stored, type: str, *, since: datetime | None = None, size: int = PAGE) -> Iterator[Page]:
    """Every record of `type` that was recorded at `since` or later, once, in pages; empty ones are left out."""
    lower, width = since or NEVER, WIDEST
    while lower < FAR:
        upper = _end(lower, width)
        found = _between(records, type, lower, upper, 4 * size + 1)
        if len(found) > 4 * size and width > SHORTEST:
            width = max(width / 4, SHORTEST)
            continue
        if len(found) > 4 * size:
            found = _between(records, type, lower, upper, 0)
        if found:
            yield Page(tuple(found), upper)
        if len(found) < size // 2:
            width = min(width * 2, WIDEST)
        lower = upper


def count(records: Stored, type: str, *, since: datetime | None = None) -> int:
    """How many records of `type` there are; counted along the index, so for a person who waits, once."""
    with pymongo.timeout(LONGEST_LOOK):
        return records.count_documents(_range(type, since or NEVER, FAR))


def histories(records: Stored, subjects: Collection[str]) -> dict[str, list[Record]]:
    """What was recorded of each of `subjects`, each in the order of its sequence; nobody without a record."""
    found: dict[str, list[Record]] = defaultdict(list)
    for record in records.find({"subject": {"$in": list(subjects)}}):
        found[record["subject"]].append(record)
    return {subject: in_order(each) for subject, each in found.items()}


def in_order(found: Iterable[Record]) -> list[Record]:
    """One aggregate's records in the order in which it said them."""
    return sorted(found, key=lambda record: int(record["sequence"]))


def _end(lower: datetime, width: timedelta) -> datetime:
    if lower < BEGINNING:
        return BEGINNING
    return lower + width if lower + width < datetime.now(UTC) else FAR


def _between(records: Stored, type: str, lower: datetime, upper: datetime, limit: int) -> list[Record]:
    with pymongo.timeout(LONGEST_LOOK):
        return list(records.find(_range(type, lower, upper)).sort("recorded_at", ASCENDING).limit(limit))


def _range(type: str, lower: datetime, upper: datetime) -> dict[str, Any]:
    return {"type": type, "recorded_at": {"$gte": lower, "$lt": upper}}
