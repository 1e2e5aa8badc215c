"""The rebuilt in the place of the live: only what differs, each document by one guarded write.

Renaming whole collections would lose what is written between the comparison and the renaming. A guarded write
loses nothing: it names the version that was compared, and misses when somebody wrote meanwhile. So workers and
the public site run on. What was replaced is kept in `set_aside`.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pymongo import DeleteOne, InsertOne, ReplaceOne

from services.registry import handlers
from services.registry.comparison import Comparer, Comparison
from services.registry.errors import NotReplaceable
from services.registry.rebuilding import CHUNK, Rebuilt, Tell, Write, chunks, looked_again, write_each
from services.registry.retelling import Document
from services.registry.rooms import Rooms
from shared.failures import ZonaError

ROUNDS = 3
GUARDS = ("version", "sequence", "changed_at")


def replace(rooms: Rooms, rebuilt: Rebuilt, found: Comparison, tell: Tell, *, set_aside: bool) -> Comparison:
    """Put the rebuilt in the place of what differs, and compare again; what moved meanwhile gets another round.

    Raises NotReplaceable, before anything is written, while an outbox is not empty, while a history can't be told
    whole, or when something stands of which nothing recorded tells and `set_aside` does not allow to remove it.
    """
    rooms.ensure_indexes()
    for _ in range(ROUNDS):
        _must_be_replaceable(rooms, found, set_aside=set_aside)
        for done, ids in enumerate(chunks(found.unlike, CHUNK), start=1):
            _replace_designations(rooms, ids)
            tell("replacement", min(done * CHUNK, len(found.unlike)), len(found.unlike))
        _replace_institutions(rooms, rebuilt, found.unlike_institutions)
        rooms.designations.mark_unlogged(found.unlogged)
        rooms.counts.mark_stale()
        handlers.refresh_counts(rooms)
        found = Comparer(rooms, rebuilt, tell).compare()
        if found.equal:
            break
    return found


def _must_be_replaceable(rooms: Rooms, found: Comparison, *, set_aside: bool) -> None:
    if rooms.designations.collection.find_one({"pending": True}, {"_id": 1}):
        raise NotReplaceable(
            ("Kotak keluar registry belum kosong.", "The registry's outboxes are not empty."),
            remedy=(
                "Biarkan pekerja registry berjalan sampai `zi outbox status` menunjukkan 0, lalu ulangi.",
                "Let the registry's worker run until `zi outbox status` shows 0, then do it again.",
            ),
        )
    if found.broken:
        raise NotReplaceable(
            (f"{found.broken} riwayat tidak utuh.", f"{found.broken} histories can't be told whole."),
            remedy=("Pulihkan dulu yang disebut di atas.", "First restore what is named above."),
        )
    if found.untold and not set_aside:
        raise NotReplaceable(
            (
                f"{found.untold} dokumen tidak berasal dari peristiwa mana pun.",
                f"{found.untold} documents stand of which nothing recorded tells.",
            ),
            remedy=(
                "Isi dulu yang belum dicatat (zi fill registry.learn_institution --execute), atau beri --set-aside.",
                "First fill what was never kept (zi fill registry.learn_institution --execute), or give --set-aside.",
            ),
        )


def _replace_designations(rooms: Rooms, ids: Sequence[str]) -> None:
    pairs = looked_again(rooms, ids)
    writes = []
    for id, (live, told) in pairs.items():
        if isinstance(told, ZonaError) or (live and live.get("pending")):
            continue  # it moved since it was compared: the next round sees it as it is then
        guard = {"_id": id, "pending": {"$ne": True}} | {name: (live or {}).get(name) for name in GUARDS}
        writes += _writes(guard, live, told)
    _keep(rooms, [live for live, _ in pairs.values() if live])
    write_each(rooms.designations.collection, writes)


def _replace_institutions(rooms: Rooms, rebuilt: Rebuilt, codes: Sequence[str]) -> None:
    live, told = (
        {each["_id"]: each for each in collection.find({"_id": {"$in": list(codes)}})}
        for collection in (rooms.institutions, rebuilt.institutions)
    )
    _keep(rooms, list(live.values()))
    for code in codes:
        guard = {"_id": code, "sequence": live.get(code, {}).get("sequence")}
        write_each(rooms.institutions, _writes(guard, live.get(code), told.get(code)))


def _writes(guard: dict[str, Any], live: Document | None, told: Document | None) -> list[Write]:
    if told is None:
        return [DeleteOne(guard)] if live else []
    return [ReplaceOne(guard, told) if live else InsertOne(told)]


def _keep(rooms: Rooms, documents: Sequence[Document]) -> None:
    at = datetime.now(UTC)
    kept = [{"_id": uuid.uuid4().hex, "set_aside_at": at, "document": document} for document in documents]
    if kept:
        rooms.database["set_aside"].insert_many(kept)
