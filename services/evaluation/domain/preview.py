"""Where a draft stands: which gates hold, which area is weakest, what the next answer to each question would bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from services.evaluation.domain.answers import Answer
from services.evaluation.domain.gates import GateResult, all_passed, gates_for
from services.evaluation.domain.instrument import Instrument, Question, ScaleKind, SubIndicator
from services.evaluation.domain.results import decimal_text, gate_documents
from services.evaluation.domain.scoring import Score, score_answers

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Step:
    """The next better answer to one question, and the points that it alone would add to the total.

    `next` is a letter; for counts and indices, which have no next option, the most that counts ("100%", "4"). None
    when nothing better is left.
    """

    question: str
    subindicator: str
    area: str | None
    answered: bool
    next: str | None
    points: Fraction


@dataclass(frozen=True, slots=True)
class Preview:
    """`weakest`: the area with the lowest percent, the first of several; `steps` in the sheet's order."""

    score: Score
    gates: tuple[GateResult, ...]
    weakest: str | None
    steps: tuple[Step, ...]


def preview_of(instrument: Instrument, target: str, answers: Mapping[str, Answer]) -> Preview:
    """The preview of read answers for a target. Raises InvalidInput (/target) for a target without gates."""
    score = score_answers(instrument, answers)
    areas = {sub.id: area.code for aspect in instrument.aspects for area in aspect.areas for sub in area.subindicators}
    return Preview(
        score=score,
        gates=gates_for(instrument, target, score),
        weakest=min(score.areas, key=lambda code: score.areas[code].percent, default=None),
        steps=tuple(
            _step(question, sub, areas.get(sub.id), score)
            for sub in instrument.subindicators.values()
            for question in sub.questions
        ),
    )


def preview_document(preview: Preview, target: str) -> dict[str, Any]:
    """The preview as the API gives it: decimals as text, `missing` what each gate still wants in its own measure."""
    score = preview.score
    return {
        "instrument": score.instrument.id,
        "target": target,
        "total": decimal_text(score.total),
        "passed": all_passed(preview.gates),
        "gates": [
            {**shown, "missing": decimal_text(max(gate.limit - gate.measured, ZERO))}
            for shown, gate in zip(gate_documents(preview.gates), preview.gates, strict=True)
        ],
        "weakest_area": preview.weakest,
        "areas": {code: decimal_text(area.percent) for code, area in score.areas.items()},
        "steps": [
            {
                "question": step.question,
                "subindicator": step.subindicator,
                "area": step.area,
                "answered": step.answered,
                "next": step.next,
                "points": decimal_text(step.points),
            }
            for step in preview.steps
        ],
    }


def _step(question: Question, sub: SubIndicator, area: str | None, score: Score) -> Step:
    now = score.values[question.id]
    better = _better(question, now)
    name, value = better or (None, now)
    points = sub.weight * (value - now) / len(sub.questions)
    return Step(question.id, sub.id, area, question.id in score.answered, name, points)


def _better(question: Question, now: Fraction) -> tuple[str, Fraction] | None:
    """The answer that is worth the least of those that are worth more than `now`."""
    better = [(name, value) for name, value in _offers(question) if value > now]
    return min(better, key=lambda offer: offer[1], default=None)


def _offers(question: Question) -> list[tuple[str, Fraction]]:
    if question.ratio is not None:
        return [(f"{100 * question.ratio.ceiling}%", question.ratio.ceiling)]
    if question.scale.kind is ScaleKind.INDEX:
        return [(str(question.scale.maximum), Fraction(1))]
    return [(option.letter, option.value) for option in question.options]
