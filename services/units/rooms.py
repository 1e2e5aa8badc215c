"""What every process of units works with, built once for each process."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from pymongo.database import Database

from services.units.store import SERVICE, Stores, open_stores
from shared.jobs import Job, job_store
from shared.settings import Settings
from shared.storage import AggregateStore, connect
from shared.storage.indexes import ensure_shared_indexes


@dataclass(frozen=True, slots=True)
class Rooms(Stores):
    """The stores, and the jobs that work on them."""

    jobs: AggregateStore[Job]

    def ensure_indexes(self) -> None:
        """Create the indexes that are missing; safe beside running processes."""
        ensure_shared_indexes(self.database)
        for store in (self.institutions, self.units, self.cycles, self.accounts, self.jobs):
            store.ensure_indexes()


def build(settings: Settings) -> Rooms:
    """Rooms on the database that the settings name. Lazy: nothing is asked of the server yet."""
    return build_on(connect(settings, SERVICE))


def build_on(database: Database[dict[str, Any]]) -> Rooms:
    """Rooms on a database that is connected already."""
    stores = open_stores(database)
    mine = {item.name: getattr(stores, item.name) for item in fields(stores)}
    return Rooms(**mine, jobs=job_store(database, SERVICE))
