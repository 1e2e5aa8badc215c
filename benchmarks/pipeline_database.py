"""What the database has to do with it: operations of each kind, and how many proposals a second its raw work allows."""

from __future__ import annotations

import itertools
import threading
import time
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from pymongo.collection import Collection

from shared.settings import Settings
from shared.storage import connect

COUNTED = ("insert", "query", "update")
KINDS = {"evaluation": ("proposals", "reviews"), "units": ("units",), "registry": ("designations",)}
"""Whose documents the raw work takes: those that the pipeline works on most."""
DOCUMENTS = 200
CLIENTS = 8


def operations(settings: Settings) -> Mapping[str, int]:
    """The server's counters of operations, as far as it has them."""
    with connect(settings, "units").client as client:
        counters: dict[str, int] = client.admin.command("serverStatus").get("opcounters", {})
    return counters


def per_proposal(before: Mapping[str, int], after: Mapping[str, int], done: int) -> dict[str, float]:
    """Operations of each kind between two looks, the timers' and relays' idle looks included."""
    return {name: round((after[name] - before.get(name, 0)) / done, 1) for name in COUNTED if done and name in after}


def idle(settings: Settings, seconds: float = 3.0) -> dict[str, float]:
    """Operations per second of a system that has nothing to do: its relays and timers look all the same."""
    before = operations(settings)
    threading.Event().wait(seconds)
    return per_proposal(before, operations(settings), int(seconds))


def ceiling(settings: Settings, work: Mapping[str, float], seconds: float = 5.0) -> float:
    """Proposals per second that the raw operations of one (`work`) allow, on this server, with the run's documents.

    Finds by `_id`, guarded updates and inserts, acknowledged as ours are, by several clients and nothing besides.
    """
    counts = {name: round(work.get(name, 0)) for name in COUNTED}
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(CLIENTS) as clients:
        done = sum(clients.map(lambda number: _work(settings, counts, number, until), range(CLIENTS)))
    return round(done / seconds, 2)


def _work(settings: Settings, counts: Mapping[str, int], number: int, until: float) -> float:
    """One client, on documents of its own; gives the proposals' worth that it did."""
    found = [one for service, kinds in KINDS.items() for kind in kinds for one in _some(settings, service, kind)]
    mine = itertools.cycle(found[number::CLIENTS])
    kept = connect(settings, "evaluation")["benchmark"]
    steps = [name for name, count in counts.items() for _ in range(count)]
    done = 0
    while found and time.monotonic() < until:
        _step(steps[done % len(steps)], *next(mine), kept)
        done += 1
    return done / len(steps)


def _some(settings: Settings, service: str, kind: str) -> list[tuple[Collection[dict[str, Any]], dict[str, Any]]]:
    collection = connect(settings, service)[kind]
    return [(collection, one) for one in collection.find({}, {"version": 1}).limit(DOCUMENTS)]


def _step(name: str, collection: Collection[dict[str, Any]], one: Mapping[str, Any], kept: Any) -> None:
    if name == "query":
        collection.find_one({"_id": one["_id"]})
    elif name == "update":
        guard = {"_id": one["_id"], "version": one["version"]}
        collection.update_one(guard, {"$set": {"changed_at": datetime.now(UTC)}})
    else:
        kept.insert_one({"_id": uuid.uuid4().hex, "body": "x" * 600})
