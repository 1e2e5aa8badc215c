"""Points are exact, bounded and monotonic; several people's sheets are averaged; surveys replace their questions."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.domain.answers import read_answers
from services.evaluation.domain.instrument import Instrument
from services.evaluation.domain.scoring import (
    Score,
    SurveyIndices,
    mean_of_layers,
    read_surveys,
    score_answers,
    score_values,
    value_of,
    values_of,
)
from services.evaluation.instrument_files import available, load, load_document
from shared.failures import InvalidInput
from tests.services.evaluation.domain.sheets import sheets, unhurried, uniform_sheet

LKE = load("lke-2021")
INSTRUMENTS = [load(id_) for id_ in available()]
DOCUMENTS = {id_: load_document(id_) for id_ in available()}
VALUES = st.dictionaries(st.sampled_from(list(LKE.questions)), st.fractions(0, 1, max_denominator=60), max_size=12)


def _score(instrument: Instrument, raw: Mapping[str, Any]) -> Score:
    return score_answers(instrument, read_answers(instrument, raw))


@pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda instrument: instrument.id)
def test_the_best_sheet_is_exactly_one_hundred_and_every_part_full(instrument: Instrument) -> None:
    score = _score(instrument, uniform_sheet(instrument, best=True))
    assert (score.total, score.pengungkit, score.hasil) == (100, 60, 40)
    assert all(area.percent == 100 and area.score == area.weight for area in score.areas.values())
    assert all(points == instrument.subindicators[id_].weight for id_, points in score.subindicators.items())
    assert score.answered == set(instrument.questions)


@pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda instrument: instrument.id)
def test_the_worst_and_the_empty_sheet_are_zero(instrument: Instrument) -> None:
    assert _score(instrument, uniform_sheet(instrument, best=False)).total == 0
    empty = _score(instrument, {})
    assert empty.total == 0
    assert not empty.answered


@unhurried
@given(st.data(), st.sampled_from(available()))
def test_every_number_lies_between_nothing_and_its_weight(data: st.DataObject, instrument_id: str) -> None:
    instrument = load(instrument_id)
    score = _score(instrument, data.draw(sheets(instrument)))
    assert all(0 <= value <= 1 for value in score.values.values())
    assert all(0 <= points <= instrument.subindicators[id_].weight for id_, points in score.subindicators.items())
    assert all(0 <= score.aspects[aspect.id] <= aspect.weight for aspect in instrument.aspects)
    assert all(0 <= area.percent <= 100 for area in score.areas.values())
    assert 0 <= score.total <= 100


@unhurried
@given(st.data(), st.sampled_from(available()))
def test_every_level_is_the_sum_of_the_level_below(data: st.DataObject, instrument_id: str) -> None:
    instrument = load(instrument_id)
    score = _score(instrument, data.draw(sheets(instrument)))
    assert score.total == score.pengungkit + score.hasil == sum(score.subindicators.values())
    assert sum(area.score for area in score.areas.values()) == score.pengungkit
    assert sum(score.aspects.values()) == score.total


@unhurried
@given(st.data(), st.sampled_from(available()))
def test_the_total_agrees_with_a_second_reading_of_the_file(data: st.DataObject, instrument_id: str) -> None:
    instrument = load(instrument_id)
    raw = read_answers(instrument, data.draw(sheets(instrument)))
    assert score_answers(instrument, raw).total == _total_by_hand(DOCUMENTS[instrument.id], raw)


@unhurried
@given(st.data())
def test_a_better_option_never_lowers_any_number(data: st.DataObject) -> None:
    raw = data.draw(sheets(LKE))
    choices = [id_ for id_, question in LKE.questions.items() if question.options]
    question = LKE.questions[data.draw(st.sampled_from(choices))]
    worse, better = data.draw(
        st.tuples(st.integers(0, len(question.options) - 1), st.integers(0, len(question.options) - 1)).map(
            lambda pair: (max(pair), min(pair))
        )
    )
    low = _score(LKE, {**raw, question.id: question.options[worse].letter})
    high = _score(LKE, {**raw, question.id: question.options[better].letter})
    _assert_nowhere_lower(low, high)


@unhurried
@given(sheets(LKE), st.integers(0, 400), st.integers(0, 400))
def test_a_higher_index_never_lowers_any_number(raw: dict[str, Any], one: int, other: int) -> None:
    low, high = sorted((one, other))
    sheets_by_index = [{**raw, "B.I.a": f"{index / 100:.2f}"} for index in (low, high)]
    _assert_nowhere_lower(*(_score(LKE, sheet) for sheet in sheets_by_index))


@unhurried
@given(sheets(LKE), st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
def test_more_done_of_the_same_never_lowers_any_number(raw: dict[str, Any], whole: int, one: int, other: int) -> None:
    less, more = sorted((one, other))
    for id_, of, done in [
        ("A.II.AK.i.a", "jumlah_sasaran", "tercapai_100"),
        ("A.II.PW.ii.a", "harus", "selesai"),
        ("A.II.MP.i.a", "jumlah_agen", "jumlah_perubahan"),
        ("A.II.PP.i.b", "terdaftar", "dipermudah"),
    ]:
        low, high = (_score(LKE, {**raw, id_: {of: whole, done: count}}) for count in (less, more))
        _assert_nowhere_lower(low, high)
    fewer, many = less, more
    worse, better = (
        _score(LKE, {**raw, "A.II.SDM.iii.a": {"tahun_lalu": whole, "tahun_ini": count}}) for count in (many, fewer)
    )
    _assert_nowhere_lower(worse, better)


@unhurried
@given(sheets(LKE), st.data())
def test_leaving_a_question_out_is_the_same_as_its_worst_answer(raw: dict[str, Any], data: st.DataObject) -> None:
    id_ = data.draw(st.sampled_from(list(LKE.questions)))
    worst = uniform_sheet(LKE, best=False)[id_]
    without = {key: answer for key, answer in raw.items() if key != id_}
    assert _score(LKE, without).total == _score(LKE, {**raw, id_: worst}).total


def test_an_answer_that_was_not_read_is_refused_loudly() -> None:
    for id_, answer in [("A.I.MP.i.a", "X"), ("B.I.a", "5"), ("A.II.AK.i.a", "A"), ("A.I.MP.i.a", {"a": 1})]:
        with pytest.raises(ValueError, match=id_):
            value_of(LKE.questions[id_], answer)


@unhurried
@given(st.lists(VALUES, min_size=1, max_size=4))
def test_the_mean_of_sheets_is_the_mean_of_their_scores(layers: list[dict[str, Fraction]]) -> None:
    mean = score_values(LKE, mean_of_layers(LKE, layers))
    each = [score_values(LKE, layer) for layer in layers]
    assert mean.total == sum(score.total for score in each) / len(each)
    assert mean.answered == frozenset().union(*(score.answered for score in each))


@unhurried
@given(VALUES, st.integers(1, 5))
def test_the_mean_of_equal_sheets_is_the_sheet(layer: dict[str, Fraction], times: int) -> None:
    assert mean_of_layers(LKE, [layer] * times) == layer


def test_a_question_that_one_of_three_leaves_out_counts_as_zero_there() -> None:
    layers = [{"A.I.MP.i.a": Fraction(1)}, {"A.I.MP.i.a": Fraction(1)}, {}]
    assert mean_of_layers(LKE, layers) == {"A.I.MP.i.a": Fraction(2, 3)}


def test_the_mean_of_no_sheet_is_refused() -> None:
    with pytest.raises(ValueError, match="no layer"):
        mean_of_layers(LKE, [])


def test_survey_indices_take_the_place_of_their_questions() -> None:
    surveys = read_surveys(LKE, "3.72", "3.51")
    assert surveys == SurveyIndices(Fraction(372, 100), Fraction(351, 100))
    own = {"B.I.a": Fraction(1), "B.I.b": Fraction(1)}
    score = score_values(LKE, own, surveys)
    assert score.subindicators["B.I.a"] == Fraction(372, 400) * Fraction(35, 2)
    assert score.subindicators["B.II.a"] == Fraction(351, 400) * Fraction(35, 2)
    assert score.subindicators["B.I.b"] == 5
    assert {"B.I.a", "B.II.a"} <= score.answered


@pytest.mark.parametrize(
    ("ipak", "ipkp", "places"),
    [
        ("4.01", "3", ["/ipak"]),
        ("3", 3.5, ["/ipkp"]),
        (None, "", ["/ipak", "/ipkp"]),
        ("3,5", "-1", ["/ipak", "/ipkp"]),
    ],
)
def test_survey_indices_that_are_no_indices_are_refused(ipak: Any, ipkp: Any, places: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_surveys(LKE, ipak, ipkp)
    assert [error["pointer"] for error in refused.value.errors] == places


@pytest.mark.parametrize("values", [{"X": Fraction(1)}, {"B.I.b": Fraction(2)}, {"B.I.b": Fraction(-1)}])
def test_values_that_no_answer_has_are_refused_loudly(values: dict[str, Fraction]) -> None:
    with pytest.raises(ValueError, match=next(iter(values))):
        score_values(LKE, values)


def test_a_survey_index_above_the_scale_is_refused_loudly() -> None:
    with pytest.raises(ValueError, match="outside"):
        score_values(LKE, {}, SurveyIndices(Fraction(5), Fraction(3)))


def test_a_score_of_answers_is_the_score_of_their_values() -> None:
    answers = read_answers(LKE, {"A.I.MP.i.a": "Ya", "A.II.AK.i.a": {"jumlah_sasaran": 10, "tercapai_100": 8}})
    assert score_answers(LKE, answers).total == score_values(LKE, values_of(LKE, answers)).total


def _assert_nowhere_lower(low: Score, high: Score) -> None:
    assert low.total <= high.total
    assert all(points <= high.subindicators[id_] for id_, points in low.subindicators.items())
    assert all(area.percent <= high.areas[code].percent for code, area in low.areas.items())


def _total_by_hand(document: Any, answers: Mapping[str, Any]) -> Fraction:
    """The total straight from the file's data, as one would do it on paper."""
    total = Fraction(0)
    for component in document["components"]:
        for aspect in component["aspects"]:
            for area in aspect.get("areas", []):
                for sub in area["subindicators"]:
                    worth = [_worth(document, question, answers.get(question["id"])) for question in sub["questions"]]
                    total += Fraction(sub["weight"]) * sum(worth) / len(worth)
            for item in aspect.get("items", []):
                answer = answers.get(item["question"]["id"])
                total += Fraction(item["weight"]) * _worth(document, item["question"], answer)
    return total


def _worth(document: Any, question: Any, answer: Any) -> Fraction:
    if answer is None:
        return Fraction(0)
    scale = document["scales"][question["scale"]]
    if scale["kind"] == "index":
        return Fraction(answer) / Fraction(scale["maximum"])
    if scale["kind"] == "option":
        return Fraction(scale["values"][answer])
    below = question["ratio"]["formula"].rsplit(" / ", 1)[1]
    if answer[below] == 0:
        zero = question["ratio"]["zero_denominator"]
        both = answer.get("tahun_ini") == 0 and "value_if_numerator_zero" in zero
        return Fraction(zero["value_if_numerator_zero"] if both else zero["value"])
    exact = {key: Fraction(count) for key, count in answer.items()}
    ratio = eval(question["ratio"]["formula"], {"__builtins__": {}}, exact)  # the repository's own file
    return Fraction(min(max(ratio, Fraction(0)), Fraction(1)))
