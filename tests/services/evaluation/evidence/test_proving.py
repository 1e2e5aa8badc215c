"""Rules of a worksheet's evidence: one file for many questions, versions, quota, the seal."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.evaluation.domain import proving
from services.evaluation.domain.evidence import EvidenceRules, FileVersion, InspectionLimits, kind_of, stored_bytes
from services.evaluation.domain.worksheet import Seal, Worksheet, manifest_of
from services.evaluation.errors import EvidenceUnknown, QuotaExceeded, WorksheetIsSealed
from shared.failures import InvalidInput
from tests.services.evaluation.samples import NOW

RULES = EvidenceRules("2026", {"pdf": 100}, 100, 3, InspectionLimits(1, 1, 1, 1), "a test")
EMPTY = Worksheet("u", "i", "2026", "lke-2021")
KNOWN = {"q1", "q2", "q3"}


def file(content: str = "a", *, size: int = 10, minutes: int = 0) -> FileVersion:
    return FileVersion(content * 64, f"{content}.pdf", size, "pdf", "ann", NOW + timedelta(minutes=minutes))


def attached(sheet: Worksheet, one: FileVersion, *questions: str, **more: Any) -> Worksheet:
    options = {"replaces": None, "rules": RULES, **more}
    return proving.attach(sheet, one, questions=questions, **options)


def test_one_file_proves_many_questions() -> None:
    sheet = attached(attached(EMPTY, file(), "q2"), file(minutes=5), "q1")
    [one] = sheet.evidence
    assert one.questions == ("q1", "q2")
    assert len(one.versions) == 1


def test_a_newer_file_is_a_version_and_the_older_one_stays() -> None:
    first = attached(EMPTY, file("a"), "q1")
    [one] = attached(first, file("b", minutes=1), replaces=first.evidence[0].id).evidence
    assert [version.sha256[0] for version in one.versions] == ["a", "b"]
    assert one.current.sha256[0] == "b"
    assert one.questions == ("q1",)


def test_the_same_content_as_a_next_version_changes_nothing() -> None:
    sheet = attached(EMPTY, file("a"), "q1")
    assert attached(sheet, file("a", minutes=1), replaces=sheet.evidence[0].id) == sheet


def test_evidence_handed_in_again_after_its_withdrawal_is_other_evidence() -> None:
    first = attached(EMPTY, file(), "q1")
    again = attached(proving.withdraw(first, first.evidence[0].id), file(minutes=1), "q1")
    assert again.evidence[0].id != first.evidence[0].id


def test_what_it_proves_is_said_anew() -> None:
    sheet = attached(EMPTY, file(), "q1", "q2")
    [one] = proving.prove(sheet, sheet.evidence[0].id, ["q3"], known=KNOWN).evidence
    assert one.questions == ("q3",)


@pytest.mark.parametrize("questions", [[], ["q9"], ["q1", "q9"]])
def test_evidence_proves_questions_that_there_are(questions: list[str]) -> None:
    sheet = attached(EMPTY, file(), "q1")
    with pytest.raises(InvalidInput):
        proving.prove(sheet, sheet.evidence[0].id, questions, known=KNOWN)
    with pytest.raises(InvalidInput):
        proving.check_offer(EMPTY, questions=questions, known=KNOWN, replaces=None, rules=RULES)


def test_bytes_are_counted_once_for_one_content() -> None:
    sheet = attached(attached(EMPTY, file("a", size=40), "q1"), file("b", size=30), "q1")
    sheet = attached(sheet, file("a", size=40, minutes=3), replaces=sheet.evidence[1].id)
    assert stored_bytes(sheet.evidence) == 70


def test_a_quota_that_is_full_to_the_byte_is_not_exceeded() -> None:
    sheet = attached(EMPTY, file("a", size=60), "q1")
    assert attached(sheet, file("b", size=40), "q1")
    with pytest.raises(QuotaExceeded) as refusal:
        attached(sheet, file("b", size=41), "q1")
    assert refusal.value.members["bytes"] == 60


def test_versions_count_among_the_files() -> None:
    sheet = attached(EMPTY, file("a", size=1), "q1")
    for content in "bc":
        sheet = attached(sheet, file(content, size=1), replaces=sheet.evidence[0].id)
    with pytest.raises(QuotaExceeded):
        attached(sheet, file("d", size=1), "q1")
    with pytest.raises(QuotaExceeded):
        proving.check_offer(sheet, questions=["q1"], known=KNOWN, replaces=None, rules=RULES)


def test_a_sealed_worksheet_takes_and_gives_no_evidence() -> None:
    sheet = attached(EMPTY, file(), "q1")
    sealed = replace(sheet, sealed=True, seals=(Seal("hash", 1, "tpi", NOW),))
    id = sheet.evidence[0].id
    for refused in (
        lambda: attached(sealed, file("b"), "q1"),
        lambda: proving.withdraw(sealed, id),
        lambda: proving.prove(sealed, id, ["q1"], known=KNOWN),
        lambda: proving.check_offer(sealed, questions=["q1"], known=KNOWN, replaces=None, rules=RULES),
    ):
        with pytest.raises(WorksheetIsSealed):
            refused()


def test_unknown_evidence_is_named_as_such() -> None:
    with pytest.raises(EvidenceUnknown):
        proving.withdraw(EMPTY, "x")
    with pytest.raises(EvidenceUnknown):
        proving.check_offer(EMPTY, questions=[], known=KNOWN, replaces="x", rules=RULES)


def test_the_manifest_names_contents_and_neither_files_nor_people() -> None:
    manifest = manifest_of(attached(EMPTY, file("a"), "q1"), instrument_hash="x", at=NOW)
    assert "a" * 64 in manifest
    assert "a.pdf" not in manifest
    assert "ann" not in manifest
    assert manifest != manifest_of(attached(EMPTY, file("b"), "q1"), instrument_hash="x", at=NOW)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.PDF", "pdf"), ("a.jpeg", "jpg"), ("a.pdf.exe", "exe"), ("pdf", ""), (".pdf", ""), ("a.", "")],
)
def test_the_last_extension_is_the_claim(name: str, kind: str) -> None:
    assert kind_of(name) == kind
