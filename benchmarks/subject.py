"""What the messaging is measured with: the registry's designations (some 3 KB) and two real events (some 600 bytes).

An institution takes another name (`units.institution_registered`), and its unit's designation follows: one event,
one aggregate, one guarded write.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bson
from pymongo.database import Database

from services.registry import events
from services.registry.domain import designation as domain
from services.registry.domain.conclusion import AreaScore, Conclusion, Gate, Predicate, Result, UnitCard
from services.registry.domain.designation import Designation
from services.registry.store import Designations
from shared.contracts import encode, envelope
from shared.storage import Cause, Event
from shared.storage.indexes import ensure_shared_indexes

SERVICE = "registry"
SAID = "registry.designation_drafted"
SAID_QUEUE = "notifications.notify"
HEARD = "units.institution_registered"
HEARD_QUEUE = "registry.learn_institution"
MOMENT = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
AREAS = ("MP", "TL", "SDM", "AK", "PW", "PP")
ARTICLE = "PermenPANRB 90/2021, Lampiran II Bab III.A"
NEW_NAME = "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu Kota Makassar"


def designation(number: int) -> Designation:
    """A draft with everything that a real one has: six areas, eleven gates, exact points."""
    code = f"L7371-PTSP-{number:06}"
    gates = ("total", "pengungkit", "birokrasi_bersih", "ipak", "ipkp", *(f"area_{area}" for area in AREAS))
    result = Result(
        instrument="lke-2021",
        instrument_hash="a" * 64,
        worksheet_hash=f"{number:064x}",
        total="86.813333",
        pengungkit="51.688333",
        hasil="35.125000",
        exact={"total": "6511/75", "pengungkit": "31013/600", "hasil": "281/8"},
        areas={area: AreaScore("8.412500", "84.125000") for area in AREAS},
        gates=tuple(Gate(gate, "86.813333", "75", True, ARTICLE) for gate in gates),
        concluded_at=MOMENT,
    )
    card = UnitCard(code, f"Unit {number}", "L7371", "Kota Makassar", "city", "73", "licensing")
    drafted = domain.draft(
        Conclusion(card, f"{code}.2026.1", "2026", "qualified", Predicate.WBK, result),
        MOMENT,
    )
    if drafted is None:
        raise ValueError("the conclusion was not a positive one")
    return drafted


def renamed(current: Designation, name: str) -> tuple[Designation, list[Event]]:
    """The decision that the consumer takes: the institution's name in the designation's card."""
    return replace(current, card=replace(current.card, institution_name=name)), []


def open_store(database: Database[dict[str, Any]]) -> Designations:
    """The designations with their indexes, and the collections that every service has."""
    store = Designations(database)
    store.ensure_indexes()
    ensure_shared_indexes(database)
    return store


def make_documents(database: Database[dict[str, Any]], count: int, *, speaking: bool) -> list[dict[str, Any]]:
    """`count` documents as the real store writes them; each with one event to say if `speaking`."""
    store = open_store(database)
    for number in range(count):
        drafted = designation(number)
        said = [events.drafted(drafted)] if speaking else []
        store.create(drafted.number, drafted, said, Cause(MOMENT, f"corr-{number:012}"))
    return list(store.collection.find())


def heard_events(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """An event for each document, in its envelope; its `code` names the document's key."""
    made = []
    for number, document in enumerate(documents, start=1):
        data = {"code": document["key"], "name": NEW_NAME, "kind": "city", "province": "73"}
        cause = Cause(
            MOMENT, f"{number:032x}", command_id=f"{number:032x}", traceparent=f"00-{number:032x}-{1:016x}-01"
        )
        made.append(envelope("units", f"institution:{document['key']}", 1, Event(HEARD, data), cause))
    return made


def write_documents(path: Path, documents: list[dict[str, Any]]) -> str:
    """Keep documents in a file for the contenders; gives its name."""
    with path.open("wb") as file:
        file.writelines(bson.encode(each) for each in documents)
    return str(path)


def read_documents(path: str) -> list[dict[str, Any]]:
    """What `write_documents` kept."""
    return bson.decode_all(Path(path).read_bytes(), bson.CodecOptions(tz_aware=True))


def bodies(path: str) -> list[bytes]:
    """The events of a file as bytes on the wire."""
    return [encode(event) for event in read_documents(path)]


def batches(items: list[Any], size: int) -> Iterator[list[Any]]:
    """`items` in their order, `size` at a time."""
    for first in range(0, len(items), size):
        yield items[first : first + size]


def guarded_update(document: Mapping[str, Any], event_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Filter and update of one effect as one would write it by hand: nothing that stays the same is set."""
    card = {**document["state"]["card"], "institution_name": NEW_NAME}
    changes = {"state.card": card, "version": document["version"] + 1, "changed_at": datetime.now(UTC)}
    guard = {"_id": document["_id"], "version": document["version"]}
    return guard, {"$set": changes, "$push": {"heard": event_id}}
