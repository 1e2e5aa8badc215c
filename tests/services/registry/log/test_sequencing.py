"""From marked designations to one sequence: on a real database, with rivals, and with leaders that die."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from services.registry import handlers
from services.registry.errors import EntryTooLong, LogDamaged, LogKeyUnusable
from services.registry.log.entries import Head
from services.registry.log.leadership import Leadership
from services.registry.log.leaves import content_of, leaf_of
from services.registry.log.sequencing import entries_in_order
from services.registry.rooms import Rooms
from shared.settings import Settings
from shared.testing import wait_until
from shared.tlog import keyfile
from shared.tlog.checkpoints import Checkpoint, trusted
from shared.tlog.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from shared.tlog.notes import SignerKey, VerifierKey
from shared.tlog.tiles import Edge, Hashes, Tile, read_from, tile_at, tiles_of
from tests.services.registry.log.appending import fill_log, publish_many, sequencer_of, with_key, workers
from tests.services.registry.samples import NOW, draft, publish, publish_drafted, revoke


@pytest.fixture
def logged(settings: Settings, tmp_path: Path) -> Rooms:
    """A registry that has a key for its log."""
    return with_key(settings, tmp_path)


def head_of(rooms: Rooms) -> Checkpoint:
    """The newest checkpoint, its signature checked by the key it names."""
    head = rooms.log.head()
    assert head is not None
    return trusted(head.note, [VerifierKey.parse(key) for key in head.keys])


def ids(rooms: Rooms) -> list[str]:
    return [each.entry for each in rooms.log.after(0)]


def marks(rooms: Rooms) -> int:
    return rooms.designations.collection.count_documents({"unlogged": True})


def must_be_one_sound_sequence(rooms: Rooms, entries: int, *, proofs: int = 50) -> None:
    """No gap, no fork, nothing twice; the head, every tile and random proofs agree with the entries."""
    found = list(rooms.log.after(0))
    assert [each.index for each in found] == list(range(entries))
    assert len({each.entry for each in found}) == entries
    assert rooms.log.entries.count_documents({}) == entries
    hashes = [leaf_hash(each.leaf) for each in found]
    assert hashes == [each.hash for each in found]
    head = head_of(rooms)
    assert (head.size, head.root) == (entries, root_of(hashes))
    must_have_its_tiles(rooms, hashes)
    hashes_at, chance = cached(rooms), random.Random(1)
    subtree = read_from(entries, hashes_at)
    for index in range(0, entries, max(entries // 500, 1)):
        verify_inclusion(hashes[index], index, entries, inclusion_proof(index, entries, subtree), head.root)
    roots = dict(roots_of(hashes))
    for _ in range(proofs):
        old = chance.randint(1, entries)
        new = chance.randint(old, entries)
        proof = consistency_proof(old, new, read_from(new, hashes_at))
        verify_consistency(old, new, proof, roots[old], roots[new])


def roots_of(hashes: list[bytes]) -> Iterator[tuple[int, bytes]]:
    """The root at every size."""
    edge = Edge()
    for leaf in hashes:
        edge.append(leaf)
        yield edge.size, edge.root()


def cached(rooms: Rooms) -> Hashes:
    """The hashes of any tile at any smaller size, each read once as wide as it is now."""
    head = head_of(rooms)
    kept: dict[tuple[int, int], list[bytes]] = {}

    def hashes(tile: Tile) -> list[bytes]:
        level = tile.level or 0
        if (level, tile.index) not in kept:
            kept[level, tile.index] = rooms.log.hashes(tile_at(head.size, level, tile.index))
        return kept[level, tile.index][: tile.width]

    return hashes


def must_have_its_tiles(rooms: Rooms, hashes: list[bytes]) -> None:
    full = [tile for tile in tiles_of(len(hashes)) if tile.width == 256]
    assert rooms.log.tiles.count_documents({}) == len(full)
    for tile in tiles_of(len(hashes)):
        width = 256 ** (tile.level or 0)
        wanted = [root_of(hashes[at : at + width]) for at in range(tile.start, tile.end, width)]
        assert rooms.log.hashes(tile) == wanted


def test_a_publication_is_marked_by_the_write_that_makes_it_public(rooms: Rooms) -> None:
    draft(rooms)
    assert marks(rooms) == 0
    publish(rooms, "L3578-DKC-01")
    assert marks(rooms) == 1


def test_what_was_published_is_logged_once_and_signed(logged: Rooms) -> None:
    number = publish(logged)
    assert handlers.append_to_log(logged) == 1
    assert handlers.append_to_log(logged) == 0
    assert ids(logged) == [f"designated:{number}"]
    assert marks(logged) == 0
    must_be_one_sound_sequence(logged, 1)


def test_a_revocation_is_a_second_entry_behind_the_first(logged: Rooms) -> None:
    number = publish(logged)
    handlers.append_to_log(logged)
    revoke(logged, number)
    handlers.append_to_log(logged)
    assert ids(logged) == [f"designated:{number}", f"revoked:{number}"]


def test_both_entries_stand_in_their_order_when_nobody_logged_in_between_even_if_a_clock_was_wrong(
    logged: Rooms,
) -> None:
    number = publish(logged)
    revoke(logged, number, NOW - timedelta(hours=3))
    handlers.append_to_log(logged)
    assert ids(logged) == [f"designated:{number}", f"revoked:{number}"]


def test_the_log_of_a_new_registry_is_a_signed_empty_tree(logged: Rooms) -> None:
    handlers.append_to_log(logged)
    assert (head_of(logged).size, head_of(logged).root) == (0, EMPTY_ROOT)


def test_a_worker_without_a_key_appends_nothing_and_forgets_nothing(rooms: Rooms) -> None:
    publish(rooms)
    assert handlers.append_to_log(rooms) == 0
    assert marks(rooms) == 1


def test_what_moved_since_it_was_read_keeps_its_mark(logged: Rooms) -> None:
    number = publish(logged)
    read = list(logged.designations.unlogged(10))
    revoke(logged, number)
    logged.designations.mark_logged(read)
    assert marks(logged) == 1


def test_entries_that_are_in_already_are_only_unmarked(logged: Rooms) -> None:
    publish(logged)
    handlers.append_to_log(logged)
    logged.designations.collection.update_many({}, {"$set": {"unlogged": True}})
    assert handlers.append_to_log(logged) == 0
    assert (marks(logged), len(ids(logged))) == (0, 1)


def test_a_leader_that_died_before_it_signed_leaves_nothing_undone(logged: Rooms) -> None:
    publish_many(logged, 0, 3)
    waiting = list(logged.designations.unlogged(10))
    logged.log.append(0, [(entry.id, leaf_of(entry)) for entry in entries_in_order(waiting)[:2]])
    assert handlers.append_to_log(logged) == 1
    must_be_one_sound_sequence(logged, 3)
    assert marks(logged) == 0


def test_two_leaders_at_once_make_one_sequence(logged: Rooms) -> None:
    """The lease is no guard: with none at all, nothing is doubled, left out or forked."""
    first, second = (sequencer_of(logged, lease=0, batch=7) for _ in range(2))
    publish_many(logged, 0, 40)
    stale = first._found_edge()
    second._take_turn(second._found_edge())
    logged.designations.collection.update_many({}, {"$set": {"unlogged": True}})
    publish_many(logged, 40, 60)
    assert first._take_turn(stale) == 0
    first._take_turn(first._found_edge())
    must_be_one_sound_sequence(logged, 66)


def test_only_the_holder_of_the_lease_appends_until_it_falls_silent(logged: Rooms) -> None:
    now = [0.0]
    first, second = (Leadership(logged.database, lease=2, clock=lambda: now[0]) for _ in range(2))
    assert (first.held(), second.held()) == (True, False)
    now[0] = 1.9
    assert first.held()
    now[0] = 3.0
    assert not second.held()
    now[0] = 4.9
    assert not second.held()
    now[0] = 5.0
    assert second.held()
    assert not first.held()


def test_a_head_that_is_behind_is_only_a_hint(logged: Rooms) -> None:
    publish_many(logged, 0, 5)
    handlers.append_to_log(logged)
    logged.database["hints"].delete_one({"_id": "log_head"})
    publish_many(logged, 5, 8)
    sequencer_of(logged, lease=0).append_pending()
    must_be_one_sound_sequence(logged, 8)


def test_a_smaller_checkpoint_never_takes_the_place_of_a_larger_one(logged: Rooms) -> None:
    publish_many(logged, 0, 5)
    handlers.append_to_log(logged)
    head = logged.log.head()
    assert head is not None
    logged.log.keep_checkpoint(Head(2, "older", head.keys), NOW)
    assert logged.log.head() == head


@pytest.mark.parametrize("harm", ["truncated", "edited"])
def test_nothing_is_signed_over_a_log_that_is_not_the_one_that_was_signed(logged: Rooms, harm: str) -> None:
    publish_many(logged, 0, 5)
    handlers.append_to_log(logged)
    before = logged.log.head()
    if harm == "truncated":
        logged.log.entries.delete_many({"_id": {"$in": [3, 4]}})
    else:
        logged.log.entries.update_one({"_id": 1}, {"$set": {"hash": leaf_hash(b"false")}})
    publish_many(logged, 5, 6)
    with pytest.raises(LogDamaged):
        sequencer_of(logged, lease=0).append_pending()
    assert logged.log.head() == before


def test_a_refusal_is_not_repeated_at_every_look(logged: Rooms) -> None:
    publish_many(logged, 0, 2)
    handlers.append_to_log(logged)
    logged.log.entries.delete_one({"_id": 1})
    now = [0.0]
    sequencer = sequencer_of(logged, lease=0, clock=lambda: now[0])
    with pytest.raises(LogDamaged):
        sequencer.append_pending()
    assert sequencer.append_pending() == 0
    now[0] = 11
    with pytest.raises(LogDamaged):
        sequencer.append_pending()


def test_full_tiles_that_are_gone_are_made_anew(logged: Rooms) -> None:
    fill_log(logged, 330)
    logged.log.tiles.delete_many({})
    sequencer_of(logged, lease=0).append_pending()
    must_be_one_sound_sequence(logged, 330)


def test_a_key_of_another_log_signs_nothing(logged: Rooms, settings: Settings, tmp_path: Path) -> None:
    handlers.append_to_log(logged)
    (tmp_path / "other").mkdir()
    other = with_key(replace(settings, base_url="https://elsewhere.example"), tmp_path / "other")
    publish(other)
    with pytest.raises(LogKeyUnusable, match=r"elsewhere\.example/log"):
        sequencer_of(other, lease=0).append_pending()


def test_a_new_key_signs_the_same_tree_anew(logged: Rooms) -> None:
    handlers.append_to_log(logged)
    assert logged.sequencer is not None
    (old,) = logged.sequencer.keys.keys()
    new = SignerKey.make(old.verifier.name)
    keyfile.replace(logged.sequencer.keys.path, [old, new])
    handlers.append_to_log(logged)
    head = logged.log.head()
    assert head is not None
    for key in (old, new):
        assert trusted(head.note, [key.verifier]).size == 0
    assert head.keys == (str(old.verifier), str(new.verifier))


def test_a_document_that_can_not_be_read_holds_up_nobody_else(logged: Rooms) -> None:
    publish(logged, "L3578-DKC-01")
    publish(logged)
    logged.designations.collection.update_one({"key": "WBK-2026-L3578-DKC-01"}, {"$set": {"state.state": "nonsense"}})
    assert handlers.append_to_log(logged) == 1


def test_what_would_not_fit_the_log_is_refused_before_it_is_published(rooms: Rooms) -> None:
    number = draft(rooms)
    rooms.designations.collection.update_one({}, {"$set": {"state.card.unit_name": "x" * 66_000}})
    with pytest.raises(EntryTooLong):
        publish_drafted(rooms, number)
    assert marks(rooms) == 0


@pytest.mark.parametrize(("nth", "name"), [(0, "entry-designated.json"), (1, "entry-revoked.json")])
def test_a_leaf_is_word_for_word_the_golden_one(logged: Rooms, nth: int, name: str) -> None:
    """A change of a golden entry is a change of what the log says for ever: give it a new `format`."""
    revoke(logged, publish(logged))
    handlers.append_to_log(logged)
    golden = (Path(__file__).parents[1] / "golden" / name).read_text(encoding="utf-8")
    assert logged.log.between(nth, nth + 1)[0].leaf.decode() == golden.rstrip("\n")


def test_a_leaf_is_canonical_json_that_says_who_what_and_by_which_decree(logged: Rooms) -> None:
    revoke(logged, publish(logged))
    handlers.append_to_log(logged)
    first, second = logged.log.between(0, 2)
    assert first.leaf.startswith(b'{"at":"2026-11-20T07:30:00Z","bundle_sha256":')
    told = content_of(first.leaf)
    assert (told["format"], told["event"], told["unit"]) == ("zona-registry/1", "designated", "L3171-RSUD-01")
    assert told["decree"]["date"] == "2026-11-20"
    assert content_of(second.leaf)["barred_until"] == "2028-11-20"
    assert b"RAHASIA" not in first.leaf + second.leaf
    assert b"bbbbbbbb" not in first.leaf  # the hash of the sealed worksheet is not public


def appended_by_four(settings: Settings, folder: Path, designations: int, *, batch: int, within: float) -> None:
    """Four workers append what is published meanwhile; the one that leads is killed in the middle."""
    rooms = with_key(settings, folder)
    half, entries = designations // 2, designations + designations // 10
    with workers(settings, folder, 4, batch) as running:
        wait_until(lambda: rooms.database["processes"].count_documents({}) == 4, 60, "four workers")
        publish_many(rooms, 0, half)
        wait_until(lambda: len(rooms.log.known(["designated:WBK-2026-L3171-UPT-00020"])) == 1, 60, "the first entries")
        leader = rooms.database["hints"].find_one({"_id": "log_leader"})
        assert leader is not None
        led = rooms.database["processes"].find_one({"_id": leader["holder"]})
        assert led is not None
        (killed,) = [process for process in running if process.pid == led["pid"]]
        killed.send_signal(signal.SIGKILL)
        publish_many(rooms, half, designations)
        wait_until(lambda: rooms.log.standing(entries - 1), within, "all entries")
        wait_until(lambda: marks(rooms) == 0 and head_of(rooms).size == entries, 60, "the last marks")
        assert killed.poll() == -signal.SIGKILL
        assert all(process.poll() is None for process in running if process is not killed)
        after = rooms.database["hints"].find_one({"_id": "log_leader"})
        assert after is not None
        assert after["holder"] != leader["holder"]
    must_be_one_sound_sequence(rooms, entries, proofs=1000)


def test_four_workers_of_which_the_leader_is_killed_append_one_sequence(settings: Settings, tmp_path: Path) -> None:
    appended_by_four(settings, tmp_path, 300, batch=25, within=60)


@pytest.mark.slow
def test_four_workers_append_ten_thousand_entries_though_the_leader_is_killed(
    settings: Settings, tmp_path: Path
) -> None:
    appended_by_four(settings, tmp_path, 9_100, batch=200, within=900)
