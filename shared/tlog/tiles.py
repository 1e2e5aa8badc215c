"""Tiles and entry bundles of C2SP tlog-tiles: names, bytes, and a tree read from them.

A tile of level l holds up to 256 hashes: hash i of tile n is the root of the leaves
[(256 n + i) 256^l, (256 n + i + 1) 256^l). A bundle holds the entries of a tile of level 0.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from shared.tlog.merkle import HASH_SIZE, Subtree, node_hash, root_of, split_of

WIDTH = 256
HEIGHT = 8
HIGHEST_LEVEL = 63
LONGEST_ENTRY = 65_535
"""Bytes: the length before an entry has 16 bits."""
ENTRIES = "entries"
_PATH = re.compile(
    r"(?P<kind>0|[1-9][0-9]?|entries)/(?P<index>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)
MOST_DIGITS = 18
"""Of an index: more leaves than a log can have."""


class BadBundle(Exception):
    """Bytes that are no entry bundle; `whole` are the entries before the one that breaks off."""

    def __init__(self, whole: Sequence[bytes]) -> None:
        super().__init__(f"entry {len(whole)} of the bundle breaks off")
        self.whole = whole


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile, or with level None an entry bundle. `width`: hashes or entries that it holds, 1 to 256."""

    level: int | None
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Below the log's prefix, e.g. tile/0/x001/067.p/8 or tile/entries/000."""
        kind = ENTRIES if self.level is None else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{kind}/{numbered(self.index)}{partial}"

    @property
    def start(self) -> int:
        """The first leaf under it."""
        return self.index << HEIGHT * ((self.level or 0) + 1)

    @property
    def end(self) -> int:
        """One past the last leaf under it."""
        return self.start + (self.width << HEIGHT * (self.level or 0))


def numbered(index: int) -> str:
    """An index in path elements of three digits: 1234067 is x001/x234/067."""
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups))


def parse(path: str) -> Tile | None:
    """The tile that `path` (behind tile/) names in the one way that is allowed; None for everything else."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    digits = found["index"].replace("x", "").replace("/", "")
    if len(digits) > MOST_DIGITS:
        return None
    level = None if found["kind"] == ENTRIES else int(found["kind"])
    tile = Tile(level, int(digits), int(found["width"] or WIDTH))
    exact = tile.path == f"tile/{path}"  # no leading groups of zeros, no partial tile of full width
    return tile if exact and tile.width <= WIDTH and (level or 0) <= HIGHEST_LEVEL else None


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile of a tree of `size` leaves, level by level, from the left; the last of a level may be partial."""
    level, hashes = 0, size
    while hashes:
        full, rest = divmod(hashes, WIDTH)
        yield from (Tile(level, index) for index in range(full))
        if rest:
            yield Tile(level, full, rest)
        level, hashes = level + 1, full


def bundles_of(size: int) -> Iterator[Tile]:
    """Every entry bundle of a tree of `size` leaves, from the left."""
    full, rest = divmod(size, WIDTH)
    yield from (Tile(None, index) for index in range(full))
    if rest:
        yield Tile(None, full, rest)


def pack(entries: Sequence[bytes]) -> bytes:
    """An entry bundle: each entry behind its length, big-endian in 16 bits."""
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def unpack(bundle: bytes) -> list[bytes]:
    """The entries of a bundle; raises BadBundle where it breaks off."""
    entries: list[bytes] = []
    place = 0
    while place < len(bundle):
        begin = place + 2
        length = int.from_bytes(bundle[place:begin], "big")
        if begin + length > len(bundle):
            raise BadBundle(entries)
        entries.append(bundle[begin : begin + length])
        place = begin + length
    return entries


def hashes_of(tile: bytes) -> list[bytes]:
    """The hashes of a tile's bytes."""
    return [tile[place : place + HASH_SIZE] for place in range(0, len(tile), HASH_SIZE)]


Hashes = Callable[[Tile], Sequence[bytes]]
"""Gives the hashes of a tile; raises whatever its source raises."""


def read_from(size: int, hashes: Hashes) -> Subtree:
    """The subtrees of a tree of `size` leaves, read from its tiles; each call asks for the tiles it needs."""

    def subtree(start: int, end: int) -> bytes:
        count = end - start
        if count & (count - 1) or start % count:
            middle = start + split_of(count)
            return node_hash(subtree(start, middle), subtree(middle, end))
        height = count.bit_length() - 1
        level, within = divmod(height, HEIGHT)
        first = start >> HEIGHT * level
        tile = tile_at(size, level, first // WIDTH)
        place = first % WIDTH
        return root_of(hashes(tile)[place : place + (1 << within)])

    return subtree


def tile_at(size: int, level: int, index: int) -> Tile:
    """The tile at that place in a tree of `size` leaves, as wide as it is there; raises ValueError if there is none."""
    width = min((size >> HEIGHT * level) - index * WIDTH, WIDTH)
    if width < 1:
        raise ValueError(f"a tree of {size} has no tile {index} at level {level}")
    return Tile(level, index, width)


class Edge:
    """The right edge of a growing tree as its partial tiles: at each level the hashes that fill no tile yet."""

    def __init__(self, levels: Sequence[Sequence[bytes]] = ()) -> None:
        self._levels = [list(hashes) for hashes in levels] or [[]]
        self.size = sum(len(hashes) << HEIGHT * level for level, hashes in enumerate(self._levels))

    @classmethod
    def read(cls, size: int, hashes: Hashes) -> Edge:
        """The edge of a tree of `size` leaves, from its tiles; raises whatever `hashes` raises."""
        levels: list[Sequence[bytes]] = []
        while size >> HEIGHT * len(levels):
            level = len(levels)
            index, width = divmod(size >> HEIGHT * level, WIDTH)
            levels.append(hashes(Tile(level, index, width)) if width else [])
        return cls(levels)

    def append(self, leaf: bytes) -> list[tuple[Tile, Sequence[bytes]]]:
        """Add the next leaf's hash; gives the tiles that are full by it, the lowest first."""
        self.size += 1
        filled: list[tuple[Tile, Sequence[bytes]]] = []
        rising, level = leaf, 0
        while True:
            if level == len(self._levels):
                self._levels.append([])
            hashes = self._levels[level]
            hashes.append(rising)
            if len(hashes) < WIDTH:
                return filled
            filled.append((Tile(level, (self.size >> HEIGHT * (level + 1)) - 1), hashes))
            self._levels[level], rising, level = [], root_of(hashes), level + 1

    def partial_tiles(self) -> list[tuple[Tile, Sequence[bytes]]]:
        """The tiles that are not full yet, the lowest first."""
        return [
            (Tile(level, self.size >> HEIGHT * (level + 1), len(hashes)), hashes)
            for level, hashes in enumerate(self._levels)
            if hashes
        ]

    def root(self) -> bytes:
        """The root of the tree as it is now."""
        below: list[bytes] = []
        for hashes in self._levels:
            if hashes or below:
                below = [root_of([*hashes, *below])]
        return root_of(below)
