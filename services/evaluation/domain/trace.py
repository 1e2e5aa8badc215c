"""How each number of a score came about, as plain data: exact fractions as text, with the sum that made them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from services.evaluation.domain.answers import Answer
from services.evaluation.domain.gates import GateResult
from services.evaluation.domain.instrument import Area, Aspect, Component, Question, ScaleKind, SubIndicator
from services.evaluation.domain.results import decimal_text, gate_documents
from services.evaluation.domain.scoring import Score

Layers = Sequence[Mapping[str, Fraction]]


def trace(
    score: Score,
    *,
    answers: Mapping[str, Answer] | None = None,
    layers: Layers = (),
    gates: Sequence[GateResult] = (),
) -> dict[str, Any]:
    """The score as a tree: component → aspect → area → sub-indicator → question, each with its formula.

    `answers` explains values by the answers that gave them, `layers` by the sheets whose mean they are.
    Every node has "exact" (a fraction as text), "decimal" (6 places) and "formula"; words in a formula
    stand in Indonesian and English.
    """
    tracer = _Tracer(score, answers or {}, layers)
    components = [tracer.component(part) for part in score.instrument.components]
    return {
        "instrument": score.instrument.id,
        "instrument_hash": score.instrument.content_hash,
        "total": _node("total", score.total, _plus(part["exact"] for part in components)),
        "components": components,
        "areas": [tracer.area_total(code) for code in score.areas],
        "gates": gate_documents(gates),
    }


class _Tracer:
    """Holds what every level of the tree looks up."""

    __slots__ = ("_answers", "_layers", "_score")

    def __init__(self, score: Score, answers: Mapping[str, Answer], layers: Layers) -> None:
        self._score = score
        self._answers = answers
        self._layers = layers

    def component(self, part: Component) -> dict[str, Any]:
        aspects = [self.aspect(aspect) for aspect in part.aspects]
        return _level(part.code, self._score.components[part.code], part.weight, "aspects", aspects)

    def aspect(self, aspect: Aspect) -> dict[str, Any]:
        children = [self.area(area) for area in aspect.areas] or [self.sub(item) for item in aspect.items]
        key = "areas" if aspect.areas else "subindicators"
        return _level(aspect.id, self._score.aspects[aspect.id], aspect.weight, key, children)

    def area(self, area: Area) -> dict[str, Any]:
        subs = [self.sub(sub) for sub in area.subindicators]
        points = sum((self._score.subindicators[sub.id] for sub in area.subindicators), Fraction(0))
        return _level(area.id, points, area.weight, "subindicators", subs)

    def sub(self, sub: SubIndicator) -> dict[str, Any]:
        questions = [self.question(question) for question in sub.questions]
        values = _plus(question["exact"] for question in questions)
        formula = f"{sub.weight} × ({values}) / {len(questions)}"
        node = _node(sub.id, self._score.subindicators[sub.id], formula)
        return {**node, "weight": str(sub.weight), "questions": questions}

    def question(self, question: Question) -> dict[str, Any]:
        node = _node(question.id, self._score.values[question.id], self._formula(question))
        if question.id in self._answers and not self._replaced(question):
            answer = self._answers[question.id]
            node["answer"] = answer if isinstance(answer, str) else dict(answer)
        return node

    def area_total(self, code: str) -> dict[str, Any]:
        area = self._score.areas[code]
        parts = [area.id for aspect in self._score.instrument.aspects for area in aspect.areas if area.code == code]
        node = _node(code, area.score, " + ".join(parts))
        percent = _node("percent", area.percent, f"100 × {area.score} / {area.weight}")
        return {**node, "weight": str(area.weight), "percent": percent}

    def _formula(self, question: Question) -> str:
        if question.id not in self._score.answered:
            return "tak terjawab / unanswered = 0"
        if question.id in self._answers and not self._replaced(question):
            return _answer_formula(question, self._answers[question.id])
        if any(question.id in layer for layer in self._layers):
            values = _plus(str(layer.get(question.id, Fraction(0))) for layer in self._layers)
            return f"({values}) / {len(self._layers)}"
        return self._index_formula(question)

    def _index_formula(self, question: Question) -> str:
        value = self._score.values[question.id]
        if question.survey is None or question.scale.maximum is None:
            return f"nilai / value {value}"
        return f"{question.survey}: {value * question.scale.maximum} / {question.scale.maximum}"

    def _replaced(self, question: Question) -> bool:
        """Whether a survey index stands in the place of the sheet's own answer."""
        answer = self._answers.get(question.id)
        if question.survey is None or question.scale.maximum is None or not isinstance(answer, str):
            return False
        return Fraction(answer) / question.scale.maximum != self._score.values[question.id]


def _answer_formula(question: Question, answer: Answer) -> str:
    if question.ratio is not None and isinstance(answer, Mapping):
        ratio = question.ratio
        counts = ", ".join(f"{key} = {value}" for key, value in answer.items())
        text = f"{ratio.formula} ∈ {ratio.floor}..{ratio.ceiling}; {counts}"
        zero = f"; penyebut nol / zero denominator ({ratio.zero.status}: {ratio.zero.source})"
        return text + zero if answer[ratio.denominator] == 0 else text
    if question.scale.kind is ScaleKind.INDEX:
        return f"{answer} / {question.scale.maximum}"
    return f"{answer} ({question.scale.name})"


def _level(id_: str, points: Fraction, weight: Fraction, key: str, children: list[dict[str, Any]]) -> dict[str, Any]:
    node = _node(id_, points, _plus(child["exact"] for child in children))
    return {**node, "weight": str(weight), key: children}


def _node(id_: str, value: Fraction, formula: str) -> dict[str, Any]:
    return {"id": id_, "exact": str(value), "decimal": decimal_text(value), "formula": formula}


def _plus(terms: Iterable[str]) -> str:
    return " + ".join(terms)
