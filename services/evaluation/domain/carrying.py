"""Last year's answers in this year's worksheet: those to questions that are still asked the same.

Nothing that was answered this year is touched. Counts and indices are measured anew each year: they are copied, as a
place to begin, and named so that somebody looks at them again.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from services.evaluation.domain.answers import Answer, faults_in
from services.evaluation.domain.instrument import Instrument, ScaleKind
from services.evaluation.domain.instrument_changes import asked_the_same
from shared.failures import Said

REASONS: Mapping[str, Said] = {
    "not_asked_any_more": ("Tidak ditanyakan lagi.", "Not asked any more."),
    "asked_differently": (
        "Butir ini berubah; jawab lagi menurut bunyinya yang sekarang.",
        "This question has changed; answer it again as it is asked now.",
    ),
    "answered_already": ("Sudah dijawab dalam siklus ini.", "Answered in this cycle already."),
}


@dataclass(frozen=True, slots=True)
class Left:
    """An answer that was not copied, and why (a key of REASONS)."""

    question: str
    reason: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class CarryOver:
    """What is copied, which of it was measured last year, and what is left."""

    copied: Mapping[str, Answer]
    look_again: tuple[str, ...]
    left: tuple[Left, ...]


def carry_over(
    before: Instrument, after: Instrument, last: Mapping[str, Answer], answered: Container[str]
) -> CarryOver:
    """Decide for each of `last`, the answers on `before`; `answered` are the questions of `after` that have one."""
    reasons = {id: _reason(before, after, id, answer, answered) for id, answer in last.items()}
    copied = {id: answer for id, answer in last.items() if reasons[id] is None}
    measured = (ScaleKind.RATIO, ScaleKind.INDEX)
    return CarryOver(
        copied,
        tuple(id for id in copied if after.questions[id].scale.kind in measured),
        tuple(Left(id, reason, last[id]) for id, reason in reasons.items() if reason is not None),
    )


def _reason(before: Instrument, after: Instrument, id: str, answer: Answer, answered: Container[str]) -> str | None:
    if id not in after.questions:
        return "not_asked_any_more"
    same = asked_the_same(before.questions.get(id), after.questions[id])
    if not same or faults_in(after, {id: answer}):
        return "asked_differently"
    return "answered_already" if id in answered else None
