"""What changed between two versions of the instrument, and which of last year's answers still answer something."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from services.evaluation import instrument_files
from services.evaluation.domain.answers import read_answers
from services.evaluation.domain.carrying import REASONS, carry_over
from services.evaluation.domain.instrument import Instrument, Question, SubIndicator
from services.evaluation.domain.instrument_changes import changes_between
from tests.services.evaluation.domain.sheets import uniform_sheet

OLD, NEW = instrument_files.load("lke-2014"), instrument_files.load("lke-2021")
OPTION, RATIO, INDEX = "A.I.MP.i.b", "A.II.AK.i.a", "B.I.a"
EVERY = read_answers(NEW, uniform_sheet(NEW, best=True))


def with_subindicator(instrument: Instrument, sub: SubIndicator) -> Instrument:
    """The instrument with one sub-indicator of an area in the place of that of the same id."""

    def swapped(subs: tuple[SubIndicator, ...]) -> tuple[SubIndicator, ...]:
        return tuple(sub if one.id == sub.id else one for one in subs)

    components = tuple(
        replace(
            part,
            aspects=tuple(
                replace(
                    aspect,
                    areas=tuple(replace(area, subindicators=swapped(area.subindicators)) for area in aspect.areas),
                    items=swapped(aspect.items),
                )
                for aspect in part.aspects
            ),
        )
        for part in instrument.components
    )
    return replace(instrument, components=components)


def with_question(instrument: Instrument, question: Question, id: str | None = None) -> Instrument:
    """The instrument with a question in the place of `id`, or of that of the same id."""
    taken = id or question.id
    [sub] = [one for one in instrument.subindicators.values() if any(q.id == taken for q in one.questions)]
    questions = tuple(question if one.id == taken else one for one in sub.questions)
    return with_subindicator(instrument, replace(sub, questions=questions))


def test_an_instrument_does_not_differ_from_itself() -> None:
    changes = changes_between(NEW, NEW)
    assert (changes.questions, changes.weights, changes.limits) == ((), (), ())


def test_the_list_from_2014_to_2021_names_questions_weights_and_limits() -> None:
    changes = changes_between(OLD, NEW)
    kinds = {one.question: (one.before is None, one.after is None) for one in changes.questions}
    assert kinds["A.II.AK.i.a"] == (True, False)
    assert {id for id, kind in kinds.items() if kind == (False, True)} == OLD.questions.keys() - NEW.questions.keys()
    assert {id for id, kind in kinds.items() if kind == (True, False)} == NEW.questions.keys() - OLD.questions.keys()
    weights = {one.of: (one.before, one.after) for one in changes.weights}
    assert weights["SDM"] == (15, 10)
    assert weights["A.II"] == (None, 30)
    assert "A" not in weights
    limits = {one.of: (one.before, one.after) for one in changes.limits}
    assert limits["WBK/area_MP"] == (None, 60)
    assert limits["WBK/bebas_kkn"] == (18, None)
    assert "WBK/total" not in limits


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"text": ("Lain", "Other")}, ("text",)),
        ({"survey": "ipak"}, ("survey",)),
        ({"note": "catatan"}, None),
    ],
)
def test_what_changed_in_a_question_is_named(change: dict[str, object], what: tuple[str, ...] | None) -> None:
    question = replace(NEW.questions[OPTION], **change)
    changes = changes_between(NEW, with_question(NEW, question)).questions
    assert [one.what for one in changes] == ([what] if what else [])


def test_last_years_answers_are_copied_where_nothing_changed() -> None:
    carried = carry_over(NEW, NEW, EVERY, ())
    assert (carried.copied, carried.left) == (EVERY, ())


def test_counts_and_indices_are_named_to_be_looked_at_again() -> None:
    carried = carry_over(NEW, NEW, EVERY, ())
    assert set(carried.look_again) == {
        id for id, one in NEW.questions.items() if one.ratio or one.scale.maximum is not None
    }


def test_nothing_that_was_answered_this_year_is_touched() -> None:
    carried = carry_over(NEW, NEW, EVERY, {OPTION})
    assert [(one.question, one.reason) for one in carried.left] == [(OPTION, "answered_already")]
    assert OPTION not in carried.copied


def test_an_answer_to_a_question_that_reads_differently_is_left_and_shown() -> None:
    question = replace(NEW.questions[OPTION], text=("Lain", "Other"))
    [left] = carry_over(NEW, with_question(NEW, question), EVERY, ()).left
    assert (left.question, left.reason, left.answer) == (OPTION, "asked_differently", EVERY[OPTION])


def test_an_answer_to_a_question_that_is_gone_is_left() -> None:
    moved = replace(NEW.questions[OPTION], id="A.I.MP.i.z")
    [left] = carry_over(NEW, with_question(NEW, moved, OPTION), EVERY, ()).left
    assert (left.question, left.reason) == (OPTION, "not_asked_any_more")


def test_other_weights_are_no_reason_to_answer_again() -> None:
    sub = next(one for one in NEW.subindicators.values() if one.questions[0].id == RATIO)
    heavier = with_subindicator(NEW, replace(sub, weight=sub.weight + Fraction(1)))
    assert carry_over(NEW, heavier, EVERY, ()).copied == EVERY


def test_everything_of_2014_is_accounted_for_in_2021() -> None:
    last = read_answers(OLD, uniform_sheet(OLD, best=True))
    carried = carry_over(OLD, NEW, last, ())
    assert {*carried.copied, *(one.question for one in carried.left)} == last.keys()
    assert {one.reason for one in carried.left} == {"not_asked_any_more", "asked_differently"}
    assert {one.reason for one in carried.left} <= REASONS.keys()
