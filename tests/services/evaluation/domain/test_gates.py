"""The gates of a target, in order, on unrounded numbers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.domain.answers import read_answers
from services.evaluation.domain.gates import all_passed, gates_for, target_faults
from services.evaluation.domain.scoring import score_answers, score_values
from services.evaluation.instrument_files import load
from shared.failures import InvalidInput
from tests.services.evaluation.domain.sheets import unhurried, uniform_sheet

LKE = load("lke-2021")
NAMES = [
    "total",
    "pengungkit",
    *(f"area_{code}" for code in ("MP", "TL", "SDM", "AK", "PW", "PP")),
    "birokrasi_bersih",
    "ipak",
    "kinerja",
    "ipkp",
]


@pytest.mark.parametrize("target", ["WBK", "WBBM"])
def test_the_gates_of_2021_are_these_twelve_each_with_its_article(target: str) -> None:
    gates = gates_for(LKE, target, score_values(LKE, {}))
    assert [gate.gate for gate in gates] == NAMES
    assert all("PermenPANRB 90/2021" in gate.article for gate in gates)
    assert not any(gate.passed for gate in gates)


@pytest.mark.parametrize("target", ["WBK", "WBBM"])
def test_the_best_sheet_passes_every_gate(target: str) -> None:
    best = score_answers(LKE, read_answers(LKE, uniform_sheet(LKE, best=True)))
    assert all_passed(gates_for(LKE, target, best))


def test_areas_are_measured_in_percent_and_everything_else_in_points() -> None:
    score = score_values(LKE, dict.fromkeys(LKE.questions, Fraction(1, 2)))
    measured = {gate.gate: gate.measured for gate in gates_for(LKE, "WBK", score)}
    assert measured["area_PW"] == 50
    assert (measured["total"], measured["pengungkit"], measured["birokrasi_bersih"]) == (50, 30, Fraction("11.25"))
    assert (measured["ipak"], measured["kinerja"], measured["ipkp"]) == (
        Fraction("8.75"),
        Fraction("2.5"),
        Fraction("8.75"),
    )


@unhurried
@given(st.fractions(0, 1), st.sampled_from(["WBK", "WBBM"]))
def test_a_gate_passes_exactly_when_the_measure_reaches_the_limit(value: Fraction, target: str) -> None:
    score = score_values(LKE, dict.fromkeys(LKE.questions, value))
    for gate in gates_for(LKE, target, score):
        assert gate.passed == (gate.measured >= gate.limit)


@unhurried
@given(st.lists(st.booleans(), min_size=1))
def test_all_must_hold(passed: list[bool]) -> None:
    one = gates_for(LKE, "WBK", score_values(LKE, {}))[0]
    assert all_passed([replace(one, passed=each) for each in passed]) == all(passed)


@pytest.mark.parametrize("target", ["wbk", "", None, ["WBK"], 3])
def test_a_target_without_gates_is_refused_with_those_that_exist(target: object) -> None:
    with pytest.raises(InvalidInput, match="WBK, WBBM") as refused:
        gates_for(LKE, target, score_values(LKE, {}))  # type: ignore[arg-type] # what a careless caller may pass
    assert [error["pointer"] for error in refused.value.errors] == ["/target"]
    assert target_faults(LKE, "WBBM") == ()


def test_a_score_of_another_instrument_is_refused_loudly() -> None:
    other = load("lke-2014")
    with pytest.raises(ValueError, match="lke-2014"):
        gates_for(LKE, "WBK", score_values(other, {}))
