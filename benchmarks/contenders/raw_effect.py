"""The database's part of an effect, by pymongo alone: `find_one` by `_id`, one guarded journaled `update_one`."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks import subject
from shared.settings import Settings
from shared.storage import connect


def run(job: dict[str, Any]) -> dict[str, Any]:
    """Every effect once, by `job["threads"]` threads of one process on one client."""
    database = connect(Settings.from_environment(needs=("mongodb_uri",)), subject.SERVICE)
    collection = subject.Designations(database).collection
    work = [(event["data"]["code"], event["id"]) for event in subject.read_documents(job["heard"])]

    def effect(key: str, event_id: str) -> None:
        document = collection.find_one({"_id": f"designation:{key}"}, {"outbox": 0})
        if document is None or collection.update_one(*subject.guarded_update(document, event_id)).modified_count != 1:
            raise RuntimeError(f"{key} did not take its effect")

    with ThreadPoolExecutor(job["threads"]) as threads:
        list(threads.map(lambda _: database.command("ping"), range(job["threads"])))
        began, cpu = time.monotonic(), time.process_time()
        if job["threads"] == 1:
            for key, event_id in work:
                effect(key, event_id)
        else:
            list(threads.map(lambda each: effect(*each), work))
        took = {"seconds": time.monotonic() - began, "cpu_seconds": time.process_time() - cpu}
    return {"events": len(work), **took}
