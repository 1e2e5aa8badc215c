"""How much waits in the outboxes."""

from __future__ import annotations

import importlib
from dataclasses import fields

from shared.settings import SERVICES, Settings
from shared.storage.aggregates import AggregateStore


def waiting(settings: Settings) -> dict[str, int]:
    """Aggregates whose outbox is not empty, by "<service>.<kind>"."""
    counts = {}
    for service in SERVICES:
        rooms = importlib.import_module(f"services.{service}.rooms").build(settings)
        for each in fields(rooms):
            store = getattr(rooms, each.name)
            if isinstance(store, AggregateStore):
                counts[f"{service}.{store.kind}"] = store.collection.count_documents({"pending": True})
    return counts
