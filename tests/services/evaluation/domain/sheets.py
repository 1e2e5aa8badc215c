"""Sheets for tests: the best and the worst, and hypothesis strategies for any other."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from services.evaluation.domain.instrument import Instrument, Question, Ratio, ScaleKind

unhurried = settings(deadline=None)
"""For every property: a busy machine is no fault of the rules."""


def uniform_sheet(instrument: Instrument, *, best: bool) -> dict[str, Any]:
    """Every question answered with its best, or its worst, answer."""
    return {id_: _uniform(question, best=best) for id_, question in instrument.questions.items()}


def _uniform(question: Question, *, best: bool) -> Any:
    if question.ratio is not None:
        # Worst: as many violations of discipline as last year; nothing done elsewhere.
        low = 1 if question.ratio.minus else 0
        high = 0 if question.ratio.minus else 1
        filled = dict.fromkeys((item.key for item in question.ratio.inputs if item.required), 0)
        first_part = next((item.sum_of[0] for item in question.ratio.inputs if item.sum_of), question.ratio.denominator)
        changing = question.ratio.minus[0] if question.ratio.minus else question.ratio.plus[0]
        return {**filled, changing: high if best else low, first_part: 1}
    if question.scale.kind is ScaleKind.INDEX:
        return str(question.scale.maximum) if best else "0"
    return question.scale.values[0 if best else -1][0]


def sheets(instrument: Instrument) -> st.SearchStrategy[dict[str, Any]]:
    """Any sheet, some questions unanswered.

    One byte for each question, because a hundred draws for each example would take most of the time.
    """
    pools = {id_: _pool(question) for id_, question in instrument.questions.items()}

    def sheet(choices: bytes) -> dict[str, Any]:
        chosen = {id_: pool[byte % len(pool)] for byte, (id_, pool) in zip(choices, pools.items(), strict=True)}
        return {id_: answer for id_, answer in chosen.items() if answer is not None}

    return st.binary(min_size=len(pools), max_size=len(pools)).map(sheet)


def _pool(question: Question) -> list[Any]:
    """Answers that the question takes, and None for no answer."""
    if question.ratio is not None:
        random = Random(question.id)
        return [None, *(_counts(question.ratio, random) for _ in range(200))]
    if question.scale.kind is ScaleKind.INDEX:
        top = int(question.scale.maximum or 0) * 100
        return [None, *(f"{hundredths // 100}.{hundredths % 100:02d}" for hundredths in range(0, top + 1, 2))]
    return [None, *(letter for letter, _ in question.scale.values)]


def _counts(ratio: Ratio, random: Random) -> dict[str, int]:
    keys = [item.key for item in ratio.inputs if item.required or (item.informational and random.random() < 0.5)]
    return {key: random.choice([0, 0, 1, 2, 3, 5, 8, 12, 10**9]) for key in keys}
