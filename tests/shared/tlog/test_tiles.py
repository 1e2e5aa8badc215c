"""Names and bytes of tiles and bundles, as C2SP tlog-tiles wants them."""

from __future__ import annotations

import pytest

from shared.tlog.merkle import leaf_hash, of_leaves, root_of
from shared.tlog.tiles import BadBundle, Edge, Tile, bundles_of, hashes_of, pack, parse, read_from, tiles_of, unpack

MANY = [leaf_hash(str(n).encode()) for n in range(66_000)]


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(0, 1234067, 8), "tile/0/x001/x234/067.p/8"),
        (Tile(None, 1234067, 8), "tile/entries/x001/x234/067.p/8"),
        (Tile(63, 999, 255), "tile/63/999.p/255"),
        (Tile(1, 1000), "tile/1/x001/000"),
    ],
)
def test_a_tile_has_one_name_and_the_name_leads_back_to_it(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert parse(path.removeprefix("tile/")) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "0",
        "0/0",
        "0/0000",
        "00/000",
        "01/000",
        "64/000",
        "-1/000",
        "0/x000/000",
        "0/x000/001",
        "0/001/000",
        "0/x001",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/257",
        "0/000.p/01",
        "0/000.p/",
        "0/000.p",
        "0/000/",
        "0/000\n",
        "0/٠٠٠",
        "entries/x000/000",
        "entry/000",
        "0/" + "x999/" * 6 + "999",
        "8/0/000",
    ],
)
def test_every_other_name_is_no_tile(path: str) -> None:
    assert parse(path) is None


def test_the_tiles_of_a_tree_are_those_that_the_specification_counts() -> None:
    tiles = list(tiles_of(70_000))
    shapes = {(tile.level, tile.width) for tile in tiles}
    assert shapes == {(0, 256), (0, 112), (1, 256), (1, 17), (2, 1)}
    assert sum((tile.level, tile.width) == (0, 256) for tile in tiles) == 273
    assert [(tile.level, tile.width) for tile in tiles_of(256)] == [(0, 256), (1, 1)]
    assert list(tiles_of(0)) == list(bundles_of(0)) == []
    assert [tile.width for tile in bundles_of(600)] == [256, 256, 88]


def test_a_bundle_is_entries_behind_their_lengths() -> None:
    entries = [b"", b"a", b"\xff" * 65_535]
    bundle = pack(entries)
    assert bundle[:5] == b"\x00\x00\x00\x01a"
    assert unpack(bundle) == entries
    with pytest.raises(BadBundle) as caught:
        unpack(bundle[:-1])
    assert caught.value.whole == entries[:2]


def levels_of(size: int) -> dict[int, list[bytes]]:
    """All hashes at each level of tiles, by the definition."""
    levels = {0: MANY[:size]}
    for level in (1, 2):
        below = levels[level - 1]
        levels[level] = [root_of(below[first : first + 256]) for first in range(0, len(below) // 256 * 256, 256)]
    return levels


@pytest.mark.parametrize("size", [1, 5, 255, 256, 257, 1000, 66_000])
def test_a_tree_read_from_its_tiles_is_the_tree(size: int) -> None:
    levels = levels_of(size)
    subtree = read_from(size, lambda tile: levels[tile.level or 0][tile.index * 256 :][: tile.width])
    for start, end in ((0, size), (0, 1), (size - 1, size), (size // 2, size)):
        assert subtree(start, end) == of_leaves(MANY)(start, end)


def test_an_edge_gives_each_tile_once_when_it_is_full_and_the_root_at_every_size() -> None:
    edge, levels, filled = Edge(), levels_of(len(MANY)), []
    for size, leaf in enumerate(MANY, start=1):
        filled += edge.append(leaf)
        if size in (1, 2, 255, 256, 257, 511, 512, 1000, 65_536, 65_537):
            assert edge.root() == root_of(MANY[:size])
    assert edge.size == len(MANY)
    assert {tile for tile, _ in [*filled, *edge.partial_tiles()]} == set(tiles_of(len(MANY)))
    filled += edge.partial_tiles()
    assert all(hashes == levels[tile.level][tile.index * 256 :][: tile.width] for tile, hashes in filled)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 700, 65_536, 65_600])
def test_an_edge_read_from_tiles_goes_on_as_if_it_had_grown_here(size: int) -> None:
    levels = levels_of(size)
    edge = Edge.read(size, lambda tile: levels[tile.level or 0][tile.index * 256 :][: tile.width])
    assert (edge.size, edge.root()) == (size, root_of(MANY[:size]))
    for leaf in MANY[size : size + 300]:
        edge.append(leaf)
    assert edge.root() == root_of(MANY[: size + 300])


def test_the_leaves_under_a_tile_follow_from_its_name() -> None:
    assert (Tile(0, 3, 10).start, Tile(0, 3, 10).end) == (768, 778)
    assert (Tile(1, 2, 5).start, Tile(1, 2, 5).end) == (131_072, 132_352)
    assert Tile(None, 3, 10).end == 778


def test_a_tile_is_hashes_one_after_the_other() -> None:
    assert hashes_of(b"".join(MANY[:3])) == MANY[:3]
