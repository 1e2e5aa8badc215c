"""The drop-down lists: what a person chooses from, and what each choice is worth.

They stand on a sheet of their own, because a list inside a cell's rule may have 255 characters only. Questions with
the same words share a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from services.evaluation.domain.instrument import Instrument, Option, Question, ScaleKind
from services.evaluation.domain.workbook.layout import LISTS
from services.evaluation.domain.workbook.places import Cell

SEPARATOR = " – "
LONGEST_LABEL = 250
"""A comparison in a formula takes 255 characters."""


@dataclass(frozen=True, slots=True)
class ListPlace:
    """The rows of one list: letters in column A, labels in B, values in C."""

    options: tuple[Option, ...]
    first_row: int

    @property
    def letters(self) -> str:
        return self._range(0)

    @property
    def labels(self) -> str:
        return self._range(1)

    @property
    def values(self) -> str:
        return self._range(2)

    def _range(self, column: int) -> str:
        first, last = (Cell(LISTS, row, column) for row in (self.first_row, self.first_row + len(self.options) - 1))
        return f"{first.anywhere}:{last.here}"


def label_of(option: Option) -> str:
    """What the list shows: the letter and the sheet's own words. It begins with the letter, so it is no formula."""
    return f"{option.letter}{SEPARATOR}{option.text}"[:LONGEST_LABEL] if option.text else option.letter


def letter_of(question: Question, text: str) -> str | None:
    """The letter of a chosen label, or of a letter that was typed; None for anything else."""
    wanted = text.strip().casefold()
    for option in question.options:
        if wanted in (label_of(option).casefold(), option.letter.casefold()):
            return option.letter
    return None


@lru_cache(maxsize=16)
def lists_of(instrument: Instrument) -> Mapping[str, ListPlace]:
    """The list of each question that has options, by question id."""
    made: dict[tuple[Option, ...], ListPlace] = {}
    found: dict[str, ListPlace] = {}
    row = 1  # below the header
    for question in instrument.questions.values():
        if question.scale.kind is not ScaleKind.OPTION:
            continue
        if question.options not in made:
            made[question.options] = ListPlace(question.options, row)
            row += len(question.options)
        found[question.id] = made[question.options]
    return found
