"""The preview of a draft: what it promises of a step is what the engine gives for the answer."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings

from services.evaluation.domain.answers import Answer, read_answers
from services.evaluation.domain.instrument import ScaleKind
from services.evaluation.domain.preview import Step, preview_document, preview_of
from services.evaluation.domain.scoring import score_answers
from services.evaluation.instrument_files import load
from shared.failures import InvalidInput
from tests.services.evaluation.domain.sheets import sheets, uniform_sheet

LKE = load("lke-2021")


def steps_of(answers: dict[str, Any]) -> dict[str, Step]:
    return {step.question: step for step in preview_of(LKE, "WBK", read_answers(LKE, answers)).steps}


def chosen(step: Step) -> Answer | None:
    """The answer that a step proposes, where it is one to choose."""
    option = LKE.questions[step.question].scale.kind is ScaleKind.OPTION
    return step.next if option else None


@settings(max_examples=15, derandomize=True, deadline=None, database=None)
@given(sheets(LKE))
def test_a_step_brings_exactly_the_points_that_it_promises(sheet: dict[str, Any]) -> None:
    read = read_answers(LKE, sheet)
    before = score_answers(LKE, read).total
    for step in preview_of(LKE, "WBK", read).steps[::7]:
        if (answer := chosen(step)) is not None:
            assert score_answers(LKE, {**read, step.question: answer}).total - before == step.points


def test_the_next_option_is_the_smallest_step_up() -> None:
    five = next(id_ for id_, question in LKE.questions.items() if question.scale.name == "abcde")
    assert [steps_of({five: letter})[five].next for letter in "EDCBA"] == ["D", "C", "B", "A", None]
    assert steps_of({})[five].next == "D"  # an open question counts as the last option


def test_counts_and_indices_have_no_next_option_and_tell_the_most_that_counts() -> None:
    steps = steps_of({"B.I.a": "3.00"})
    assert (steps["B.I.a"].next, steps["B.I.a"].points) == ("4", Fraction("17.5") / 4)
    ratio = next(id_ for id_, question in LKE.questions.items() if question.ratio)
    assert steps[ratio].next == "100%"


def test_the_best_sheet_has_nothing_left_to_gain() -> None:
    steps = steps_of(uniform_sheet(LKE, best=True)).values()
    assert {(step.next, step.points) for step in steps} == {(None, Fraction(0))}


def test_every_question_has_its_step_in_the_sheets_order() -> None:
    assert list(steps_of({})) == list(LKE.questions)


def test_the_weakest_area_is_the_one_with_the_lowest_percent() -> None:
    best = uniform_sheet(LKE, best=True)
    for id_ in [id_ for id_ in best if id_.startswith("A.I.AK.")]:
        del best[id_]
    assert preview_of(LKE, "WBK", read_answers(LKE, best)).weakest == "AK"


def test_each_gate_tells_what_it_still_wants_in_its_own_measure() -> None:
    best = uniform_sheet(LKE, best=True) | {"B.I.b": "E"}
    document = preview_document(preview_of(LKE, "WBK", read_answers(LKE, best)), "WBK")
    missing = {gate["gate"]: gate["missing"] for gate in document["gates"] if not gate["passed"]}
    assert missing == {"birokrasi_bersih": "0.750000", "kinerja": "2.500000"}
    assert document["passed"] is False
    assert {gate["missing"] for gate in document["gates"] if gate["passed"]} == {"0.000000"}


def test_a_target_without_gates_is_refused() -> None:
    with pytest.raises(InvalidInput):
        preview_of(LKE, "WBX", {})
