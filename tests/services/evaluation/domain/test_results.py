"""Numbers for persons: rounded once, and never so that they contradict the verdict beside them."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.domain.gates import GateResult, gates_for
from services.evaluation.domain.results import decimal_text, gate_documents, limit_text, score_result
from services.evaluation.domain.scoring import score_values
from services.evaluation.instrument_files import load
from tests.services.evaluation.domain.sheets import unhurried

LKE = load("lke-2021")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0.000000"),
        (Fraction(2, 3), "0.666667"),
        (Fraction(100), "100.000000"),
        (Fraction(-1, 3), "-0.333333"),
        (Fraction("0.0000005"), "0.000000"),
        (Fraction("0.0000015"), "0.000002"),
        (Fraction("9.9999999"), "10.000000"),
    ],
)
def test_a_decimal_has_six_places(value: Fraction, text: str) -> None:
    assert decimal_text(value) == text


def test_a_decimal_without_places_is_a_whole_number() -> None:
    assert decimal_text(Fraction(5, 2), 0) == "2"


@unhurried
@given(st.integers(-(10**9), 10**9), st.integers(0, 9), st.integers(1, 8))
def test_rounding_agrees_with_the_decimal_module(digits: int, exponent: int, places: int) -> None:
    exact = Decimal(digits).scaleb(-exponent)
    with localcontext(prec=60):
        rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    assert Decimal(decimal_text(Fraction(exact), places)) == rounded


@pytest.mark.parametrize(("limit", "text"), [("75", "75"), ("15.75", "15.75"), ("2.50", "2.5"), ("100", "100")])
def test_a_limit_stands_as_the_law_prints_it(limit: str, text: str) -> None:
    assert limit_text(Fraction(limit)) == text


@unhurried
@given(st.integers(1, 10**15))
def test_what_failed_is_never_shown_at_its_limit(parts: int) -> None:
    limit = Fraction(75)
    below = limit - Fraction(1, parts)
    (document,) = gate_documents([GateResult("total", below, limit, passed=False, article="")])
    assert Fraction(document["measured"]) < limit
    assert len(document["measured"].partition(".")[2]) >= 6


def test_the_result_names_instrument_target_and_what_was_left_unanswered() -> None:
    score = score_values(LKE, dict.fromkeys(LKE.reviewed, Fraction(1)))
    result = score_result(score, "WBK", gates_for(LKE, "WBK", score))
    assert (result["instrument"], result["instrument_hash"], result["target"]) == ("lke-2021", LKE.content_hash, "WBK")
    assert result["unanswered"] == ["B.I.a", "B.II.a"]
    assert (result["total"], result["pengungkit"], result["hasil"]) == ("65.000000", "60.000000", "5.000000")
    assert result["areas"]["TL"] == {"score": "7.000000", "percent": "100.000000"}
    assert result["passed"] is False
