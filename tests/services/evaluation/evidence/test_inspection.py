"""Every hostile file is refused for its own reason, every honest one is taken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.evaluation.domain.evidence import MEDIA_TYPES
from services.evaluation.errors import EvidenceRefused, InspectionBusy
from services.evaluation.evidence_rules import largest_file, rules_of
from services.evaluation.inspection.checking import check
from services.evaluation.inspection.names import require_kind
from services.evaluation.inspection.refusals import REASONS, Refused, error_of, refused
from services.evaluation.inspector import Inspector
from tests.services.evaluation.evidence.good import GOOD, office, pdf, saved, zipped
from tests.services.evaluation.evidence.hostile import HOSTILE, Hostile

RULES = rules_of("2026")
SMALL = replace(
    RULES,
    sizes={**RULES.sizes, "txt": 200_000, "csv": 200_000},
    limits=replace(RULES.limits, most_entries=100, most_unpacked=6 * 1024 * 1024, most_objects=2_000),
)
"""The cycle's own settings with smaller numbers, so that hostile files need not be large to be too large."""


def look(name: str, data: bytes) -> None:
    check(data, require_kind(name, SMALL.sizes), SMALL.sizes, SMALL.limits)


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda one: one.name)
def test_a_hostile_file_is_refused_for_its_own_reason(hostile: Hostile) -> None:
    with pytest.raises(Refused) as refusal:
        look(hostile.name, hostile.make())
    assert refusal.value.code == hostile.reason


@pytest.mark.parametrize("name", GOOD)
def test_an_honest_file_is_taken(name: str) -> None:
    look(name, GOOD[name]())


def test_every_reason_but_the_scanners_has_a_hostile_file() -> None:
    assert {one.reason for one in HOSTILE} == set(REASONS) - {"infected"}


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_is_told_in_both_languages_with_what_to_do(reason: str) -> None:
    words = {"most": 1, "kind": "pdf", "allowed": ".pdf", "what": "x"}
    error = error_of(refused(reason, "a/b.txt", **words))
    [place] = error.errors
    assert error.said[0] != error.said[1]
    assert all(error.remedy)
    assert (place["pointer"], place["code"]) == ("/file/a~1b.txt", reason)
    assert "{" not in "".join((*error.said, *error.remedy))


def test_the_place_inside_an_archive_is_named() -> None:
    with pytest.raises(Refused) as refusal:
        look("a.zip", zipped({"baik.txt": "x", "dalam/buruk.pdf": b"MZ" + b"\0" * 600}))
    assert refusal.value.path == ("dalam/buruk.pdf",)


def test_names_of_strangers_are_shown_printable_and_short() -> None:
    shown = refused("path_traversal", what="../\x1b[31m" + "a" * 500).words["what"]
    assert shown.isprintable()
    assert len(shown) <= 81


def test_every_kind_that_a_cycle_takes_can_be_inspected_and_served() -> None:
    assert set(RULES.sizes) <= set(MEDIA_TYPES)
    assert largest_file() == max(RULES.sizes.values())


def test_another_process_judges_as_this_one_does() -> None:
    inspector = Inspector()
    inspector.check([office()], "docx", RULES)
    with pytest.raises(EvidenceRefused) as refusal:
        inspector.check([office("docx", "application/vnd.ms-office.vbaProject")], "docx", RULES)
    assert refusal.value.members["reason"] == "macros"


def test_a_file_that_kills_its_inspection_is_refused() -> None:
    killed = Inspector(("-c", "import os, signal, sys; sys.stdin.read(); os.kill(os.getpid(), signal.SIGSEGV)"))
    with pytest.raises(EvidenceRefused) as refusal:
        killed.check([b"x"], "txt", RULES)
    assert refusal.value.members["reason"] == "too_complex"


def test_a_file_that_takes_too_long_is_refused() -> None:
    endless = Inspector(("-c", "import sys, time; sys.stdin.read(); time.sleep(60)"), patience=0.2)
    with pytest.raises(EvidenceRefused) as refusal:
        endless.check([b"x"], "txt", RULES)
    assert refusal.value.members["reason"] == "too_complex"


def test_a_fault_of_the_house_is_not_blamed_on_the_file() -> None:
    broken = Inspector(("-c", "import nothing_of_this_name"))
    with pytest.raises(RuntimeError, match="no answer"):
        broken.check([b"x"], "txt", RULES)


def test_who_finds_no_turn_is_told_to_come_again() -> None:
    inspector = Inspector(patience=0.01)
    while inspector._turns.acquire(blocking=False):
        pass
    with pytest.raises(InspectionBusy):
        inspector.check([b"x"], "txt", RULES)


def test_the_inspection_sees_no_setting_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONGODB_URI", "mongodb://secret")
    program = "import os, sys; sys.stdin.read(); sys.exit(7 if 'MONGODB_URI' in os.environ else 8)"
    with pytest.raises(RuntimeError, match="status 8"):
        Inspector(("-c", program)).check([b"x"], "txt", RULES)


def test_a_pdf_bomb_ends_its_own_process_only() -> None:
    made = pdf()
    made.Root.Bomb = made.make_stream(b"0" * 50_000_000)
    Inspector().check([saved(made)], "pdf", RULES)  # never unpacked: the check looks at dictionaries
