"""What an uploaded workbook changes: cells that its person changed, unless somebody else answered meanwhile.

For each question there are three answers: the file's, the one that stood at download (the base), and the present one.

    file = present               nothing to do
    file = base                  this person did not touch it: what stands, stands
    present as at download       taken
    only this person since       taken, unless that very answer was given since and replaced again: an old file
    otherwise                    a conflict: told with what stands now, not overwritten
    empty, but answered          told: an answer is replaced, never taken away

So the same upload twice changes nothing, whatever happened in between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from services.evaluation.domain.answers import Answer
from services.evaluation.domain.instrument import Instrument, Question
from services.evaluation.domain.workbook.cells import ReadSheet, as_cells_hold
from services.evaluation.domain.workbook.identity import Standing
from services.evaluation.domain.worksheet import Answered, Answers, Given

Between = Mapping[str, Sequence[Answered]]
"""The answers that stood between download and now, by question: each was replaced before the present one."""


class Fate(Enum):
    """What becomes of one question of an upload."""

    UNCHANGED = "unchanged"
    TAKEN = "taken"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Merge:
    """Questions by what becomes of them. `taken` is ready to be answered; `emptied` were answered at download."""

    taken: Mapping[str, Given] = field(default_factory=dict)
    conflicts: Mapping[str, Answer] = field(default_factory=dict)
    unchanged: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()


def moved_on(read: ReadSheet, base: Mapping[str, Standing], present: Answers) -> dict[str, tuple[int, int]]:
    """The revisions (first, last) that stood in between, for each question with any: what `Between` must hold."""
    spans = {
        question: (_base_revision(base, question) + 1, present[question].revision - 1)
        for question in read.answers
        if question in present
    }
    return {question: (first, last) for question, (first, last) in spans.items() if first <= last}


def merge(
    instrument: Instrument,
    read: ReadSheet,
    base: Mapping[str, Standing],
    present: Answers,
    *,
    by: str,
    between: Between,
) -> Merge:
    """Decide on every question that the workbook of the person `by` answers."""
    fates: dict[Fate, list[str]] = {fate: [] for fate in Fate}
    for id, answer in read.answers.items():
        later = (*between.get(id, ()), present[id]) if id in present else ()
        question, moves = instrument.questions[id], _revision(present, id) - _base_revision(base, id)
        fates[_fate(question, answer, base.get(id), later, by=by, moves=moves)].append(id)
    return Merge(
        taken={id: Given(read.answers[id], _revision(present, id)) for id in fates[Fate.TAKEN]},
        conflicts={id: read.answers[id] for id in fates[Fate.CONFLICT]},
        unchanged=tuple(fates[Fate.UNCHANGED]),
        emptied=tuple(id for id in instrument.questions if id in read.empty and id in base),
    )


def _fate(
    question: Question,
    answer: Answer,
    before: Standing | None,
    later: Sequence[Answered],
    *,
    by: str,
    moves: int,
) -> Fate:
    """`later`: every answer since the download, the present one last; `moves`: how many there must be."""
    if later and _same(question, answer, later[-1].value):
        return Fate.UNCHANGED
    if before is not None and _same(question, answer, before.value):
        return Fate.UNCHANGED
    if moves == 0:
        return Fate.TAKEN
    own = len(later) == moves and all(one.by == by and not _same(question, answer, one.value) for one in later)
    return Fate.TAKEN if own else Fate.CONFLICT


def _same(question: Question, answer: Answer, other: Answer) -> bool:
    return answer in (other, as_cells_hold(question, other))


def _base_revision(base: Mapping[str, Standing], id: str) -> int:
    return base[id].revision if id in base else 0


def _revision(present: Answers, id: str) -> int:
    return present[id].revision if id in present else 0
