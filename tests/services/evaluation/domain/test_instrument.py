"""The instruments that stand in the repository: complete, and beside each other."""

from __future__ import annotations

from collections import Counter

import pytest

from services.evaluation.domain.instrument import Instrument, ScaleKind
from services.evaluation.instrument_files import available, load

LKE = load("lke-2021")
INSTRUMENTS = [load(id_) for id_ in available()]


def test_the_instrument_of_2021_has_110_and_3_questions_of_the_printed_kinds() -> None:
    kinds = Counter(q.scale.name for id_, q in LKE.questions.items() if id_.startswith("A."))
    assert kinds == {"ya_tidak": 17, "abc": 36, "abcd": 33, "abcde": 16, "persen": 8}
    assert [q.scale.name for id_, q in LKE.questions.items() if id_.startswith("B.")] == [
        "nilai_0_4",
        "abcde",
        "nilai_0_4",
    ]
    assert Counter(id_[:4] for id_ in LKE.questions) == {"A.I.": 87, "A.II": 23, "B.I.": 2, "B.II": 1}


def test_the_areas_of_2021_have_their_weights() -> None:
    weights = {code: int(area.weight) for code, area in LKE.areas.items()}
    assert weights == {"MP": 8, "TL": 7, "SDM": 10, "AK": 10, "PW": 15, "PP": 10}


def test_the_areas_of_2014_have_theirs() -> None:
    weights = {code: int(area.weight) for code, area in load("lke-2014").areas.items()}
    assert weights == {"MP": 5, "TL": 5, "SDM": 15, "AK": 10, "PW": 15, "PP": 10}
    assert len(load("lke-2014").questions) == 81 + 3


@pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda instrument: instrument.id)
def test_weights_add_up_at_every_level(instrument: Instrument) -> None:
    assert sum(component.weight for component in instrument.components) == 100
    for component in instrument.components:
        assert sum(aspect.weight for aspect in component.aspects) == component.weight
        for aspect in component.aspects:
            assert sum(sub.weight for sub in aspect.subindicators) == aspect.weight
            for area in aspect.areas:
                assert sum(sub.weight for sub in area.subindicators) == area.weight
    assert sum(area.weight for area in instrument.areas.values()) == instrument.components[0].weight


@pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda instrument: instrument.id)
def test_every_question_can_be_shown_in_both_languages(instrument: Instrument) -> None:
    for question in instrument.questions.values():
        assert all(question.text)
        for item in question.ratio.inputs if question.ratio else ():
            assert all(item.label)


def test_every_option_of_2021_is_worded_unless_the_regulation_prints_none() -> None:
    silent = [
        (question.id, option.letter)
        for question in LKE.questions.values()
        for option in question.options
        if not option.text
    ]
    assert silent == []


def test_the_evaluators_answer_all_but_the_surveys() -> None:
    assert set(LKE.questions) - set(LKE.reviewed) == {"B.I.a", "B.II.a"}


def test_every_zero_rule_says_whether_it_is_practice_or_a_guess() -> None:
    rules = {id_: q.ratio.zero.status for id_, q in LKE.questions.items() if q.ratio is not None}
    assert rules == {
        "A.II.MP.i.a": "guess",
        "A.II.MP.i.b": "guess",
        "A.II.SDM.iii.a": "practice",
        "A.II.AK.i.a": "guess",
        "A.II.PW.ii.a": "practice",
        "A.II.PW.iii.1.a": "guess",
        "A.II.PW.iii.2.a": "guess",
        "A.II.PP.i.b": "guess",
    }


def test_a_question_of_counts_has_no_options_and_no_other_has_counts() -> None:
    for question in LKE.questions.values():
        assert (question.ratio is not None) == (question.scale.kind is ScaleKind.RATIO)
        assert bool(question.options) == (question.scale.kind is ScaleKind.OPTION)
