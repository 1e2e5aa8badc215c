"""The one way to a database: majority and journaled writes, bounded waits."""

from __future__ import annotations

from typing import Any

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from shared.settings import Settings

DURABLE = WriteConcern(w="majority", j=True, wtimeout=10_000)
"""Acknowledged means on disk on most members: nothing that was said yes to is lost on `kill -9`."""
LASTING = ReadConcern("majority")
"""Read only what no change of the primary undoes: "it had its effect before" is a yes too, and so is an event."""


def connect(settings: Settings, service: str) -> Database[dict[str, Any]]:
    """The service's own database. Lazy: raises nothing until the first operation.

    Make it after a fork, never before: a MongoClient's threads don't survive one.
    """
    client: MongoClient[dict[str, Any]] = MongoClient(
        settings.mongodb_uri,
        appname=f"zona-{service}",
        tz_aware=True,
        serverSelectionTimeoutMS=5_000,
        connectTimeoutMS=5_000,
        socketTimeoutMS=20_000,
    )
    return client.get_database(settings.database_prefix + service, write_concern=DURABLE, read_concern=LASTING)


def ping(database: Database[dict[str, Any]]) -> None:
    """Ask the server for a sign of life; raises pymongo.errors.PyMongoError when there is none."""
    database.client.admin.command("ping")
