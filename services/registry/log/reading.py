"""What the public gets of the log: checkpoint, keys, tiles and bundles within the newest checkpoint, and proofs.

Only what a checkpoint covers is served. Tiles, bundles and proofs never change once they are there.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from services.registry.domain.entries import ids_of
from services.registry.log.entries import Head, LogEntries, TileMissing
from shared.tlog.merkle import inclusion_proof
from shared.tlog.tiles import Tile, pack, read_from

PROOFS_KEPT = 4096
"""By each process; one has some 4 kB."""
Proof = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Served:
    """The bytes of a tile or bundle. Not `whole`: what the checkpoint covers is not all there."""

    content: bytes
    whole: bool


class LogReader:
    """The log as it is read; one for each process."""

    def __init__(self, log: LogEntries) -> None:
        self._log = log
        self._proof = lru_cache(PROOFS_KEPT)(self._made_proof)

    def head(self) -> Head | None:
        """The newest checkpoint; None before the first."""
        return self._log.head()

    def tile(self, tile: Tile) -> Served | None:
        """A tile or an entry bundle; None beyond the newest checkpoint."""
        head = self._log.head()
        if head is None or tile.end > head.size:
            return None
        if tile.level is None:
            entries = self._log.between(tile.start, tile.end)
            return Served(pack([each.leaf for each in entries]), len(entries) == tile.width)
        try:
            return Served(b"".join(self._log.hashes(tile)), whole=True)
        except TileMissing:
            return Served(b"", whole=False)

    def proofs(self, number: str) -> list[Proof]:
        """For each entry of the designation `number`: its place, its leaf, and the proof up to a signed checkpoint.

        An entry that no checkpoint covers yet is left out: it will be there within a second.
        """
        head = self._log.head()
        if head is None:
            return []
        known = self._log.known(ids_of(number))
        return [self._proof(id, known[id]) for id in ids_of(number) if id in known and known[id] < head.size]

    def _made_proof(self, id: str, index: int) -> Proof:
        head = self._log.head()
        (logged,) = self._log.between(index, index + 1)
        size, note = self._log.checkpoint_over(index, head) if head else (0, "")
        path = inclusion_proof(index, size, read_from(size, lru_cache(self._log.hashes)))
        return {
            "event": id.partition(":")[0],
            "index": index,
            "leaf": logged.leaf.decode(),
            "leaf_hash": _base64(logged.hash),
            "tree_size": size,
            "inclusion_proof": _all_base64(path),
            "checkpoint": note,
        }


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _all_base64(hashes: Sequence[bytes]) -> list[str]:
    return [_base64(each) for each in hashes]
