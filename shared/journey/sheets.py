"""Answer sheets made to a profile: per area a window of percent, plus the three results.

The sheets aim; they do not judge. What a sheet really implies is for the services to say, and for the test to compute
apart from both.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from shared.journey.client import JourneyError
from shared.journey.questions import Question

Levels = dict[str, int]
"""Question → how many steps below its best answer."""
Sheet = dict[str, Any]
"""Question → answer as the API takes it."""

AREAS = ("MP", "TL", "SDM", "AK", "PW", "PP")
IPAK, KINERJA, IPKP = "B.I.a", "B.I.b", "B.II.a"
TRIES = 200
VARIED = 2


@dataclass(frozen=True, slots=True)
class Profile:
    """What a sheet aims at: (lowest, highest) percent for the areas, the two indices and the performance letter."""

    areas: tuple[int, int] = (86, 97)
    other: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    ipak: str = "3.78"
    kinerja: str = "B"
    ipkp: str = "3.71"

    def window(self, area: str) -> tuple[int, int]:
        """The window of one area in percent."""
        return self.other.get(area, self.areas)


STRONG = Profile()
SOLID = Profile(areas=(78, 88), ipak="3.66", ipkp="3.45")
SCANT = Profile(areas=(76, 82), ipak="3.60", kinerja="C", ipkp="3.20")
"""Exactly at the minima of WBK for the three results."""
MIDDLING = Profile(areas=(66, 73), ipak="3.70", ipkp="3.40")
"""Enough for no WBBM."""
RICH = replace(STRONG, ipak="3.95", kinerja="A", ipkp="3.92")

FAILING: Mapping[str, Profile] = {
    "total": Profile(areas=(69, 70), ipak="3.60", kinerja="C", ipkp="3.20"),
    "pengungkit": replace(RICH, areas=(62, 65)),
    **{f"area_{area}": Profile(other={area: (48, 58)}) for area in AREAS},
    "birokrasi_bersih": replace(STRONG, ipak="3.50", kinerja="C"),
    "ipak": replace(STRONG, ipak="3.52", kinerja="A"),
    "kinerja": replace(STRONG, ipak="3.95", kinerja="D"),
    "ipkp": replace(STRONG, ipkp="3.15"),
}
"""For each gate of WBK a profile that misses it; all but ``birokrasi_bersih`` miss it alone."""


def aim(questions: Sequence[Question], profile: Profile, rng: random.Random) -> Levels:
    """Levels for all questions of the lever areas so that every area lands in its window.

    Raises:
        JourneyError: an area's window is too narrow for its questions' steps.
    """
    levels: Levels = {}
    for area in AREAS:
        levels |= _aim_area([one for one in questions if one.area == area], profile.window(area), rng)
    return levels


def _aim_area(questions: Sequence[Question], window: tuple[int, int], rng: random.Random) -> Levels:
    whole = sum((one.share for one in questions), Fraction(0))
    lowest, highest = (whole * bound / 100 for bound in window)
    for _ in range(TRIES):
        levels = _lowered(questions, lowest, highest, rng)
        if levels is not None:
            return levels
    raise JourneyError(f"no mix of answers gives area {questions[0].area} {window[0]} to {window[1]} percent")


def _lowered(questions: Sequence[Question], lowest: Fraction, highest: Fraction, rng: random.Random) -> Levels | None:
    """Starts with the best answers and takes steps down while the area stays above its window; None at a dead end."""
    levels = {one.id: 0 for one in questions}
    points = sum((one.share for one in questions), Fraction(0))
    while points > highest:
        steps = [
            (one, drop)
            for one in questions
            if levels[one.id] + 1 < len(one.values) and points - (drop := one.drop(levels[one.id])) >= lowest
        ]
        if not steps:
            return None
        one, drop = rng.choice(steps)
        levels[one.id] += 1
        points -= drop
    return levels


def varied(questions: Sequence[Question], levels: Levels, rng: random.Random, *, by: int) -> Levels:
    """The same levels with a few small questions one step better (-1) or worse (+1): another reader's eye."""
    small = [one for one in questions if one.small and 0 <= levels[one.id] + by < len(one.values)]
    return levels | {one.id: levels[one.id] + by for one in rng.sample(small, min(VARIED, len(small)))}


def written(questions: Sequence[Question], levels: Levels, rng: random.Random) -> Sheet:
    """The levels as answers: letters, or counts whose ratio is the level's value."""
    return {one.id: one.answer(levels[one.id], rng) for one in questions}


@dataclass(frozen=True, slots=True)
class Sheets:
    """All that is answered about one filing: the unit's and the TPI's layers, three reviews, the external survey."""

    unit: Sheet
    tpi: Sheet
    reviews: tuple[Sheet, Sheet, Sheet]
    ipak: str
    ipkp: str


def fill_in(questions: Sequence[Question], tpi: Profile, final: Profile, rng: random.Random) -> Sheets:
    """The sheets of one filing; the unit sees itself a little better than the TPI does."""
    at_tpi, at_last = aim(questions, tpi, rng), aim(questions, final, rng)
    kinder, sterner = (varied(questions, at_last, rng, by=by) for by in (-1, 1))
    return Sheets(
        unit=written(questions, varied(questions, at_tpi, rng, by=-1), rng) | results(tpi),
        tpi=written(questions, at_tpi, rng) | results(tpi),
        reviews=(
            written(questions, at_last, rng) | {KINERJA: final.kinerja},
            written(questions, kinder, rng) | {KINERJA: final.kinerja},
            written(questions, sterner, rng) | {KINERJA: final.kinerja},
        ),
        ipak=final.ipak,
        ipkp=final.ipkp,
    )


def results(profile: Profile) -> Sheet:
    """The three results as a worksheet holds them."""
    return {IPAK: profile.ipak, KINERJA: profile.kinerja, IPKP: profile.ipkp}
