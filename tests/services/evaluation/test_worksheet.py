"""The worksheet's rules: revisions of questions, seals, history."""

from __future__ import annotations

import hashlib
import json

import pytest

from services.evaluation.domain import worksheet as sheets
from services.evaluation.domain.worksheet import Given, Layer, Worksheet
from services.evaluation.errors import (
    NothingToSeal,
    NotReopenable,
    StaleAnswer,
    WorksheetIsSealed,
    WorksheetNotSealed,
)
from tests.services.evaluation.samples import CYCLE, INSTITUTION, INSTRUMENT, NOW, UNIT, later

QUESTION, OTHER = "A.I.MP.i.a", "A.I.MP.i.b"


def empty() -> Worksheet:
    return Worksheet(UNIT, INSTITUTION, CYCLE, INSTRUMENT)


def answered(sheet: Worksheet, question: str = QUESTION, value: str = "Ya", revision: int = 0) -> Worksheet:
    return sheets.answer(sheet, Layer.TPI, {question: Given(value, revision)}, by="ann", at=NOW)[0]


def sealed(sheet: Worksheet) -> Worksheet:
    return sheets.seal(sheet, "h" * 64, by="ann", at=NOW)


def test_an_answer_gets_the_revision_after_the_one_that_was_read() -> None:
    sheet = answered(answered(empty()), value="Tidak", revision=1)
    assert (sheet.tpi_answers[QUESTION].value, sheet.tpi_answers[QUESTION].revision) == ("Tidak", 2)


def test_the_layers_do_not_see_each_other() -> None:
    sheet = answered(empty())
    assert sheet.unit_answers == {}
    unit = sheets.answer(sheet, Layer.UNIT, {QUESTION: Given("Tidak", 0)}, by="bob", at=NOW)[0]
    assert unit.values_of(Layer.UNIT) == {QUESTION: "Tidak"}
    assert unit.values_of(Layer.TPI) == {QUESTION: "Ya"}


def test_what_is_replaced_is_handed_out_with_who_and_when() -> None:
    _, replaced = sheets.answer(answered(empty()), Layer.TPI, {QUESTION: Given("Tidak", 1)}, by="bob", at=later(days=1))
    assert [(one.question, one.answer.value, one.answer.by, one.answer.at) for one in replaced] == [
        (QUESTION, "Ya", "ann", NOW)
    ]


def test_a_stale_question_refuses_everything_and_tells_what_stands() -> None:
    sheet = answered(empty())
    with pytest.raises(StaleAnswer) as refusal:
        sheets.answer(sheet, Layer.TPI, {QUESTION: Given("Tidak", 0), OTHER: Given("A", 0)}, by="bob", at=NOW)
    assert refusal.value.members["current"] == {QUESTION: {"value": "Ya", "revision": 1}}
    assert [fault["pointer"] for fault in refusal.value.errors] == [f"/answers/{QUESTION}"]


def test_a_revision_of_an_answer_that_never_was_is_stale() -> None:
    with pytest.raises(StaleAnswer) as refusal:
        answered(empty(), revision=3)
    assert refusal.value.members["current"] == {QUESTION: {"value": None, "revision": 0}}


def test_the_other_question_of_two_officers_does_not_collide() -> None:
    sheet = answered(answered(empty()), OTHER, "B")
    assert set(sheet.tpi_answers) == {QUESTION, OTHER}


def test_a_sealed_worksheet_takes_no_answer_and_no_second_seal() -> None:
    sheet = sealed(answered(empty()))
    with pytest.raises(WorksheetIsSealed):
        answered(sheet, OTHER, "B")
    with pytest.raises(WorksheetIsSealed):
        sealed(sheet)


def test_nothing_is_sealed_before_the_tpi_has_scored() -> None:
    unit_only = sheets.answer(empty(), Layer.UNIT, {QUESTION: Given("Ya", 0)}, by="ann", at=NOW)[0]
    with pytest.raises(NothingToSeal):
        sealed(unit_only)


def test_the_manifest_is_canonical_json_and_its_hash_is_sha_256() -> None:
    sheet = answered(empty(), "A.II.AK.i.a", "x")
    manifest = sheets.manifest_of(sheet, instrument_hash="abc", at=NOW)
    assert manifest == json.dumps(json.loads(manifest), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert sheets.hash_of(manifest) == hashlib.sha256(manifest.encode()).hexdigest()
    assert json.loads(manifest)["layers"]["tpi"]["A.II.AK.i.a"]["value"] == "x"


def test_the_manifest_names_nobody() -> None:
    assert "ann" not in sheets.manifest_of(answered(empty()), instrument_hash="abc", at=NOW)


def test_every_answer_changes_the_hash() -> None:
    one = sheets.manifest_of(answered(empty()), instrument_hash="abc", at=NOW)
    other = sheets.manifest_of(answered(empty(), value="Tidak"), instrument_hash="abc", at=NOW)
    assert sheets.hash_of(one) != sheets.hash_of(other)


def test_a_return_opens_the_next_revision_and_keeps_the_old_seal() -> None:
    sheet = sheets.reopen(sealed(answered(empty())), freed=True)
    assert (sheet.revision, sheet.sealed, sheet.current_seal) == (2, False, None)
    assert [seal.revision for seal in sheet.seals] == [1]
    assert answered(sheet, OTHER, "B").tpi_answers[QUESTION].revision == 1


def test_a_sealed_worksheet_does_not_open_by_itself() -> None:
    with pytest.raises(NotReopenable):
        sheets.reopen(sealed(answered(empty())), freed=False)


def test_an_open_worksheet_needs_no_opening() -> None:
    with pytest.raises(WorksheetNotSealed):
        sheets.reopen(empty(), freed=True)
