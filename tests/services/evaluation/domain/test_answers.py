"""Reading raw answers: what is taken, and every refusal with its question, its place and what is allowed."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.domain.answers import LARGEST_COUNT, faults_in, read_answers, read_index
from services.evaluation.instrument_files import load
from shared.failures import InvalidInput
from tests.services.evaluation.domain.sheets import sheets, unhurried, uniform_sheet

LKE = load("lke-2021")
LHKPN = {"kepala_satker": 1, "pejabat_wajib": 2, "lainnya": 3, "sudah": 6}

REFUSED: list[tuple[str, Any, str, str]] = [
    ("A.I.MP.i.a", "Y", "unknown_option", "Ya, Tidak"),
    ("A.I.MP.i.a", "A", "unknown_option", "Ya, Tidak"),
    ("A.I.MP.i.a", True, "unknown_option", "Ya, Tidak"),
    ("A.I.MP.i.b", "D", "unknown_option", "A, B, C"),
    ("A.I.MP.i.b", "a", "unknown_option", "A, B, C"),
    ("A.I.MP.i.b", " A", "unknown_option", "A, B, C"),
    ("A.I.MP.i.b", "", "unknown_option", "A, B, C"),
    ("A.I.MP.i.b", None, "unknown_option", "A, B, C"),
    ("A.I.MP.i.b", ["A"], "unknown_option", "A, B, C"),
    ("A.I.MP.i.b", {"A": 1}, "unknown_option", "A, B, C"),
    ("A.I.MP.iii.a", "E", "unknown_option", "A, B, C, D"),
    ("A.I.TL.i.b", "F", "unknown_option", "A, B, C, D, E"),
    ("B.I.b", "Ya", "unknown_option", "A, B, C, D, E"),
    ("B.I.a", 3.72, "not_an_index", "0 to 4"),
    ("B.I.a", 3, "not_an_index", "0 to 4"),
    ("B.I.a", "3,72", "not_an_index", "0 to 4"),
    ("B.I.a", "4.01", "not_an_index", "0 to 4"),
    ("B.I.a", "-1", "not_an_index", "0 to 4"),
    ("B.I.a", "1e0", "not_an_index", "0 to 4"),
    ("B.I.a", "NaN", "not_an_index", "0 to 4"),
    ("B.I.a", "7/2", "not_an_index", "0 to 4"),
    ("B.I.a", "٣", "not_an_index", "0 to 4"),
    ("B.I.a", "3.", "not_an_index", "0 to 4"),
    ("B.I.a", "3.72\n", "not_an_index", "0 to 4"),
    ("B.I.a", "3." + "1" * 21, "not_an_index", "0 to 4"),
    ("A.II.AK.i.a", "8/10", "not_counts", "jumlah_sasaran, tercapai_100"),
    ("A.II.AK.i.a", 0.8, "not_counts", "jumlah_sasaran, tercapai_100"),
    ("A.II.AK.i.a", [10, 8], "not_counts", "jumlah_sasaran, tercapai_100"),
]

REFUSED_COUNTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("A.II.AK.i.a", {"jumlah_sasaran": 10}, "missing_input", "tercapai_100"),
    ("A.II.AK.i.a", {"jumlah_sasaran": 10, "tercapai_100": 8, "sisa": 2}, "unknown_input", "sisa"),
    ("A.II.AK.i.a", {"jumlah_sasaran": -1, "tercapai_100": 8}, "not_a_count", "jumlah_sasaran"),
    ("A.II.AK.i.a", {"jumlah_sasaran": True, "tercapai_100": 1}, "not_a_count", "jumlah_sasaran"),
    ("A.II.AK.i.a", {"jumlah_sasaran": 10.0, "tercapai_100": 8}, "not_a_count", "jumlah_sasaran"),
    ("A.II.AK.i.a", {"jumlah_sasaran": "10", "tercapai_100": 8}, "not_a_count", "jumlah_sasaran"),
    ("A.II.AK.i.a", {"jumlah_sasaran": None, "tercapai_100": 8}, "not_a_count", "jumlah_sasaran"),
    ("A.II.AK.i.a", {"jumlah_sasaran": LARGEST_COUNT + 1, "tercapai_100": 8}, "not_a_count", "jumlah_sasaran"),
    ("A.II.SDM.iii.a", {"tahun_lalu": 1, "tahun_ini": 0, "disanksi": -1}, "not_a_count", "disanksi"),
    ("A.II.PW.iii.1.a", {**LHKPN, "wajib": 7}, "sum_disagrees", "wajib"),
    ("A.II.PW.iii.1.a", {"wajib": 6, "kepala_satker": 1, "lainnya": 3, "sudah": 6}, "missing_input", "pejabat_wajib"),
]


@pytest.mark.parametrize(("question", "answer", "code", "allowed"), REFUSED)
def test_an_answer_outside_the_scale_is_refused_with_what_is_allowed(
    question: str, answer: Any, code: str, allowed: str
) -> None:
    (fault,) = faults_in(LKE, {question: answer})
    assert (fault.code, fault.place) == (code, ("answers", question))
    assert question in fault.said[0]
    assert question in fault.said[1]
    assert allowed in fault.said[1]


@pytest.mark.parametrize(("question", "counts", "code", "key"), REFUSED_COUNTS)
def test_counts_that_do_not_fit_are_refused_at_their_input(
    question: str, counts: dict[str, Any], code: str, key: str
) -> None:
    (fault,) = faults_in(LKE, {question: counts})
    assert (fault.code, fault.place) == (code, ("answers", question, key))
    assert key in fault.said[0]
    assert key in fault.said[1]


@pytest.mark.parametrize("raw", [None, [], "A", 3, True])
def test_answers_must_be_an_object(raw: Any) -> None:
    (fault,) = faults_in(LKE, raw)
    assert fault.code == "not_an_object"


def test_an_unknown_question_is_refused_and_an_example_given() -> None:
    (fault,) = faults_in(LKE, {"A.I.MP.i.z": "A"})
    assert fault.code == "unknown_question"
    assert '"A.I.MP.i.z"' in fault.said[1]
    assert "such as A.I.MP.i.a" in fault.said[1]


def test_a_question_of_the_survey_is_not_an_evaluators() -> None:
    (fault,) = faults_in(LKE, {"B.I.a": "3.72", "B.I.b": "A"}, questions=LKE.reviewed)
    assert (fault.code, fault.place) == ("question_not_allowed", ("answers", "B.I.a"))


def test_all_faults_are_named_at_once() -> None:
    raw = {"X": 1, "A.I.MP.i.a": "?", "A.II.AK.i.a": {"x": 1, "tercapai_100": -1}, "B.I.b": "A"}
    with pytest.raises(InvalidInput) as refused:
        read_answers(LKE, raw, place=("sheet",))
    pointers = [error["pointer"] for error in refused.value.errors]
    assert pointers == [
        "/sheet/X",
        "/sheet/A.I.MP.i.a",
        "/sheet/A.II.AK.i.a/x",
        "/sheet/A.II.AK.i.a/jumlah_sasaran",
        "/sheet/A.II.AK.i.a/tercapai_100",
    ]
    assert "5 faults" in str(refused.value)
    assert refused.value.remedy[0]
    assert refused.value.remedy[1]


def test_a_pointer_escapes_what_rfc_6901_reserves() -> None:
    (fault,) = faults_in(LKE, {"a/b~c": 1})
    assert fault.pointer == "/answers/a~1b~0c"


def test_a_long_or_nested_value_is_shown_short() -> None:
    long, nested = faults_in(LKE, {"A.I.MP.i.a": "x" * 5000, "A.I.MP.i.b": {"deep": {}}})
    assert len(long.said[1]) < 200
    assert "{…}" in nested.said[1]


def test_read_answers_stand_in_the_sheets_order_with_sums_filled_in() -> None:
    read = read_answers(LKE, {"B.I.b": "A", "A.II.PW.iii.1.a": LHKPN, "A.I.MP.i.a": "Ya"})
    assert list(read) == ["A.I.MP.i.a", "A.II.PW.iii.1.a", "B.I.b"]
    assert read["A.II.PW.iii.1.a"] == {**LHKPN, "wajib": 6}


def test_informational_counts_may_stand_or_be_left_out() -> None:
    with_process = {"harus": 4, "proses": 1, "selesai": 3}
    assert read_answers(LKE, {"A.II.PW.ii.a": with_process})["A.II.PW.ii.a"] == with_process
    assert faults_in(LKE, {"A.II.PW.ii.a": {"harus": 4, "selesai": 3}}) == ()


@unhurried
@given(sheets(LKE))
def test_any_sheet_of_allowed_answers_is_taken_and_reading_again_changes_nothing(raw: dict[str, Any]) -> None:
    read = read_answers(LKE, raw)
    assert read_answers(LKE, read) == read
    assert set(read) == set(raw)


@unhurried
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(list(LKE.questions)) | st.text(), inner),
        max_leaves=20,
    )
)
def test_anything_at_all_is_either_read_or_refused_with_messages(raw: Any) -> None:
    for fault in faults_in(LKE, raw):
        assert fault.said[0]
        assert fault.said[1]


@unhurried
@given(st.integers(0, 400))
def test_an_index_is_read_exactly(hundredths: int) -> None:
    assert read_index(f"{hundredths / 100:.2f}", Fraction(4)) == Fraction(hundredths, 100)


def test_the_uniform_sheets_are_sheets() -> None:
    for best in (True, False):
        assert faults_in(LKE, uniform_sheet(LKE, best=best)) == ()
