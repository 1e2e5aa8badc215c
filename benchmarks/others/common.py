"""What every framework's job shares: where things are, the effect by pymongo, the tally."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient, MongoClient
from pymongo.write_concern import WriteConcern

from benchmarks.tally import Tally

AMQP_URI = os.environ["AMQP_URI"]
QUEUE = os.environ["BENCH_QUEUE"]
TRIVIAL = os.environ["BENCH_JOB"] == "trivial"
PREFETCH = int(os.environ["PREFETCH"])
SLOTS = int(os.environ["BENCH_SLOTS"])
DURABLE = WriteConcern(w="majority", j=True, wtimeout=10_000)
COLLECTION = "designations"


def told_events() -> list[dict[str, Any]]:
    """The events to fill the queue with."""
    return [json.loads(line) for line in Path(os.environ["BENCH_BODIES"]).read_bytes().splitlines()]


def tally() -> Tally:
    """Counts what was handled."""
    return Tally.from_environment()


def _place() -> tuple[str, str]:
    return os.environ["MONGODB_URI"], os.environ["ZONA_DATABASE_PREFIX"] + "registry"


def _update(document: Mapping[str, Any], event: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    guard = {"_id": document["_id"], "version": document["version"]}
    changes = {
        "state.card": {**document["state"]["card"], "institution_name": event["data"]["name"]},
        "version": document["version"] + 1,
        "changed_at": datetime.now(UTC),
    }
    return guard, {"$set": changes, "$push": {"heard": event["id"]}}


class Effect:
    """`find_one`, one guarded journaled `update_one`; nothing if the job is the trivial one."""

    def __init__(self) -> None:
        uri, name = _place()
        self._client: MongoClient[dict[str, Any]] = MongoClient(uri)
        self._collection = self._client.get_database(name, write_concern=DURABLE)[COLLECTION]
        self._client.admin.command("ping")

    def __call__(self, event: Mapping[str, Any]) -> None:
        if TRIVIAL:
            return
        document = self._collection.find_one({"_id": f"designation:{event['data']['code']}"})
        if document is None:
            raise LookupError(event["data"]["code"])
        if event["id"] not in document["heard"]:
            self._collection.update_one(*_update(document, event))


class AsyncEffect:
    """The same for an event loop."""

    def __init__(self) -> None:
        uri, name = _place()
        self._client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(uri)
        self._collection = self._client.get_database(name, write_concern=DURABLE)[COLLECTION]

    async def ready(self) -> None:
        """Connect."""
        await self._client.admin.command("ping")

    async def __call__(self, event: Mapping[str, Any]) -> None:
        if TRIVIAL:
            return
        document = await self._collection.find_one({"_id": f"designation:{event['data']['code']}"})
        if document is None:
            raise LookupError(event["data"]["code"])
        if event["id"] not in document["heard"]:
            await self._collection.update_one(*_update(document, event))
