"""The database's part of the relay, by pymongo alone: for each batch one `insert_many` into `events` and one
`bulk_write` that empties the outboxes; same documents, indexes, batches and write concern.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from pymongo import UpdateOne

from benchmarks import subject
from shared.settings import Settings
from shared.storage import connect


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Record and take out everything; nothing is read and nothing is published."""
    settings = Settings.from_environment(needs=("mongodb_uri",))
    database = connect(settings, subject.SERVICE)
    collection = subject.Designations(database).collection
    documents = subject.read_documents(job["documents"])
    database.command("ping")
    began, cpu = time.monotonic(), time.process_time()
    for batch in subject.batches(documents, settings.relay_batch):
        database["events"].insert_many([_record(document["outbox"][0]) for document in batch], ordered=False)
        collection.bulk_write([_emptied(document) for document in batch], ordered=False)
    return {
        "events": len(documents),
        "seconds": time.monotonic() - began,
        "cpu_seconds": time.process_time() - cpu,
    }


def _record(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "_id": event["id"],
        "type": event["type"],
        "subject": event["subject"],
        "sequence": event["sequence"],
        "recorded_at": datetime.now(UTC),
        "event": event,
    }


def _emptied(document: dict[str, Any]) -> UpdateOne:
    guard = {"_id": document["_id"], "sequence": document["sequence"]}
    return UpdateOne(guard, {"$set": {"outbox": [], "pending": False}})
