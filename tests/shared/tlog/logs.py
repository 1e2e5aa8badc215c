"""Small logs in memory and in folders, to be spoilt by tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shared.tlog.checkpoints import Checkpoint
from shared.tlog.merkle import leaf_hash, root_of
from shared.tlog.notes import SignerKey, sign
from shared.tlog.tiles import WIDTH, bundles_of, pack, tiles_of

ORIGIN = "log.example/log"
KEY = SignerKey.of(ORIGIN, 1, bytes(range(32)))


def entries(count: int) -> list[bytes]:
    return [f'{{"n":{n}}}'.encode() for n in range(count)]


def note_of(leaves: Sequence[bytes], *keys: SignerKey) -> str:
    """The signed checkpoint over these entries."""
    root = root_of([leaf_hash(leaf) for leaf in leaves])
    return sign(Checkpoint(ORIGIN, len(leaves), root).text, keys or [KEY])


def write_log(folder: Path, leaves: Sequence[bytes]) -> Path:
    """A log of these entries as files, made independently of the registry."""
    levels = [[leaf_hash(leaf) for leaf in leaves]]
    while len(levels[-1]) >= WIDTH:
        below = levels[-1]
        full = len(below) // WIDTH * WIDTH
        levels.append([root_of(below[first : first + WIDTH]) for first in range(0, full, WIDTH)])
    for tile in tiles_of(len(leaves)):
        hashes = levels[tile.level or 0][tile.index * WIDTH :][: tile.width]
        write(folder, tile.path, b"".join(hashes))
    for bundle in bundles_of(len(leaves)):
        write(folder, bundle.path, pack(leaves[bundle.start : bundle.end]))
    write(folder, "checkpoint", note_of(leaves).encode())
    write(folder, "key", f"{KEY.verifier}\n".encode())
    return folder


def write(folder: Path, path: str, content: bytes) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(content)
