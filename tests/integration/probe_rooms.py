"""What the probe worker works with, and what it does to order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from marshmallow import fields
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from shared.failures import Early, ZonaError
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


def obey(rooms: Rooms, event: Received) -> None:
    """Do what the institution's name says."""
    order = event.data["name"]
    if order == "poison":
        raise Poison(("racun", "poison"))
    if order == "bug":
        raise RuntimeError("nobody declared this")
    if order == "early" and rooms.database["marks"].find_one({"_id": event.data["code"]}) is None:
        raise Early(("belum", "not yet"))
    try:
        rooms.database["effects"].insert_one({"_id": event.id, "code": event.data["code"], "times": 1})
    except DuplicateKeyError:
        rooms.database["effects"].update_one({"_id": event.id}, {"$inc": {"times": 1}})
