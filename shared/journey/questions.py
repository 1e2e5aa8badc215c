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
        _question(question, area["code"], Fraction(sub["weight"]) / len(sub["questions"]))
        for component in instrument["components"]
        for aspect in component["aspects"]
        for area in aspect.get("areas", ())
        for sub in area["subindicators"]
        for question in sub["questions"]
    )


def _question(shown: Mapping[str, Any], area: str, share: Fraction) -> Question:
    if not shown.get("ratio"):
        options = [(option["letter"], Fraction(option["value"])) for option in shown["options"]]
        letters, values = zip(*sorted(options, key=lambda option: -option[1]), strict=True)
        return Question(shown["id"], area, share, values, letters)
    ratio = shown["ratio"]
    keys = re.findall(r"\w+", ratio["formula"])
    falls = "-" in ratio["formula"]
    by_key = {one["key"]: one for one in ratio["inputs"]}
    return Question(
        shown["id"],
        area,
        share,
        QUARTERS,
        numerator=keys[1] if falls else keys[0],
        denominator=keys[-1],
        falls=falls,
        parts=tuple(by_key[keys[-1]].get("sum_of") or ()),
        informational=tuple(key for key, one in by_key.items() if one.get("informational")),
        nothing_is_whole=Fraction(ratio["zero_denominator"]["value_if_numerator_zero"]) == 1,
    )
