"""The instrument's lever questions as the sheets need them: what each is worth, and how to answer it at a level.

Read from ``GET /evaluation/api/v1/instruments/{id}``, so the journey holds no number of the regulation itself.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

SMALL = Fraction(1, 4)
"""Questions worth at most this many points are the ones on which reviewers differ."""
QUARTERS = tuple(Fraction(part, 4) for part in (4, 3, 2, 1, 0))


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the six areas.

    ``share``: points of the best answer. ``values``: 0 … 1 of each level, best first. ``letters``: the answers of the
    levels, empty for a question of counts. ``counts``: the keys to fill for one of counts, totals left out.
    ``numerator``/``denominator``: the keys whose ratio counts; ``falls``: the ratio is the fall from last year to this.
    """

    id: str
    area: str
    share: Fraction
    values: tuple[Fraction, ...]
    letters: tuple[str, ...] = ()
    numerator: str = ""
    denominator: str = ""
    falls: bool = False
    parts: tuple[str, ...] = ()
    informational: tuple[str, ...] = ()
    nothing_is_whole: bool = False

    @property
    def small(self) -> bool:
        """Whether a step on it moves its area only a little."""
        return bool(self.letters) and self.share <= SMALL

    def drop(self, level: int) -> Fraction:
        """Points lost by going one step down from ``level``."""
        return self.share * (self.values[level] - self.values[level + 1])

    def answer(self, level: int, rng: random.Random) -> Any:
        """The answer at a level: a letter, or counts as whole numbers."""
        return self.letters[level] if self.letters else self._counted(self.values[level], rng)

    def _counted(self, value: Fraction, rng: random.Random) -> dict[str, int]:
        if value == 1 and self.nothing_is_whole and rng.randrange(4) == 0:
            return dict.fromkeys((self.denominator, self.numerator, *self.parts, *self.informational), 0)
        whole = 4 * rng.randint(1, 12)
        counted = int(value * whole)
        counts = {self.denominator: whole, self.numerator: whole - counted if self.falls else counted}
        counts |= dict(zip(self.parts, (whole // 4, whole // 4, whole // 2), strict=False)) if self.parts else {}
        return counts | dict.fromkeys(self.informational, 0)


def read_questions(instrument: Mapping[str, Any]) -> tuple[Question, ...]:
    """The lever questions of an instrument as the API shows it, in its own order."""
    return tuple(
        _question(question, area["code"], Fraction(sub["weight"]) / len(sub["questions"]), instrument["scales"])
        for component in instrument["components"]
        for aspect in component["aspects"]
        for area in aspect.get("areas", ())
        for sub in area["subindicators"]
        for question in sub["questions"]
    )


def _question(shown: Mapping[str, Any], area: str, share: Fraction, scales: Mapping[str, Any]) -> Question:
    if "ratio" in shown:
        return _counting(shown["id"], area, share, shown["ratio"])
    worth = {letter: Fraction(value) for letter, value in scales[shown["scale"]]["values"].items()}
    letters = sorted(shown["options"], key=lambda letter: -worth[letter])
    return Question(shown["id"], area, share, tuple(worth[letter] for letter in letters), tuple(letters))


def _counting(name: str, area: str, share: Fraction, ratio: Mapping[str, Any]) -> Question:
    keys = re.findall(r"\w+", ratio["formula"])
    falls = "-" in ratio["formula"]
    inputs = {one["key"]: one for one in ratio["inputs"]}
    zero = ratio["zero_denominator"]
    return Question(
        name,
        area,
        share,
        QUARTERS,
        numerator=keys[1] if falls else keys[0],
        denominator=keys[-1],
        falls=falls,
        parts=tuple(inputs[keys[-1]].get("sum_of", ())),
        informational=tuple(key for key, one in inputs.items() if one.get("informational")),
        nothing_is_whole=Fraction(zero.get("value_if_numerator_zero", zero["value"])) == 1,
    )
