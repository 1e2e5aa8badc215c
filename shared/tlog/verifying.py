"""Whether a log is what its checkpoint says: signature, every entry, every tile, and an earlier checkpoint.

Every entry is hashed and the root computed from them all, which proves the inclusion of each at once; every tile is
compared with the one that follows from the entries, so that a client which reads tiles alone sees the same tree.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from shared.tlog.checkpoints import Checkpoint, trusted
from shared.tlog.merkle import EMPTY_ROOT, leaf_hash
from shared.tlog.notes import WITNESS, BadNote, Note, VerifierKey
from shared.tlog.sources import CHECKPOINT, KEY, NotServed, Source, tile_bytes
from shared.tlog.tiles import BadBundle, Edge, Tile, bundles_of, hashes_of, unpack
from shared.tlog.verdicts import Verdict, differences

Tell = Callable[[int, int], None]
"""Called with the entries that are checked and those that there are."""


@dataclass
class Wanted:
    """What the reader brings: verifier keys that are trusted beforehand, witnesses, an earlier checkpoint."""

    keys: Sequence[VerifierKey] = ()
    witnesses: Sequence[VerifierKey] = ()
    earlier: str | None = None


def verify(source: Source, wanted: Wanted, tell: Tell = lambda _done, _total: None) -> Verdict:
    """Check the whole log; raises sources.Unreachable when it can't be read, BadNote for a broken `earlier`."""
    verdict = Verdict(pinned=bool(wanted.keys))
    earlier = Checkpoint.parse(Note.parse(wanted.earlier).text) if wanted.earlier else None
    try:
        keys = wanted.keys or served_keys(source)
        raw = source.get(CHECKPOINT).decode()
        checkpoint = trusted(raw, keys)
        _signatures(verdict, raw, keys, wanted.witnesses)
        if wanted.earlier:
            trusted(wanted.earlier, keys)
    except (BadNote, UnicodeDecodeError) as error:
        verdict.blame("signature", str(error), CHECKPOINT)
        return verdict
    except NotServed as missing:
        verdict.blame("missing", str(missing), missing.path)
        return verdict
    verdict.origin, verdict.size = checkpoint.origin, checkpoint.size
    verdict.root = base64.b64encode(checkpoint.root).decode()
    _Walk(source, checkpoint, earlier, verdict, tell).check()
    return verdict


def served_keys(source: Source) -> list[VerifierKey]:
    """The keys that the log itself names, one a line; raises BadNote and sources.NotServed."""
    return [VerifierKey.parse(line) for line in source.get(KEY).decode().splitlines() if line.strip()]


def _signatures(verdict: Verdict, raw: str, keys: Sequence[VerifierKey], witnesses: Sequence[VerifierKey]) -> None:
    note = Note.parse(raw)
    verdict.signed_by = [str(key) for key in note.signed_by(keys)]
    seen = note.signed_by(witnesses)
    verdict.witnessed_by = {str(key): time or 0 for key, time in seen.items() if key.kind == WITNESS}
    for absent in set(witnesses) - set(seen):
        verdict.blame("witness", f"{absent.name} ({absent.id.hex()}) has not co-signed this checkpoint", CHECKPOINT)


@dataclass
class _Walk:
    """One pass over bundles and tiles, from the left; memory for one bundle and the right edge."""

    source: Source
    checkpoint: Checkpoint
    earlier: Checkpoint | None
    verdict: Verdict
    tell: Tell
    edge: Edge = field(default_factory=Edge)
    root_then: bytes = EMPTY_ROOT
    untrue: set[tuple[int, int]] = field(default_factory=set)
    """Tiles (level, index) that differ because something below them is named already."""

    def check(self) -> None:
        """Blame whatever is wrong."""
        size = self.checkpoint.size
        for bundle in bundles_of(size):
            self._bundle(bundle)
            self.tell(bundle.end, size)
        for tile, hashes in self.edge.partial_tiles():
            self._tile(tile, hashes)
        if self.edge.root() != self.checkpoint.root and self.verdict.verified:
            self._blame_root()
        if self.earlier:
            self._compare_with_earlier(self.earlier)

    def _bundle(self, bundle: Tile) -> None:
        """The entries of a bundle against the tile over them; the tree goes on from the entries if they agree."""
        entries, over = self._entries(bundle), Tile(0, bundle.index, bundle.width)
        served = self._served(over)
        if entries is not None and served is not None:
            found = differences(entries, served, bundle.start, bundle.path)
            self.verdict.faults += found
            if found:
                self.untrue.add((0, bundle.index))
                entries = None
        for leaf in (entries if entries is not None else served) or ():
            for tile, hashes in self.edge.append(leaf):
                self._tile(tile, hashes)
            if self.earlier and self.edge.size == self.earlier.size:
                self.root_then = self.edge.root()

    def _entries(self, bundle: Tile) -> list[bytes] | None:
        """The leaf hashes of a bundle as far as it can be read; None when it is not there."""
        self.verdict.files += 1
        try:
            entries = unpack(tile_bytes(self.source, bundle))
        except BadBundle as broken:
            entries = list(broken.whole)
        except NotServed:
            self.verdict.blame("missing", f"{bundle.path} is not there", bundle.path, bundle.start)
            return None
        return [leaf_hash(entry) for entry in entries]

    def _tile(self, tile: Tile, hashes: Sequence[bytes]) -> None:
        """A tile as it is served against the one that follows from what is below it."""
        level, index = tile.level or 0, tile.index
        if level == 0:
            return  # compared with its bundle already
        served = self._served(tile)
        if served is None or served == list(hashes):
            return
        span = 256**level
        wrong = [nth for nth, pair in enumerate(zip(hashes, served, strict=False)) if pair[0] != pair[1]]
        fresh = [nth for nth in wrong if (level - 1, index * 256 + nth) not in self.untrue]
        self.untrue.add((level, index))
        if fresh or not wrong:
            first = tile.start + (fresh[0] if fresh else 0) * span
            message = f"entries {first} to {first + span - 1} do not lead to what {tile.path} holds for them"
            self.verdict.blame("edited", message, tile.path, first)

    def _served(self, tile: Tile) -> list[bytes] | None:
        self.verdict.files += 1
        try:
            found = hashes_of(tile_bytes(self.source, tile))
        except (NotServed, BadBundle):
            self.verdict.blame("missing", f"{tile.path} is not there", tile.path, tile.start)
            return None
        if len(found) != tile.width or len(found[-1]) != len(EMPTY_ROOT):
            self.verdict.blame("tile", f"{tile.path} does not hold {tile.width} hashes", tile.path, tile.start)
            return None
        return found

    def _blame_root(self) -> None:
        """Entries and tiles agree with each other and not with what was signed."""
        now = base64.b64encode(self.edge.root()).decode()
        same = self.earlier is not None and self.root_then == self.earlier.root
        after = self.earlier.size if self.earlier and same else 0
        message = f"the entries lead to the root {now}, and {self.verdict.root} was signed"
        where = f"; the first {after} are what was signed earlier" if after else ""
        self.verdict.blame("root", message + where, CHECKPOINT, after)

    def _compare_with_earlier(self, earlier: Checkpoint) -> None:
        size = self.checkpoint.size
        if earlier.origin != self.checkpoint.origin:
            self.verdict.blame("origin", f"the earlier checkpoint is of {earlier.origin}", CHECKPOINT)
        elif earlier.size > size:
            message = f"entries {size} to {earlier.size - 1} are gone: {earlier.size} were signed, {size} are left"
            self.verdict.blame("truncated", message, CHECKPOINT, size)
        elif self.root_then != earlier.root:
            message = f"the first {earlier.size} entries are not those that were signed earlier"
            self.verdict.blame("rewritten", message, CHECKPOINT, 0)
        else:
            self.verdict.consistent_with = earlier.size
