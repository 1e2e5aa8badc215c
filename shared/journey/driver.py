"""Plays a sample cycle against a running system, from the import of the institutions to the last decree.

Only the public HTTP APIs are used; what happens between them (screening, assignment, drafts, messages) the system does
by itself, and the driver waits for it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.journey.client import Site
from shared.journey.crew import Crew
from shared.journey.deciding import publish_all, revoke_all
from shared.journey.filing import file_all
from shared.journey.judging import judge_all
from shared.journey.nation import exported_institutions, imagine
from shared.journey.plan import Turn, lay_out, stories
from shared.journey.preparing import prepare
from shared.journey.questions import read_questions
from shared.journey.tour import Company, Record, Tour

INSTRUMENT = "lke-2021"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a journey should be: ``filings`` proposals, made up by ``seed``."""

    filings: int = 40
    seed: int = 1

    @property
    def patience(self) -> float:
        """Seconds for any one wait; the mails of a large journey take a while on a small machine."""
        return 300.0 + 2 * self.filings


def set_out(company: Company, crew: Crew, wish: Wish) -> Tour:
    """Makes up the nation and the filings; nothing is sent yet but the question what the instrument asks.

    Raises:
        Refused: the system has no such instrument.
    """
    # Sample data, not a secret.
    told = stories(wish.filings, random.Random(wish.seed))  # noqa: S311
    needed = sum(Turn.BELOW_PAR not in cases[0].turns for cases in told)
    nation = imagine(exported_institutions(), units=needed, filings=wish.filings, seed=wish.seed)
    questions = read_questions(company.admin.get("evaluation", f"/instruments/{INSTRUMENT}"))
    year = datetime.now(UTC).year
    cycles = (str(year - 1), str(year))
    filings = lay_out(told, nation.units, nation.below_par, questions, cycles=cycles, seed=wish.seed)
    return Tour(company, crew, nation, cycles, tuple(Record(one) for one in filings), wish.patience)


def play(tour: Tour) -> None:
    """The whole cycle. Filings that wait for an earlier one of their unit come in a second wave.

    Raises:
        JourneyError: something was refused, or an awaited condition did not come about.
    """
    prepare(tour, INSTRUMENT)
    for wave in waves(tour.records):
        file_all(tour, wave)
        judge_all(tour, wave)
        publish_all(tour, wave)
    revoke_all(tour)


def waves(records: Sequence[Record]) -> list[list[Record]]:
    """The records by how many filings of their unit come before them."""
    depth: list[int] = []
    for record in records:
        depth.append(0 if record.filing.after is None else depth[record.filing.after] + 1)
    return [[one for one, at in zip(records, depth, strict=True) if at == level] for level in range(max(depth) + 1)]


def journey_to(base_url: str, admin_password: str, crew: Crew, wish: Wish) -> Tour:
    """A journey that was played to its end on the system at this address; see ``set_out`` and ``play``."""
    company = Company(Site(base_url), admin_password)
    try:
        tour = set_out(company, crew, wish)
        play(tour)
    except BaseException:  # an interrupt too: no thread of the crew may keep waiting
        company.site.give_up()
        raise
    return tour
