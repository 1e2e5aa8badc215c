"""What the probe worker works with, and what it does to order."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

from marshmallow import fields
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.failures import Away, Early, ZonaError
from shared.messaging import Received
from shared.settings import Settings
from shared.storage import AggregateStore, Document, connect
from shared.storage.indexes import ensure_shared_indexes


class Poison(ZonaError):
    code = "poison"


@dataclass(frozen=True, slots=True)
class Thing:
    name: str
    number: int = 0


class ThingDocument(Document):
    makes = Thing
    name = fields.String()
    number = fields.Integer()


@dataclass(frozen=True)
class Rooms:
    database: Database[dict[str, Any]]
    things: AggregateStore[Thing]

    def ensure_indexes(self) -> None:
        self.things.ensure_indexes()
        ensure_shared_indexes(self.database)


def over(database: Database[dict[str, Any]]) -> Rooms:
    return Rooms(database, AggregateStore(database, "thing", ThingDocument, service="registry"))


def build(settings: Settings) -> Rooms:
    return over(connect(settings, "registry"))


def _poison() -> None:
    raise Poison(("racun", "poison"))


def _bug() -> None:
    raise RuntimeError("nobody declared this")


def _sleepless() -> None:
    """Compute and never let go: no green thread of the process runs."""
    while time.monotonic():
        pass


_MISBEHAVIOURS = {"poison": _poison, "bug": _bug, "sleepless": _sleepless, "drowsy": lambda: time.sleep(3600)}


def obey(rooms: Rooms, event: Received) -> None:
    """Do what the institution's name says."""
    order = event.data["name"]
    if order in _MISBEHAVIOURS:
        _MISBEHAVIOURS[order]()
    if order == "early" and rooms.database["marks"].find_one({"_id": event.data["code"]}) is None:
        raise Early(("belum", "not yet"))
    if order == "away" and rooms.database["marks"].find_one({"_id": event.data["code"]}) is None:
        raise Away(("jauh", "away"))
    if order == "guarded":  # as every real handler: what it heard before has no second effect
        rooms.things.change("one", lambda thing: (replace(thing, number=thing.number + 1), ()), event.cause)
        return
    try:
        rooms.database["effects"].insert_one({"_id": event.id, "code": event.data["code"], "times": 1})
    except DuplicateKeyError:
        rooms.database["effects"].update_one({"_id": event.id}, {"$inc": {"times": 1}})
