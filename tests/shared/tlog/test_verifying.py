"""A sound log is verified; whatever is wrong with one is found and named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from shared.tlog import keyfile
from shared.tlog.cli import log
from shared.tlog.copying import copy
from shared.tlog.merkle import leaf_hash
from shared.tlog.notes import WITNESS, Note, SignerKey, VerifierKey
from shared.tlog.sources import FolderSource
from shared.tlog.tiles import pack, unpack
from shared.tlog.verdicts import Verdict
from shared.tlog.verifying import Wanted, verify
from tests.shared.tlog.logs import KEY, entries, note_of, write, write_log

SIZE = 600
LAST = "tile/entries/002.p/88"
Change = Callable[[list[bytes]], list[bytes]]


def checked(folder: Path, **wanted: Any) -> Verdict:
    return verify(FolderSource(folder), Wanted(**{"keys": [KEY.verifier], **wanted}))


def spoil(folder: Path, bundle: str, change: Change) -> None:
    """Write a bundle anew with other entries; tiles and checkpoint stay."""
    write(folder, bundle, pack(change(unpack((folder / bundle).read_bytes()))))


def edited(found: list[bytes]) -> list[bytes]:
    return [*found[:17], b"{}", *found[18:]]


def dropped(found: list[bytes]) -> list[bytes]:
    return found[:17] + found[18:]


def swapped(found: list[bytes]) -> list[bytes]:
    return [*found[:17], found[18], found[17], *found[19:]]


def inserted(found: list[bytes]) -> list[bytes]:
    return [*found[:17], b"{}", *found[17:]]


def cut(found: list[bytes]) -> list[bytes]:
    return found[:17]


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, SIZE])
def test_a_sound_log_is_verified(tmp_path: Path, size: int) -> None:
    verdict = checked(write_log(tmp_path, entries(size)))
    assert verdict.faults == []
    assert (verdict.size, verdict.signed_by, verdict.pinned) == (size, [str(KEY.verifier)], True)


@pytest.mark.parametrize("bundle", ["tile/entries/000", LAST])
@pytest.mark.parametrize(
    ("change", "kind"),
    [(edited, "edited"), (dropped, "dropped"), (swapped, "reordered"), (inserted, "inserted"), (cut, "truncated")],
)
def test_a_changed_entry_is_named(tmp_path: Path, bundle: str, change: Change, kind: str) -> None:
    folder = write_log(tmp_path, entries(SIZE))
    spoil(folder, bundle, change)
    (fault,) = checked(folder).faults
    first = 0 if bundle.endswith("000") else 512
    assert (fault.kind, fault.index, fault.place) == (kind, first + 17, bundle)
    assert str(first + 17) in fault.message


def test_every_edited_entry_is_named(tmp_path: Path) -> None:
    folder = write_log(tmp_path, entries(SIZE))
    spoil(folder, "tile/entries/001", lambda found: [b"{}", *found[1:200], b"{}", *found[201:]])
    assert [fault.index for fault in checked(folder).faults] == [256, 456]


def test_a_bundle_that_breaks_off_within_an_entry_is_named(tmp_path: Path) -> None:
    folder = write_log(tmp_path, entries(SIZE))
    write(folder, LAST, (folder / LAST).read_bytes()[:-1])
    assert [(fault.kind, fault.index) for fault in checked(folder).faults] == [("truncated", 599)]


@pytest.mark.parametrize("path", ["tile/entries/001", "tile/0/001", "tile/1/000.p/2", "tile/0/002.p/88"])
def test_a_file_that_is_missing_is_named(tmp_path: Path, path: str) -> None:
    folder = write_log(tmp_path, entries(SIZE))
    (folder / path).unlink()
    assert [(fault.kind, fault.place) for fault in checked(folder).faults] == [("missing", path)]


@pytest.mark.parametrize(
    ("path", "index"), [("tile/0/001", 256 + 3), ("tile/1/000.p/2", 256), ("tile/0/002.p/88", 515)]
)
def test_a_changed_tile_is_named_with_the_entries_under_it(tmp_path: Path, path: str, index: int) -> None:
    folder = write_log(tmp_path, entries(SIZE))
    at = 32 if path.startswith("tile/1") else 96
    tile = (folder / path).read_bytes()
    write(folder, path, tile[:at] + leaf_hash(b"false") + tile[at + 32 :])
    assert [fault.index for fault in checked(folder).faults] == [index]


def test_entries_and_tiles_changed_together_do_not_lead_to_the_signed_root(tmp_path: Path) -> None:
    folder = write_log(tmp_path, entries(SIZE))
    signed = (folder / "checkpoint").read_bytes()
    earlier = note_of(entries(500))
    write_log(folder, [*entries(550), b"{}", *entries(SIZE)[551:]])
    write(folder, "checkpoint", signed)
    (fault,) = checked(folder, earlier=earlier).faults
    assert (fault.kind, fault.index) == ("root", 500)
    assert "the first 500 are what was signed earlier" in fault.message


def test_a_log_that_was_written_and_signed_anew_is_told_from_the_earlier_one(tmp_path: Path) -> None:
    folder = write_log(tmp_path, [b"{}", *entries(SIZE)[1:]])
    assert checked(folder).verified
    assert [fault.kind for fault in checked(folder, earlier=note_of(entries(500))).faults] == ["rewritten"]


def test_a_log_that_lost_its_newest_entries_is_told_from_the_earlier_one(tmp_path: Path) -> None:
    folder = write_log(tmp_path, entries(SIZE))
    (fault,) = checked(folder, earlier=note_of(entries(610))).faults
    assert (fault.kind, fault.index) == ("truncated", SIZE)
    assert "entries 600 to 609 are gone" in fault.message


@pytest.mark.parametrize("size", [0, 1, 255, 256, 599, 600])
def test_a_log_that_grew_is_consistent_with_any_earlier_checkpoint(tmp_path: Path, size: int) -> None:
    verdict = checked(write_log(tmp_path, entries(SIZE)), earlier=note_of(entries(size)))
    assert (verdict.faults, verdict.consistent_with) == ([], size)


def test_another_key_is_not_trusted(tmp_path: Path) -> None:
    folder = write_log(tmp_path, entries(3))
    other = SignerKey.make(KEY.verifier.name)
    write(folder, "checkpoint", note_of(entries(3), other).encode())
    assert [fault.kind for fault in checked(folder).faults] == ["signature"]


def test_an_earlier_checkpoint_that_nobody_known_signed_proves_nothing(tmp_path: Path) -> None:
    folder = write_log(tmp_path, entries(3))
    forged = note_of(entries(2), SignerKey.make(KEY.verifier.name))
    assert [fault.kind for fault in checked(folder, earlier=forged).faults] == ["signature"]


def run(*arguments: str) -> tuple[int, dict[str, Any], str]:
    """Exit status, the last line as JSON, and what was said on stderr."""
    done = CliRunner().invoke(log, list(arguments))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    lines = done.stdout.splitlines()
    last = lines[-1] if lines else ""
    return done.exit_code, json.loads(last) if last.startswith("{") else {}, done.stderr


def test_the_command_verifies_a_folder_and_a_site_that_has_the_log_below_it(tmp_path: Path) -> None:
    write_log(tmp_path / "site" / "log", entries(5))
    for place in (tmp_path / "site", tmp_path / "site" / "log"):
        status, told, _ = run("verify", str(place), "--json")
        assert (status, told["verified"], told["size"], told["pinned"]) == (0, True, 5, False)


def test_the_command_fails_and_names_the_entry(tmp_path: Path) -> None:
    folder = write_log(tmp_path, entries(SIZE))
    spoil(folder, LAST, edited)
    status, told, said = run("verify", str(folder), "--key", str(KEY.verifier), "--json")
    assert (status, told["verified"], told["faults"][0]["index"]) == (1, False, 529)
    assert "entry 529" in said


@pytest.mark.parametrize(
    "arguments",
    [["/nowhere"], ["."], ["http://127.0.0.1:1"], ["FOLDER", "--key", "x"], ["FOLDER", "--checkpoint", "/nowhere"]],
)
def test_what_can_not_be_read_is_bad_input_with_its_place(tmp_path: Path, arguments: list[str]) -> None:
    folder = write_log(tmp_path / "log", entries(1))
    status, _, said = run("verify", *(str(folder) if each == "FOLDER" else each for each in arguments))
    assert status == 2
    assert said.strip()


def test_a_copy_is_a_whole_log(tmp_path: Path) -> None:
    folder = write_log(tmp_path / "log", entries(SIZE))
    assert copy(FolderSource(folder), tmp_path / "copy") == SIZE
    assert checked(tmp_path / "copy").verified


def test_a_partial_tile_that_is_gone_is_read_from_the_full_one(tmp_path: Path) -> None:
    folder = write_log(tmp_path, entries(SIZE))
    older = note_of(entries(300))
    write(folder, "checkpoint", older.encode())
    write(folder, "tile/1/000.p/1", (folder / "tile/1/000.p/2").read_bytes()[:32])
    assert checked(folder).verified


def witness(folder: Path, state: Path) -> tuple[int, dict[str, Any], str]:
    key = str(state.with_name("witness.key"))
    return run("witness", str(folder), "--witness-key", key, "--name", "w.example", "--state", str(state), "--json")


def test_a_witness_signs_a_log_that_grew_and_verification_can_ask_for_it(tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert witness(write_log(tmp_path / "log", entries(300)), state)[0] == 0
    status, told, _ = witness(write_log(tmp_path / "log", entries(SIZE)), state)
    assert (status, told["cosigned"]) == (0, True)
    key = VerifierKey.parse(told["witness"])
    assert key.kind == WITNESS
    assert list(Note.parse(told["note"]).signed_by([key])) == [key]
    assert (tmp_path / "witness.key").stat().st_mode & 0o777 == 0o600
    write(tmp_path / "log", "checkpoint", told["note"].encode())
    assert checked(tmp_path / "log", witnesses=[key]).witnessed_by.keys() == {str(key)}
    write(tmp_path / "log", "checkpoint", note_of(entries(SIZE)).encode())
    assert [fault.kind for fault in checked(tmp_path / "log", witnesses=[key]).faults] == ["witness"]


@pytest.mark.parametrize("now", [entries(200), [b"{}", *entries(SIZE)[1:]], [b"{}", *entries(300)[1:]]])
def test_a_witness_signs_nothing_that_does_not_begin_with_what_it_saw(tmp_path: Path, now: list[bytes]) -> None:
    state = tmp_path / "state"
    witness(write_log(tmp_path / "log", entries(300)), state)
    before = state.read_text()
    status, told, _ = witness(write_log(tmp_path / "log", now), state)
    assert (status, told["cosigned"]) == (1, False)
    assert state.read_text() == before


def test_a_key_is_replaced_with_an_overlap_and_the_last_one_stays(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    keyfile.write_new(path, [KEY])
    assert run("key", "add", str(path))[0] == 0
    old, new = keyfile.read(path)
    assert (old, new.verifier.name) == (KEY, KEY.verifier.name)
    assert run("key", "retire", str(path), old.verifier.id.hex())[0] == 0
    assert keyfile.read(path) == (new,)
    assert run("key", "retire", str(path), new.verifier.id.hex())[0] == 2
    assert keyfile.read(path) == (new,)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_file_is_made_once_by_whoever_is_first(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    keyfile.write_new(path, [KEY])
    keyfile.write_new(path, [SignerKey.make("other.example")])
    assert keyfile.read(path) == (KEY,)
    assert [each.name for each in tmp_path.iterdir()] == ["log.key"]
