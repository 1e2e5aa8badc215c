"""A part of the nation, made up by seed on top of the real institutions: units, people, evaluators, facts.

The institutions come as the CSV text that ``zi units export-institutions`` prints; the journey never imports a service.
"""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

from shared.journey.catalogue import FIELDS, LOCAL, NATIONAL, UNIT_KINDS, UnitKind
from shared.journey.client import JourneyError
from shared.journey.people import Account, Evaluator, account_for
from shared.journey.program import zi

UNITS_EACH = 3
PROPOSALS_PER_EVALUATOR = 15
FEWEST_EVALUATORS = 12
NUMBERS_PER_SEED = 20


@dataclass(frozen=True, slots=True)
class Institution:
    """A row of the institutions' CSV; ``province`` is the 2-digit Kemendagri code, empty for national ones."""

    code: str
    name: str
    kind: str
    province: str

    @property
    def seat(self) -> str:
        """The name of the place alone: ``Kota Surabaya`` for a city, ``Jawa Timur`` for a province."""
        for words in ("Pemerintah Provinsi ", "Pemerintah Kabupaten ", "Pemerintah Kota ", "Pemerintah ", "Provinsi "):
            if self.name.startswith(words):
                return ("Kota " if words == "Pemerintah Kota " else "") + self.name.removeprefix(words)
        return self.name.removeprefix("Kabupaten ").removeprefix("Kab. ")


@dataclass(frozen=True, slots=True)
class Unit:
    """A row of the units' CSV."""

    code: str
    name: str
    institution: str
    province: str
    field: str
    affirmation: str


@dataclass(frozen=True, slots=True)
class Nation:
    """Everything the journey needs to know of its country.

    ``units`` are those that may propose, in the order in which cases take them; ``below_par`` is the one unit whose
    institution does not meet Tabel 5 but which the affirmation of PermenPANRB 5/2024 lets propose all the same.
    """

    institutions_csv: str
    taking_part: tuple[Institution, ...]
    units: tuple[Unit, ...]
    below_par: Unit
    accounts: tuple[Account, ...]
    evaluators: tuple[Evaluator, ...]

    def account(self, role: str, *, institution: str | None = None, unit: str | None = None) -> Account:
        """The first account with this role and binding; KeyError if there is none."""
        for account in self.accounts:
            if account.role == role and account.institution == institution and account.unit == unit:
                return account
        raise KeyError(f"no {role} for {institution or unit or 'the nation'}")

    def units_csv(self) -> str:
        """The units as ``POST /imports?kind=units`` reads them."""
        out = io.StringIO()
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(UNIT_COLUMNS)
        for unit in (*self.units, self.below_par):
            rows.writerow(
                [unit.code, unit.name, unit.institution, "", unit.province, unit.field, unit.affirmation, *["true"] * 2]
            )
        return out.getvalue()


UNIT_COLUMNS = [
    "code",
    "name",
    "institution",
    "parent",
    "province",
    "field",
    "affirmation_service",
    "core_service",
    "public_impact",
]


def exported_institutions() -> str:
    """The CSV of all institutions; raises JourneyError if the program can't make it."""
    return zi("units", "export-institutions")


def imagine(institutions_csv: str, *, units: int, filings: int, seed: int) -> Nation:
    """The nation for so many proposing units and filings; the same for the same arguments.

    Raises:
        JourneyError: the CSV has no cities to place units in.
    """
    # Sample data, not a secret.
    rng = random.Random(seed)  # noqa: S311
    rows = [Institution(**row) for row in csv.DictReader(io.StringIO(institutions_csv))]
    cities = [row for row in rows if row.kind in LOCAL]
    if not cities:
        raise JourneyError("the institutions' CSV has no regency and no city; `zi units export-institutions` shows it")
    holders = _holders(rng, rows, units)
    proposing = tuple(_units(rng, holders, cities, units, seed))
    below_par_city = rng.choice([city for city in cities if city not in holders])
    below_par = _unit(below_par_city, below_par_city, UNIT_KINDS[0], seed, 1)
    taking_part = (*holders, below_par_city)
    evaluators = _evaluators(rng, rows, filings, seed)
    accounts = (*_staff(rng, taking_part, (*proposing, below_par), seed), *(one.account for one in evaluators))
    return Nation(institutions_csv, taking_part, proposing, below_par, accounts, evaluators)


def facts_of_institution(institution: Institution, year: int, *, below_par: bool) -> dict[str, Any]:
    """What the ministry holds of an institution in a year (``PUT /institutions/{code}/facts``)."""
    return {
        "year": year,
        "bpk_opinion": "WDP" if below_par else "WTP",
        "sakip": "A" if institution.kind in NATIONAL else "BB",
        "rb_index": "A" if institution.kind in NATIONAL else "BB",
        "spip_level": 3,
        "corruption_case": False,
    }


def _fits(kind: UnitKind, institution: Institution) -> bool:
    return institution.kind in kind.holders and institution.name.startswith(kind.of)


def _holders(rng: random.Random, rows: Sequence[Institution], units: int) -> list[Institution]:
    """Institutions for so many units, in turns national, local, provincial, as long as there are any."""
    with_units = [row for row in rows if any(_fits(kind, row) for kind in UNIT_KINDS)]
    rng.shuffle(with_units)
    groups = (NATIONAL, LOCAL, ("province",), NATIONAL, LOCAL)
    queues = {group: iter([row for row in with_units if row.kind in group]) for group in groups}
    turns = cycle(queues[group] for group in groups)
    chosen: list[Institution] = []
    while len(chosen) < max(len(groups), -(-units // UNITS_EACH)):
        chosen.append(next(next(turns), None) or next(queues[LOCAL]))
    return chosen


def _units(
    rng: random.Random, holders: Sequence[Institution], cities: Sequence[Institution], wanted: int, seed: int
) -> Iterator[Unit]:
    """Units dealt to the institutions in turn; no unit is made twice."""
    taken: Counter[str] = Counter()
    for holder in islice(cycle(holders), wanted):
        kind = rng.choice([kind for kind in UNIT_KINDS if _fits(kind, holder)])
        seat = rng.choice(cities) if holder.kind in NATIONAL else holder
        taken[f"{holder.code} {kind.suffix}"] += 1
        yield _unit(holder, seat, kind, seed, taken[f"{holder.code} {kind.suffix}"])


def _unit(holder: Institution, seat: Institution, kind: UnitKind, seed: int, number: int) -> Unit:
    """A unit; its number leaves room so that another seed names other units on the same system."""
    code = f"{holder.code}-{kind.suffix}-{number + (seed - 1) % 50 * NUMBERS_PER_SEED:02d}"
    name = kind.name.format(seat=seat.seat) + (f" {number}" if number > 1 and seat is holder else "")
    return Unit(code, name, holder.code, seat.province, kind.field, kind.affirmation)


def _staff(rng: random.Random, taking_part: Iterable[Institution], units: Iterable[Unit], seed: int) -> list[Account]:
    staff = []
    for institution in taking_part:
        code = institution.code
        staff.append(account_for(rng, "institution_officer", f"institution-{code}", institution=code))
        staff.append(account_for(rng, "tpi", f"tpi-{code}", institution=code))
    staff += [account_for(rng, "unit_officer", f"officer-{unit.code}", unit=unit.code) for unit in units]
    return staff + [account_for(rng, role, f"{role}-{seed}") for role in ("surveyor", "panel", "registrar")]


def _evaluators(rng: random.Random, rows: Sequence[Institution], filings: int, seed: int) -> tuple[Evaluator, ...]:
    wanted = max(FEWEST_EVALUATORS, -(-3 * filings // PROPOSALS_PER_EVALUATOR))
    senders = [row for row in rows if row.kind in NATIONAL] or list(rows)
    made = []
    for number in range(1, wanted + 1):
        sender = senders[(number * 7 + seed) % len(senders)]
        home = rng.choice([row for row in rows if row.kind == "province"] or list(rows)).province or None
        account = account_for(rng, "evaluator", f"evaluator-{seed}-{number:02d}")
        expertise = tuple(sorted(rng.sample(FIELDS, 3)))
        made.append(Evaluator(account, sender.code, home, expertise, 2 * PROPOSALS_PER_EVALUATOR))
    return tuple(made)
