"""Points from answers, exactly: question → sub-indicator → aspect and area → component → total.

A question is worth 0..1; a sub-indicator is its weight times the mean of ALL its questions, an unanswered
one being 0; everything above is a sum. Nothing is rounded here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.evaluation.domain.answers import Answer, index_fault, read_index
from services.evaluation.domain.faults import Fault, refuse
from services.evaluation.domain.instrument import Instrument, Question, Ratio, ScaleKind, SubIndicator

ZERO = Fraction(0)
ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class SurveyIndices:
    """What the external surveys found, as indices on the instrument's scale (0..4)."""

    ipak: Fraction
    ipkp: Fraction


@dataclass(frozen=True, slots=True)
class AreaScore:
    """Points of a change area over all aspects, its weight, and 100 × score / weight."""

    score: Fraction
    weight: Fraction
    percent: Fraction


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """Every number of one sheet. `values` has each question (0..1); the other maps hold points by id.

    `answered` names the questions that had a value; the others counted as 0.
    """

    instrument: Instrument
    values: Mapping[str, Fraction]
    answered: frozenset[str]
    subindicators: Mapping[str, Fraction]
    aspects: Mapping[str, Fraction]
    areas: Mapping[str, AreaScore]
    components: Mapping[str, Fraction]
    total: Fraction

    @property
    def pengungkit(self) -> Fraction:
        return self.components["A"]

    @property
    def hasil(self) -> Fraction:
        return self.components["B"]


def value_of(question: Question, answer: Answer) -> Fraction:
    """What an answer is worth, 0..1. The answer must have been read by `read_answers`.

    Raises ValueError for an answer that the question does not take.
    """
    if question.ratio is not None and isinstance(answer, Mapping):
        return ratio_value(question.ratio, answer)
    if question.scale.kind is ScaleKind.INDEX and question.scale.maximum is not None:
        index = read_index(answer, question.scale.maximum)
        if index is not None:
            return index / question.scale.maximum
    for letter, value in question.scale.values:
        if letter == answer:
            return value
    raise ValueError(f"{question.id} does not take {answer!r}; read answers with read_answers first")


def ratio_value(ratio: Ratio, counts: Mapping[str, int]) -> Fraction:
    """The clamped ratio of the counts; with a zero denominator, what the instrument's zero rule says."""
    numerator = sum(counts[key] for key in ratio.plus) - sum(counts[key] for key in ratio.minus)
    denominator = counts[ratio.denominator]
    if denominator == 0:
        return ratio.zero.value_if_numerator_zero if numerator == 0 else ratio.zero.value
    return min(max(Fraction(numerator, denominator), ratio.floor), ratio.ceiling)


def values_of(instrument: Instrument, answers: Mapping[str, Answer]) -> dict[str, Fraction]:
    """What each answered question is worth."""
    return {id_: value_of(instrument.questions[id_], answer) for id_, answer in answers.items()}


def mean_of_layers(instrument: Instrument, layers: Sequence[Mapping[str, Fraction]]) -> dict[str, Fraction]:
    """The mean value of each question over several people's sheets; one that a sheet leaves out is 0 there.

    Questions that no sheet answers stay unanswered. Raises ValueError without any sheet.
    """
    if not layers:
        raise ValueError("the mean of no layer is undefined")
    answered = [id_ for id_ in instrument.questions if any(id_ in layer for layer in layers)]
    return {id_: sum((layer.get(id_, ZERO) for layer in layers), ZERO) / len(layers) for id_ in answered}


def read_surveys(instrument: Instrument, ipak: object, ipkp: object) -> SurveyIndices:
    """Survey indices from decimal text. Raises InvalidInput with the pointers /ipak and /ipkp."""
    given = {"ipak": ipak, "ipkp": ipkp}
    read: dict[str, Fraction] = {}
    faults: list[Fault] = []
    for question in _survey_questions(instrument):
        name, maximum = str(question.survey), question.scale.maximum or ZERO
        index = read_index(given[name], maximum)
        if index is None:
            faults.append(index_fault((name,), name, given[name], maximum))
        else:
            read[name] = index
    refuse(faults)
    return SurveyIndices(**read)


def score_answers(instrument: Instrument, answers: Mapping[str, Answer], surveys: SurveyIndices | None = None) -> Score:
    """The score of one sheet of read answers."""
    return score_values(instrument, values_of(instrument, answers), surveys)


def score_values(instrument: Instrument, values: Mapping[str, Fraction], surveys: SurveyIndices | None = None) -> Score:
    """The score of question values (0..1); survey indices take the place of their questions' values.

    Raises ValueError for a question that the instrument does not have or a value outside 0..1.
    """
    known = {**_checked(instrument, values), **_survey_values(instrument, surveys)}
    every = {id_: known.get(id_, ZERO) for id_ in instrument.questions}
    subs = {id_: _points(sub, every) for id_, sub in instrument.subindicators.items()}
    aspects = {aspect.id: _sum(subs[sub.id] for sub in aspect.subindicators) for aspect in instrument.aspects}
    components = {part.code: _sum(aspects[aspect.id] for aspect in part.aspects) for part in instrument.components}
    return Score(
        instrument=instrument,
        values=every,
        answered=frozenset(known),
        subindicators=subs,
        aspects=aspects,
        areas=_area_scores(instrument, subs),
        components=components,
        total=_sum(components.values()),
    )


def _points(sub: SubIndicator, values: Mapping[str, Fraction]) -> Fraction:
    return sub.weight * _sum(values[question.id] for question in sub.questions) / len(sub.questions)


def _area_scores(instrument: Instrument, subs: Mapping[str, Fraction]) -> dict[str, AreaScore]:
    points = dict.fromkeys(instrument.areas, ZERO)
    for area in (area for aspect in instrument.aspects for area in aspect.areas):
        points[area.code] += _sum(subs[sub.id] for sub in area.subindicators)
    return {
        code: AreaScore(points[code], total.weight, 100 * points[code] / total.weight)
        for code, total in instrument.areas.items()
    }


def _checked(instrument: Instrument, values: Mapping[str, Fraction]) -> Mapping[str, Fraction]:
    for id_, value in values.items():
        if id_ not in instrument.questions:
            raise ValueError(f"{id_} is no question of {instrument.id}")
        if not ZERO <= value <= ONE:
            raise ValueError(f"{id_} has the value {value}, outside 0..1")
    return values


def _survey_questions(instrument: Instrument) -> list[Question]:
    return [question for question in instrument.questions.values() if question.survey is not None]


def _survey_values(instrument: Instrument, surveys: SurveyIndices | None) -> dict[str, Fraction]:
    if surveys is None:
        return {}
    index = {"ipak": surveys.ipak, "ipkp": surveys.ipkp}
    found = {q.id: index[str(q.survey)] / (q.scale.maximum or ONE) for q in _survey_questions(instrument)}
    return dict(_checked(instrument, found))


def _sum(points: Iterable[Fraction]) -> Fraction:
    return sum(points, ZERO)
