"""From marked designations to the end of the log, and a signed checkpoint over it.

A designation whose publication or revocation is not in the log yet carries `unlogged`, set by the one write that made
it public. The leader derives the entries, inserts them under the next indices, signs, and takes the marks away. A
leader that dies in between leaves entries without a checkpoint, or marks of entries that are in: the next one signs
what stands, finds the entries by their ids, and takes the marks away. Nothing waits for the broker.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice

from services.registry.domain.entries import Entry, entries_of
from services.registry.errors import LogDamaged
from services.registry.log.entries import Head, LogEntries, TileMissing
from services.registry.log.keys import KeyFile, unusable
from services.registry.log.leadership import Leadership
from services.registry.log.leaves import leaf_of
from services.registry.store import Designations, Unlogged
from shared.failures import Said, ZonaError
from shared.observability import note
from shared.observability.metrics import LOG_ENTRIES
from shared.tlog.checkpoints import Checkpoint
from shared.tlog.merkle import EMPTY_ROOT
from shared.tlog.notes import Note, SignerKey, sign
from shared.tlog.tiles import Edge

BATCH = 200
"""Designations whose entries are inserted, signed and unmarked together."""
BATCHES = 10
"""In one turn; the lease is looked at between two turns."""
REST = 10.0
"""Seconds after a refusal that trying again at once does not mend: a damaged log, a key that can't be used."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Sequencer:
    """One process's part in appending; `append_pending` is called often, and does nothing unless it leads."""

    log: LogEntries
    designations: Designations
    keys: KeyFile
    leadership: Leadership
    batch: int = BATCH
    now: Callable[[], datetime] = _now
    clock: Callable[[], float] = time.monotonic
    _edge: Edge | None = field(default=None, init=False)
    _signed: tuple[int, tuple[bytes, ...]] | None = field(default=None, init=False)
    _rests_until: float = field(default=0.0, init=False)

    def append_pending(self) -> int:
        """Append what waits, as far as this process leads; gives how many entries went in.

        Raises LogDamaged when what stands is less than, or other than, what was signed; LogKeyUnusable; EntryTooLong;
        pymongo errors. Whatever was not finished is found again.
        """
        if self.clock() < self._rests_until or not self.leadership.held():
            self._edge = None
            return 0
        edge, self._edge = self._edge, None  # unless the turn ends well, what went in is looked up again
        try:
            return self._take_turn(edge or self._found_edge())
        except ZonaError:
            self._rests_until = self.clock() + REST
            raise

    def _take_turn(self, edge: Edge) -> int:
        count = 0
        self._sign(edge)
        waiting = self.designations.unlogged(self.batch)
        for _ in range(BATCHES):
            if not (batch := list(islice(waiting, self.batch))):
                break
            went_in, whole = self._append(edge, batch)
            count += went_in
            self._sign(edge)
            if not whole:  # a rival was here: the next turn sees what it appended
                return count
            self.designations.mark_logged(batch)
        self._edge = edge
        return count

    def _append(self, edge: Edge, batch: Sequence[Unlogged]) -> tuple[int, bool]:
        """Insert the entries that are not in yet; gives how many went in, and whether none was refused."""
        wanted = entries_in_order(batch)
        known = self.log.known([entry.id for entry in wanted])
        leaves = [(entry.id, leaf_of(entry)) for entry in wanted if entry.id not in known]
        went_in = self.log.append(edge.size, leaves) if leaves else []
        for each in went_in:
            self._grow(edge, each.hash)
        if went_in:
            note("logged", first=went_in[0].index, entries=len(went_in))
        return len(went_in), len(went_in) == len(leaves)

    def _found_edge(self) -> Edge:
        """The edge over everything that stands; raises LogDamaged unless it begins with what was signed."""
        head = self.log.head()
        signed = Checkpoint.parse(Note.parse(head.note).text) if head else None
        edge = self._edge_at(signed.size if signed else 0)
        if signed and (edge.size, edge.root()) != (signed.size, signed.root):
            raise _damaged(signed.size)
        self._signed = (head.size, _ids_in(head.note)) if head else None
        for each in self.log.after(edge.size):
            self._grow(edge, each.hash)
        return edge

    def _edge_at(self, size: int) -> Edge:
        """The edge of the first `size` entries; its tiles are made anew if one of them is gone."""
        if size and not self.log.standing(size - 1):
            raise _damaged(size)
        try:
            return Edge.read(size, self.log.hashes)
        except TileMissing:
            edge = Edge()
            for each in islice(self.log.after(0), size):
                self._grow(edge, each.hash)
            return edge

    def _grow(self, edge: Edge, leaf: bytes) -> None:
        for tile, hashes in edge.append(leaf):
            self.log.keep_tile(tile, hashes)

    def _sign(self, edge: Edge) -> None:
        """A checkpoint over everything that stands, unless the newest one is that, by the same keys."""
        keys = self.keys.keys()
        ids = tuple(key.verifier.id for key in keys)
        if self._signed == (edge.size, ids):
            return
        origin = self._own_origin(keys)
        checkpoint = Checkpoint(origin, edge.size, edge.root() if edge.size else EMPTY_ROOT)
        head = Head(edge.size, sign(checkpoint.text, keys), tuple(str(key.verifier) for key in keys))
        self.log.keep_checkpoint(head, self.now())
        self._signed = (edge.size, ids)
        LOG_ENTRIES.set(edge.size)

    def _own_origin(self, keys: Sequence[SignerKey]) -> str:
        """The name that the keys have; raises LogKeyUnusable when they are those of another log."""
        origin, head = keys[0].verifier.name, self.log.head()
        stands = Checkpoint.parse(Note.parse(head.note).text).origin if head else origin
        if stands != origin:
            raise unusable(self.keys.path, f"it is of {origin}, and the log that stands is {stands}")
        return origin


def entries_in_order(batch: Sequence[Unlogged]) -> list[Entry]:
    """The entries of some designations: those of one in their order, the earliest designation first."""
    told = sorted((entries_of(each.state) for each in batch), key=lambda entries: (entries[-1].at, entries[-1].id))
    return [entry for entries in told for entry in entries]


def _ids_in(signed: str) -> tuple[bytes, ...]:
    return tuple(id for _, id, _ in Note.parse(signed).signatures)


def _damaged(size: int) -> LogDamaged:
    said: Said = (
        f"Log publik pernah ditandatangani dengan {size} entri, tetapi isi basis data berbeda",
        f"The public log was signed with {size} entries, and the database holds something else",
    )
    remedy: Said = (
        "Jangan tanda tangani apa pun; pulihkan log_entries dari cadangan terbaru (docs/log.md).",
        "Sign nothing; restore log_entries from the newest backup (docs/log.md).",
    )
    return LogDamaged(said, remedy=remedy)
