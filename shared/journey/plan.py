"""Who files what: the cases that every journey should meet, the most telling first, and the ordinary ones after them.

A *story* is all that one unit files, in order; a filing is one attempt to propose. ``N`` counts filings.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import count

from shared.journey.nation import Unit
from shared.journey.questions import Question
from shared.journey.sheets import (
    FAILING,
    MIDDLING,
    SCANT,
    SOLID,
    STRONG,
    Profile,
    Sheets,
    fill_in,
)


class Turn(Enum):
    """What happens to a filing besides the ordinary way."""

    WITHDRAWN = auto()
    """withdrawn by the institution before its conclusion"""
    LACKS_PREREQUISITE = auto()
    """the unit has not answered all audit findings: never accepted"""
    OVERRIDDEN = auto()
    """the same lack, with a recorded override: accepted"""
    BELOW_PAR = auto()
    """the institution does not meet Tabel 5; accepted by the affirmation for local services"""
    WRONG_HASH = auto()
    """names a worksheet that was never sealed: returned"""
    PANEL_REJECTS = auto()
    """every gate holds, the panel refuses all the same"""
    REVOKED = auto()
    """designated, and revoked afterwards"""
    FEW_RESPONDENTS = auto()
    """fewer than 30 had finished a service; the surveyor says why that is enough"""


@dataclass(frozen=True, slots=True)
class Case:
    """One filing of a story. ``earlier``: in the cycle before this one."""

    slug: str
    tpi: Profile = STRONG
    final: Profile = STRONG
    target: str = "WBK"
    turns: frozenset[Turn] = frozenset()
    earlier: bool = False


Story = tuple[Case, ...]


def story(slug: str, *turns: Turn, tpi: Profile = STRONG, final: Profile = STRONG) -> Story:
    """A story of one filing for WBK."""
    return (Case(slug, tpi, final, turns=frozenset(turns)),)


def failing(gate: str, *, at_screening: bool) -> Story:
    """Fails one gate, on the TPI's scores or only before the panel."""
    stage = "screening" if at_screening else "panel"
    slug = f"fails-{gate.replace('_', '-')}-at-{stage}".lower()
    return story(slug, tpi=FAILING[gate]) if at_screening else story(slug, final=FAILING[gate])


def to_wbbm(slug: str, final: Profile) -> Story:
    """WBK in the cycle before, WBBM in this one."""
    return (
        Case(f"{slug}-first-wbk", SOLID, SOLID, earlier=True),
        Case(slug, STRONG, final, target="WBBM"),
    )


TELLING: tuple[Story, ...] = (
    story("passes", tpi=SOLID, final=SOLID),
    failing("ipak", at_screening=False),
    story("withdrawn", Turn.WITHDRAWN),
    story("lacks-prerequisite", Turn.LACKS_PREREQUISITE),
    story("revoked", Turn.REVOKED),
    failing("pengungkit", at_screening=True),
    story("panel-rejects", Turn.PANEL_REJECTS),
    to_wbbm("wbbm-passes", STRONG),
    (Case("wrong-hash", turns=frozenset({Turn.WRONG_HASH})), Case("proposed-again")),
    failing("total", at_screening=False),
    failing("area_MP", at_screening=True),
    failing("area_TL", at_screening=False),
    failing("area_SDM", at_screening=True),
    failing("area_AK", at_screening=False),
    failing("area_PW", at_screening=True),
    failing("area_PP", at_screening=False),
    failing("kinerja", at_screening=False),
    failing("ipkp", at_screening=False),
    failing("birokrasi_bersih", at_screening=True),
    story("passes-narrowly", tpi=SCANT, final=SCANT),
    story("below-par-but-affirmed", Turn.BELOW_PAR),
    story("overridden", Turn.OVERRIDDEN),
    story("few-respondents", Turn.FEW_RESPONDENTS),
    story("wrong-hash-and-left", Turn.WRONG_HASH),
    to_wbbm("wbbm-passes-too", STRONG),
    to_wbbm("wbbm-fails", MIDDLING),
)


def stories(filings: int, rng: random.Random) -> list[Story]:
    """Stories with exactly so many filings in all."""
    chosen: list[Story] = []
    left = filings
    for one in _endless(rng):
        if left <= 0:
            break
        if len(one) <= left:
            chosen.append(one)
            left -= len(one)
    return chosen


def _endless(rng: random.Random) -> Iterator[Story]:
    """The telling stories once, then the ordinary mix: about half of it succeeds."""
    yield from TELLING
    gates = tuple(FAILING)
    for turn in count():
        match turn % 5:
            case 0 | 2:
                yield story("passes", tpi=SOLID, final=rng.choice((SOLID, STRONG)))
            case 1 | 4:
                yield failing(rng.choice(gates), at_screening=rng.random() < 0.5)
            case _:
                yield to_wbbm("wbbm-passes", STRONG) if turn % 3 else failing(rng.choice(gates), at_screening=False)


@dataclass(frozen=True, slots=True)
class Filing:
    """One attempt to propose, with everything that is to be said about it. ``after``: the filing it waits for."""

    number: int
    case: Case
    unit: Unit
    cycle: str
    sheets: Sheets
    after: int | None

    def takes(self, turn: Turn) -> bool:
        """Whether this turn happens to it."""
        return turn in self.case.turns


def lay_out(
    told: Sequence[Story],
    units: Sequence[Unit],
    below_par: Unit,
    questions: Sequence[Question],
    *,
    cycles: tuple[str, str],
    seed: int,
) -> list[Filing]:
    """The filings of all stories, each story with a unit of its own; ``cycles`` are the earlier and this one."""
    # Sample data, not a secret.
    rng = random.Random(seed)  # noqa: S311
    queue = iter(units)
    filings: list[Filing] = []
    for cases in told:
        unit = below_par if Turn.BELOW_PAR in cases[0].turns else next(queue)
        after = None
        for case in cases:
            number = len(filings)
            cycle = cycles[not case.earlier]
            # Who proposes again in the same cycle has sealed the worksheet already.
            again = after is not None and filings[after].cycle == cycle
            sheets = filings[-1].sheets if again else fill_in(questions, case.tpi, case.final, rng)
            filings.append(Filing(number, case, unit, cycle, sheets, after))
            after = number
    return filings
