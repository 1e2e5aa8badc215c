"""What the registry heard, kept word for word as far as it takes it in, so that it can hear it again.

This is not the dual write that the house forbids (docs/adr/0001). That one writes a decision to two places,
and a crash in between tears them apart. This is the input of a decision, kept before the decision is made: a
crash in between leaves an event that is kept and not acknowledged; it comes again, finds itself kept (a second
run writes nothing here) and then has its effect. The acknowledgement comes after both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from services.registry.hearing import taken_in
from shared.contracts.received import Received
from shared.storage.grouping import GroupedCollection
from shared.storage.recorded import BY_TYPE, record_of


class HeardEvents:
    """The append-only collection `heard_events`; its form is that of `events` (shared.storage.recorded)."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self.collection = database["heard_events"]
        self._grouped = GroupedCollection(self.collection, {})

    def ensure_indexes(self) -> None:
        """Create what is missing; safe beside running processes."""
        by_subject = IndexModel([("subject", ASCENDING), ("sequence", ASCENDING)], name="subject")
        self.collection.create_indexes([by_subject, BY_TYPE])

    def keep(self, event: Received) -> None:
        """Keep `event` durably; one that is kept already changes nothing."""
        with suppress(DuplicateKeyError):
            self._grouped.insert(record_of(_envelope(event), datetime.now(UTC)))

    def data_of(self, subject: str, type: str) -> Iterator[dict[str, Any]]:
        """The data of each event of `type` that was heard of `subject`."""
        # By the subject alone, of which there are few: with the type beside it, a server may take the wrong index.
        for record in self.collection.find({"subject": subject}):
            if record["type"] == type:
                yield record["event"]["data"]

    def of(self, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The envelopes of those of `ids` that were heard, by id."""
        found = self.collection.find({"_id": {"$in": list(ids)}})
        return {record["_id"]: record["event"] for record in found}


def _envelope(event: Received) -> dict[str, Any]:
    wrapped: Mapping[str, Any] = {
        "specversion": "1.0",
        "id": event.id,
        "source": f"/zona/{event.type.partition('.')[0]}",
        "type": event.type,
        "subject": event.subject,
        "time": event.time.isoformat(),
        "sequence": event.sequence,
        "correlationid": event.cause.correlation_id,
        "data": taken_in(event.type, event.data),
    }
    return {**wrapped, "traceparent": event.cause.traceparent} if event.cause.traceparent else dict(wrapped)
