"""Who evaluates: hard exclusions with their reason, the least loaded first, the same choice every time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.domain.assignment import Evaluator, Proposal, choose_evaluators
from tests.services.evaluation.domain.sheets import unhurried

PROPOSAL = Proposal("L3171-RSUD-01.2026.1", "L3171", "31", "health", frozenset({"e2", "e5"}))
INSTITUTIONS = st.sampled_from(["L3171", "K01", "B02", "L32"])
EVALUATORS = st.lists(
    st.builds(
        Evaluator,
        id=st.integers(0, 40).map(lambda number: f"e{number}"),
        institution=INSTITUTIONS,
        load=st.integers(0, 6),
        max_load=st.none() | st.integers(0, 8),
        conflicts=st.frozensets(st.sampled_from([PROPOSAL.id, "other"])),
    ),
    unique_by=lambda evaluator: evaluator.id,
    max_size=25,
)


def _evaluator(id_: str, load: int = 0, **changes: object) -> Evaluator:
    return replace(Evaluator(id_, "K01", load), **changes)  # type: ignore[arg-type] # names of the dataclass


@unhurried
@given(EVALUATORS, st.integers(0, 5), st.integers(0, 7))
def test_the_chosen_are_allowed_and_the_excluded_are_not(pool: list[Evaluator], count: int, max_load: int) -> None:
    found = choose_evaluators(PROPOSAL, pool, count=count, max_load=max_load)
    by_id = {evaluator.id: evaluator for evaluator in pool}
    for id_ in found.chosen:
        chosen = by_id[id_]
        assert chosen.institution != PROPOSAL.institution
        assert chosen.load < min(max_load, max_load if chosen.max_load is None else chosen.max_load)
        assert PROPOSAL.id not in chosen.conflicts
        assert id_ not in PROPOSAL.previous_evaluators
    free = [evaluator for evaluator in pool if evaluator.id not in found.exclusions]
    assert len(found.chosen) == len(set(found.chosen)) == min(count, len(free))
    assert found.missing == count - len(found.chosen)


@unhurried
@given(EVALUATORS, st.integers(0, 5))
def test_nobody_who_is_free_has_less_load_than_one_who_is_chosen(pool: list[Evaluator], count: int) -> None:
    found = choose_evaluators(PROPOSAL, pool, count=count, max_load=7)
    load = {evaluator.id: evaluator.load for evaluator in pool}
    waiting = [load[id_] for id_ in load if id_ not in found.exclusions and id_ not in found.chosen]
    assert all(load[id_] <= least for id_ in found.chosen for least in waiting)


@unhurried
@given(EVALUATORS, st.randoms(use_true_random=False))
def test_the_order_of_the_list_changes_nothing(pool: list[Evaluator], random: object) -> None:
    shuffled = list(pool)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis hands a random.Random
    one = choose_evaluators(PROPOSAL, pool, count=3, max_load=5)
    assert one == choose_evaluators(PROPOSAL, shuffled, count=3, max_load=5)


@pytest.mark.parametrize(
    ("evaluator", "reason"),
    [
        (_evaluator("e1", institution="L3171"), "institution"),
        (_evaluator("e1", conflicts=frozenset({PROPOSAL.id})), "conflict"),
        (_evaluator("e2"), "previous"),
        (_evaluator("e1", load=3), "full"),
        (_evaluator("e1", load=1, max_load=1), "full"),
        (_evaluator("e1", max_load=0), "full"),
        # Lasting reasons are told before a load that may pass.
        (_evaluator("e2", load=9, institution="L3171", conflicts=frozenset({PROPOSAL.id})), "institution"),
        (_evaluator("e2", load=9, conflicts=frozenset({PROPOSAL.id})), "conflict"),
        (_evaluator("e2", load=9), "previous"),
    ],
)
def test_an_excluded_evaluator_keeps_the_reason(evaluator: Evaluator, reason: str) -> None:
    found = choose_evaluators(PROPOSAL, [evaluator], count=3, max_load=3)
    assert (found.chosen, found.missing, found.exclusions) == ((), 3, {evaluator.id: reason})


def test_an_own_bound_above_the_cycles_does_not_lift_it() -> None:
    found = choose_evaluators(PROPOSAL, [_evaluator("e1", load=3, max_load=30)], count=1, max_load=3)
    assert found.exclusions == {"e1": "full"}


def test_equals_are_not_chosen_by_name() -> None:
    pool = [_evaluator(f"e{number}") for number in range(10, 30)]
    firsts = {
        choose_evaluators(replace(PROPOSAL, id=f"p{number}"), pool, count=1, max_load=9).chosen[0]
        for number in range(200)
    }
    assert len(firsts) == len(pool)


def test_a_choice_made_today_is_the_choice_made_tomorrow() -> None:
    pool = [_evaluator(f"e{number}") for number in range(10, 20)]
    assert choose_evaluators(PROPOSAL, pool, count=3, max_load=9).chosen == ("e17", "e18", "e11")


def test_a_repeated_evaluator_or_a_negative_count_is_refused_loudly() -> None:
    with pytest.raises(ValueError, match="twice"):
        choose_evaluators(PROPOSAL, [_evaluator("e1"), _evaluator("e1")], count=1, max_load=1)
    with pytest.raises(ValueError, match="-1"):
        choose_evaluators(PROPOSAL, [], count=-1, max_load=1)
