"""A witness: remembers the largest tree it saw of a log, and signs only what begins with it (C2SP tlog-cosignature)."""

from __future__ import annotations

from collections.abc import Sequence

from shared.tlog.checkpoints import trusted
from shared.tlog.merkle import BadProof, consistency_proof, verify_consistency
from shared.tlog.notes import Note, SignerKey, VerifierKey
from shared.tlog.sources import CHECKPOINT, Source, tile_bytes
from shared.tlog.tiles import Tile, hashes_of, read_from


def cosign(source: Source, keys: Sequence[VerifierKey], witness: SignerKey, last: str | None, now: int) -> str:
    """The log's checkpoint with the witness's signature added; `last` is the note that it signed before, if any.

    Only tiles are read. `now` in seconds since 1970. Raises BadNote when the log's signature is wrong, BadProof when
    the tree is smaller than, or does not begin with, the one that was seen; sources.NotServed and Unreachable.
    """
    raw = source.get(CHECKPOINT).decode()
    seen = trusted(raw, keys)
    if last is not None:
        before = trusted(last, keys)
        if before.origin != seen.origin:
            raise BadProof(f"the witness follows {before.origin}, and this log is {seen.origin}")
        proof: list[bytes] = []
        if 0 < before.size < seen.size:
            subtree = read_from(seen.size, lambda tile: _hashes(source, tile))
            proof = consistency_proof(before.size, seen.size, subtree)
        verify_consistency(before.size, seen.size, proof, before.root, seen.root)
    return raw + witness.sign(Note.parse(raw).text, now)


def _hashes(source: Source, tile: Tile) -> list[bytes]:
    return hashes_of(tile_bytes(source, tile))
