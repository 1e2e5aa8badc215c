"""The places on an evaluator's document."""

from __future__ import annotations

import pytest

from services.evaluation.domain.evaluator import Evaluator, Reservation, release, reserve
from services.evaluation.errors import EvaluatorFull
from tests.services.evaluation.samples import CYCLE, NOW, evaluator


def wanted(proposal: str, round: int = 1, cycle: str = CYCLE) -> Reservation:
    return Reservation(proposal, cycle, round, NOW)


def holding(*proposals: str, max_load: int = 10) -> Evaluator:
    held = evaluator(1, max_load=max_load)
    for proposal in proposals:
        held = reserve(held, wanted(proposal), max_load=30)
    return held


def test_reserving_twice_holds_one_place() -> None:
    assert holding("p1", "p1").load_in(CYCLE) == 1


def test_the_load_stops_at_the_evaluators_own_limit() -> None:
    with pytest.raises(EvaluatorFull):
        reserve(holding("p1", "p2", max_load=2), wanted("p3"), max_load=30)


def test_the_load_stops_at_the_limit_of_the_cycle() -> None:
    with pytest.raises(EvaluatorFull):
        reserve(holding("p1", "p2"), wanted("p3"), max_load=2)


def test_a_full_evaluator_keeps_the_place_that_is_renewed() -> None:
    renewed = reserve(holding("p1", max_load=1), wanted("p1", round=2), max_load=30)
    assert renewed.reservation_of("p1") == wanted("p1", round=2)
    assert renewed.load_in(CYCLE) == 1


def test_an_older_round_does_not_take_a_renewed_place_back() -> None:
    renewed = reserve(holding("p1"), wanted("p1", round=2), max_load=30)
    assert reserve(renewed, wanted("p1", round=1), max_load=30) == renewed
    assert release(renewed, "p1", up_to_round=1) == renewed
    assert release(renewed, "p1", up_to_round=2).reservations == ()


def test_the_load_counts_by_cycle() -> None:
    held = reserve(holding("p1", max_load=1), wanted("q1", cycle="2027"), max_load=30)
    assert held.loads == {CYCLE: 1, "2027": 1}


def test_releasing_what_is_not_held_changes_nothing() -> None:
    held = holding("p1")
    assert release(held, "p2") == held


def test_releasing_gives_one_place_back() -> None:
    assert [one.proposal for one in release(holding("p1", "p2"), "p1").reservations] == ["p2"]
