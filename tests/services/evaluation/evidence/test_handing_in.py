"""Files on their way in, out and away, on a real database."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from services.evaluation import evidence_store, handlers
from services.evaluation.domain.worksheet import Layer, reopen, worksheet_key
from services.evaluation.errors import (
    EvidenceRefused,
    EvidenceTooLarge,
    NotYours,
    QuotaExceeded,
    UploadInterrupted,
    UploadLost,
    WorksheetIsSealed,
)
from services.evaluation.evidence_rules import rules_of
from services.evaluation.evidence_store import FileState
from services.evaluation.handlers import evidence as commands
from services.evaluation.rooms import Rooms
from shared.security import Actor
from tests.services.evaluation.evidence.hostile import HOSTILE
from tests.services.evaluation.evidence.offices import (
    NOTHING,
    ONE_FILE,
    OTHER_QUESTION,
    QUESTION,
    TEXT,
    begin,
    hand_in,
    kept,
    sweep,
)
from tests.services.evaluation.samples import CYCLE, NOW, OFFICER, TPI, UNIT, cause, given

KEY = worksheet_key(UNIT, CYCLE)


@pytest.fixture
def begun(rooms: Rooms) -> Rooms:
    begin(rooms)
    return rooms


def seal(rooms: Rooms) -> str:
    answers = given({QUESTION: "Ya"})
    handlers.answer_questions(rooms, TPI, cause(), unit=UNIT, cycle=CYCLE, layer=Layer.TPI, answers=answers)
    sealed = handlers.seal_worksheet(rooms, TPI, cause(), unit=UNIT, cycle=CYCLE)
    return sealed.state.seals[-1].worksheet_hash


def test_a_file_is_known_by_its_content(begun: Rooms) -> None:
    taken = hand_in(begun, name="Notulen Räpat.txt")
    assert taken.evidence.current.sha256 == hashlib.sha256(TEXT).hexdigest()
    assert begun.worksheets.load(KEY).state.evidence == (taken.evidence,)
    assert b"".join(begun.blobs.open(begun.files.load(taken.evidence.current.sha256).blob)) == TEXT
    assert kept(begun) == ONE_FILE


def test_the_same_file_again_is_the_same_evidence_and_one_copy(begun: Rooms) -> None:
    first = hand_in(begun)
    again = hand_in(begun, name="lain.txt", questions=[OTHER_QUESTION], minutes=1)
    assert again.evidence.id == first.evidence.id
    assert again.evidence.questions == (QUESTION, OTHER_QUESTION)
    assert kept(begun) == ONE_FILE


def test_one_content_handed_in_by_many_at_once_is_kept_once(begun: Rooms) -> None:
    threads = [threading.Thread(target=hand_in, args=(begun,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(begun.worksheets.load(KEY).state.evidence) == 1
    assert kept(begun) == ONE_FILE


def test_files_handed_in_by_many_at_once_are_all_there(begun: Rooms) -> None:
    threads = [threading.Thread(target=hand_in, args=(begun, f"berkas {nth}".encode())) for nth in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(begun.worksheets.load(KEY).state.evidence) == 8


def test_nothing_is_kept_of_a_hostile_file_whatever_the_reason(begun: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    stages = ("empty", "too_large", "content_mismatch", "macros", "path_traversal", "pdf_javascript", "too_complex")
    one_each = {one.reason: one for one in HOSTILE if one.reason in stages}.values()
    assert len(one_each) == len(stages)
    rules = rules_of(CYCLE)
    small = replace(rules.limits, most_entries=100, most_unpacked=6 * 1024 * 1024, most_objects=2_000)
    tight = replace(rules, sizes={**rules.sizes, "txt": 200_000, "csv": 200_000}, limits=small)
    monkeypatch.setattr(commands, "rules_of", lambda cycle: tight)
    for one in one_each:
        with pytest.raises(EvidenceRefused) as refusal:
            hand_in(begun, one.make(), one.name)
        assert refusal.value.members["reason"] == one.reason
    assert kept(begun) == NOTHING
    assert begun.worksheets.load(KEY).state.evidence == ()


def test_a_file_that_is_announced_too_large_is_refused_before_its_first_byte(begun: Rooms) -> None:
    def never() -> Iterator[bytes]:
        raise AssertionError("no byte was to be read")
        yield b""

    with pytest.raises(EvidenceTooLarge):
        hand_in(begun, never(), length=3 * 1024 * 1024)


def test_a_file_that_grows_too_large_is_refused_while_it_comes(begun: Rooms) -> None:
    came = 0

    def endless() -> Iterator[bytes]:
        nonlocal came
        while True:
            came += 100_000
            yield b"a" * 100_000

    with pytest.raises(EvidenceTooLarge):
        hand_in(begun, endless())
    assert came < 3 * 1024 * 1024
    assert kept(begun) == NOTHING


@pytest.mark.parametrize("error", [ConnectionResetError, KeyboardInterrupt])
def test_an_upload_that_breaks_leaves_nothing_and_can_be_tried_again(begun: Rooms, error: type[BaseException]) -> None:
    def broken() -> Iterator[bytes]:
        yield TEXT * 200_000
        raise error

    with pytest.raises(error):
        hand_in(begun, broken(), "a.csv")
    assert kept(begun) == NOTHING
    assert hand_in(begun).state is FileState.ACCEPTED


def test_fewer_bytes_than_announced_are_no_file(begun: Rooms) -> None:
    with pytest.raises(UploadInterrupted):
        hand_in(begun, TEXT, length=len(TEXT) + 1)
    assert kept(begun) == NOTHING


def test_others_cannot_hand_in(begun: Rooms) -> None:
    with pytest.raises(NotYours):
        hand_in(begun, actor=Actor("other", "Other", frozenset({"unit_officer"}), unit="L3172-RSUD-01"))
    with pytest.raises(NotYours):
        hand_in(begun, actor=TPI)


def test_the_seal_names_the_evidence_and_closes_it(begun: Rooms) -> None:
    taken = hand_in(begun)
    manifest = begun.manifests.read(seal(begun))
    [sealed] = manifest["evidence"]
    assert (sealed["sha256"], sealed["questions"]) == (taken.evidence.current.sha256, [QUESTION])
    with pytest.raises(WorksheetIsSealed):
        hand_in(begun, b"terlambat")
    assert kept(begun) == ONE_FILE


def test_a_seal_that_comes_while_bytes_come_wins(begun: Rooms) -> None:
    def slow() -> Iterator[bytes]:
        yield TEXT
        seal(begun)

    with pytest.raises(WorksheetIsSealed):
        hand_in(begun, slow())
    assert sweep(begun, minutes=31) == 1
    assert kept(begun) == NOTHING


def test_two_uploads_side_by_side_cannot_exceed_the_quota(begun: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    tight = replace(rules_of(CYCLE), unit_quota=len(TEXT) + 5)
    monkeypatch.setattr(commands, "rules_of", lambda cycle: tight)

    def meanwhile() -> Iterator[bytes]:
        yield b"lain yang sama besar"[: len(TEXT)]
        hand_in(begun)

    with pytest.raises(QuotaExceeded):
        hand_in(begun, meanwhile(), "b.txt")
    assert len(begun.worksheets.load(KEY).state.evidence) == 1


def test_withdrawn_evidence_is_gone_within_the_hour(begun: Rooms) -> None:
    taken = hand_in(begun)
    handlers.withdraw_evidence(begun, OFFICER, cause(at=NOW), unit=UNIT, cycle=CYCLE, id=taken.evidence.id)
    assert sweep(begun, minutes=29) == 0
    assert sweep(begun, minutes=31) == 1
    assert kept(begun) == NOTHING


def test_what_is_held_or_sealed_outlives_every_sweep(begun: Rooms) -> None:
    taken = hand_in(begun)
    assert sweep(begun, minutes=31) == 0
    seal(begun)
    _free(begun)
    handlers.withdraw_evidence(begun, OFFICER, cause(at=NOW), unit=UNIT, cycle=CYCLE, id=taken.evidence.id)
    assert begun.worksheets.load(KEY).state.evidence == ()
    assert sweep(begun, minutes=600) == 0
    assert kept(begun) == ONE_FILE


def test_withdrawn_and_handed_in_again_while_the_sweeper_looks_stays(begun: Rooms) -> None:
    taken = hand_in(begun)
    handlers.withdraw_evidence(begun, OFFICER, cause(at=NOW), unit=UNIT, cycle=CYCLE, id=taken.evidence.id)
    [seen] = begun.files.loose_before(NOW.replace(year=2027))
    hand_in(begun, minutes=40)
    assert not begun.files.drop(seen)
    assert sweep(begun, minutes=80) == 0
    assert kept(begun) == ONE_FILE


def test_a_killed_process_leaves_nothing_for_longer_than_an_hour(begun: Rooms) -> None:
    """The three moments at which `kill -9` leaves something: in the bytes, before the pointer, before the worksheet."""
    in_the_bytes = begun.uploads.begin(NOW)
    begun.database["blobs.chunks"].insert_one({"files_id": in_the_bytes, "n": 0, "data": b"half"})
    before_the_pointer = begun.uploads.begin(NOW)
    begun.blobs.put(before_the_pointer, [b"whole"])
    before_the_worksheet = begun.uploads.begin(NOW)
    begun.blobs.put(before_the_worksheet, [TEXT])
    file = replace(hand_in(begun, b"other").evidence.current, sha256="f" * 64)
    begun.files.point(file, before_the_worksheet, FileState.ACCEPTED, KEY)
    assert sweep(begun, minutes=29) == 0
    assert sweep(begun, minutes=31) == 3
    assert kept(begun) == ONE_FILE


def test_a_sweeper_that_is_killed_is_followed_by_the_next(begun: Rooms) -> None:
    taken = hand_in(begun)
    handlers.withdraw_evidence(begun, OFFICER, cause(at=NOW), unit=UNIT, cycle=CYCLE, id=taken.evidence.id)
    [file] = begun.files.loose_before(NOW.replace(year=2027))
    begun.uploads.note(file.blob, NOW)  # as the sweeper does, and dies after its next step
    begun.files.drop(file)
    assert sweep(begun, minutes=31) == 1
    assert kept(begun) == NOTHING


def test_an_upload_that_goes_on_is_not_swept(begun: Rooms) -> None:
    blob = begun.uploads.begin(NOW)
    [(seen, at)] = begun.uploads.before(NOW.replace(year=2027))
    begun.uploads.renew(blob, NOW.replace(month=6))
    assert not begun.uploads.take(seen, at)


def test_an_upload_that_was_swept_cannot_go_on(begun: Rooms) -> None:
    blob = begun.uploads.begin(NOW)
    [(seen, at)] = begun.uploads.before(NOW.replace(year=2027))
    assert begun.uploads.take(seen, at)
    with pytest.raises(UploadLost):
        begun.uploads.renew(blob, NOW)


def test_a_sweep_goes_on_until_nothing_is_left(begun: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence_store, "PAGE", 3)
    for nth in range(5):
        begun.uploads.note(f"upload/{nth}", NOW)
    sweep(begun, minutes=31)
    assert kept(begun) == NOTHING


def _free(rooms: Rooms) -> None:
    """Open the next revision, as a returned proposal allows."""

    def decide(sheet: Any) -> Any:
        return reopen(sheet, freed=True), []

    rooms.worksheets.change(KEY, decide, cause())
