"""A log as files under their own names, which any web server serves and `zi log verify` reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from shared.tlog.checkpoints import Checkpoint
from shared.tlog.notes import Note
from shared.tlog.sources import CHECKPOINT, KEY, Source, tile_bytes
from shared.tlog.tiles import Tile, bundles_of, tiles_of


def copy(source: Source, folder: Path, tell: Callable[[int, int], None] = lambda _done, _total: None) -> int:
    """Copy everything that the newest checkpoint needs; the checkpoint comes last. Gives the size of the log.

    Raises BadNote for a broken checkpoint, sources.NotServed and Unreachable, OSError.
    """
    raw, key = source.get(CHECKPOINT), source.get(KEY)
    size = Checkpoint.parse(Note.parse(raw.decode()).text).size
    wanted = list(_needed(size))
    for done, tile in enumerate(wanted, start=1):
        _write(folder / tile.path, tile_bytes(source, tile))
        tell(done, len(wanted))
    _write(folder / KEY, key)
    _write(folder / CHECKPOINT, raw)
    return size


def _needed(size: int) -> Iterator[Tile]:
    yield from bundles_of(size)
    yield from tiles_of(size)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_bytes(content)
    unfinished.rename(path)
