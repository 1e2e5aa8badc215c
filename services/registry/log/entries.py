"""The log in the database.

`log_entries`      `_id` the index, from 0 without gaps · `index` the same, for ranges · `entry` the entry's id,
                   unique · `leaf` · `hash` of the leaf. Append-only: the next index is inserted or it is not
`log_tiles`        `_id` "level/index" of a full tile · `level`, `index` · `hashes` (8,192 bytes) · `root`
`log_checkpoints`  `_id` the size · `size` · `note`, signed · `signed_at`
`hints`            `log_head`: size, note and verifier keys of the newest checkpoint

The head is a hint: whoever appends looks beyond it for the end. It is never found by a sort, which reads the whole
collection on SecantusDB, as does a range on `_id` (measured).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bson.binary import Binary
from pymongo import ASCENDING, IndexModel
from pymongo.database import Database
from pymongo.errors import BulkWriteError, DuplicateKeyError

from shared.tlog.merkle import leaf_hash, root_of
from shared.tlog.tiles import WIDTH, Tile, hashes_of

DUPLICATE_KEY = 11000
WALK = 1000
"""Entries that are looked at together beyond the head."""
FIRST_WINDOW, GROWTH, WINDOWS = 8, 8, 5
"""How far behind an entry its checkpoint is looked for: 8 sizes, then 64, … 32,768: more than are ever appended
between two checkpoints."""


class TileMissing(Exception):
    """A full tile that should stand is not there."""


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry as it stands in the log."""

    index: int
    entry: str
    leaf: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The newest checkpoint; `keys` are verifier keys as text, the one in use longest first."""

    size: int
    note: str
    keys: tuple[str, ...]


class LogEntries:
    """Entries, tiles and checkpoints of one log."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self.entries = database["log_entries"]
        self.tiles = database["log_tiles"]
        self.checkpoints = database["log_checkpoints"]
        self._hints = database["hints"]

    def ensure_indexes(self) -> None:
        """Create what is missing; safe beside running processes."""
        self.entries.create_indexes(
            [
                IndexModel([("index", ASCENDING)], name="index", unique=True),
                IndexModel([("entry", ASCENDING)], name="entry", unique=True),
            ]
        )
        self.tiles.create_index([("level", ASCENDING), ("index", ASCENDING)], name="place")
        self.checkpoints.create_index("size", name="size")

    def append(self, start: int, leaves: Sequence[tuple[str, bytes]]) -> list[Logged]:
        """Insert entries (id and leaf) at `start` and after; gives those that went in.

        It stops at the first that somebody else had put there, or that stands in the log already. So no index is left
        out, none is taken twice, and no entry either.
        """
        wanted = [Logged(start + nth, id, leaf, leaf_hash(leaf)) for nth, (id, leaf) in enumerate(leaves)]
        try:
            self.entries.insert_many([_document(each) for each in wanted], ordered=True)
        except BulkWriteError as error:
            faults = error.details["writeErrors"]
            if error.details.get("writeConcernErrors") or any(fault["code"] != DUPLICATE_KEY for fault in faults):
                raise
            return wanted[: faults[0]["index"]]
        return wanted

    def between(self, start: int, end: int) -> list[Logged]:
        """The entries [start, end), as far as they stand."""
        found = self.entries.find({"index": {"$gte": start, "$lt": end}}).sort("index", ASCENDING)
        return [Logged(each["_id"], each["entry"], bytes(each["leaf"]), bytes(each["hash"])) for each in found]

    def after(self, start: int) -> Iterator[Logged]:
        """The entries from `start` to the end of the log, page by page."""
        while page := self.between(start, start + WALK):
            yield from page
            start += len(page)

    def standing(self, index: int) -> bool:
        """Whether there is an entry at `index`."""
        return self.entries.find_one({"_id": index}, {"_id": 1}) is not None

    def known(self, ids: Sequence[str]) -> dict[str, int]:
        """Those of the entries `ids` that are in the log, each with its index."""
        found = self.entries.find({"entry": {"$in": list(ids)}}, {"entry": 1})
        return {each["entry"]: each["_id"] for each in found}

    def leaves(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Those of the entries `ids` that are in the log, each with its leaf."""
        found = self.entries.find({"entry": {"$in": list(ids)}}, {"entry": 1, "leaf": 1})
        return {each["entry"]: bytes(each["leaf"]) for each in found}

    def hashes(self, tile: Tile) -> list[bytes]:
        """The hashes of a tile, partial or full, within what was appended; raises TileMissing."""
        if tile.width == WIDTH and (stored := self.tiles.find_one({"_id": _place(tile)}, {"hashes": 1})):
            return hashes_of(bytes(stored["hashes"]))
        first = tile.index * WIDTH
        within = {"index": {"$gte": first, "$lt": first + tile.width}}
        if tile.level:
            below, part = self.tiles.find({"level": tile.level - 1, **within}, {"index": 1, "root": 1}), "root"
        else:
            below, part = self.entries.find(within, {"index": 1, "hash": 1}), "hash"
        found = [bytes(each[part]) for each in sorted(below, key=lambda each: each["index"])]
        if len(found) != tile.width:
            raise TileMissing(f"{tile.path}: {len(found)} of {tile.width} hashes are there")
        return found

    def keep_tile(self, tile: Tile, hashes: Sequence[bytes]) -> None:
        """Keep a full tile; one that stands is the same."""
        document = {"_id": _place(tile), "level": tile.level, "index": tile.index}
        whole = {**document, "hashes": Binary(b"".join(hashes)), "root": Binary(root_of(hashes))}
        self.tiles.replace_one({"_id": document["_id"]}, whole, upsert=True)

    def head(self) -> Head | None:
        """The newest checkpoint; None before the first."""
        hint = self._hints.find_one({"_id": "log_head"})
        return Head(hint["size"], hint["note"], tuple(hint["keys"])) if hint else None

    def keep_checkpoint(self, head: Head, at: datetime) -> None:
        """Keep a checkpoint, and make it the head unless a larger one is."""
        kept = {"_id": head.size, "size": head.size, "note": head.note, "signed_at": at}
        self.checkpoints.replace_one({"_id": head.size}, kept, upsert=True)
        shown = {"size": head.size, "note": head.note, "keys": list(head.keys)}
        try:
            self._hints.update_one(
                {"_id": "log_head", "size": {"$lte": head.size}}, {"$set": shown}, upsert=self.head() is None
            )
        except DuplicateKeyError:
            self._hints.update_one({"_id": "log_head", "size": {"$lte": head.size}}, {"$set": shown})

    def checkpoint_over(self, index: int, head: Head) -> tuple[int, str]:
        """Size and note of the first checkpoint that covers the entry at `index`; of the head when none is found."""
        reach = FIRST_WINDOW
        for _ in range(WINDOWS):
            sizes = {"size": {"$gt": index, "$lte": min(index + reach, head.size)}}
            found = list(self.checkpoints.find(sizes, {"note": 1}).sort("size", ASCENDING).limit(1))
            if found:
                return found[0]["_id"], found[0]["note"]
            reach *= GROWTH
        return head.size, head.note


def _document(logged: Logged) -> dict[str, Any]:
    return {
        "_id": logged.index,
        "index": logged.index,
        "entry": logged.entry,
        "leaf": Binary(logged.leaf),
        "hash": Binary(logged.hash),
    }


def _place(tile: Tile) -> str:
    return f"{tile.level}/{tile.index}"
