"""The ground that the pipeline is measured on: so many units that may file, and evaluators for all of them.

Everything before "ready to file" is made here, outside of the clock, by the services' own domain functions and stores:
the same documents and events as the people's own steps leave, with one write for each aggregate in the place of ten.
What grows with the number of proposals grows in one ratio: ten units for each institution, an evaluator for every 25
places, so that a run of 5,000 is a run of 500 ten times over, and not another country.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from services.evaluation import events as evaluation_events
from services.evaluation import instrument_files, queries
from services.evaluation import rooms as evaluation_rooms
from services.evaluation.domain import worksheet as sheets
from services.evaluation.domain.answers import read_answers
from services.evaluation.domain.evaluator import Evaluator
from services.evaluation.domain.worksheet import Given, Layer, Worksheet, worksheet_key
from services.evaluation.handlers import register_evaluator
from services.units import handlers
from services.units import rooms as units_rooms
from services.units.domain import lifecycle
from services.units.domain.account import Account
from services.units.domain.cycle import Cycle, Window
from services.units.domain.institution import Institution, InstitutionFacts, Kind
from services.units.domain.unit import AREAS, Declaration, Development, Unit, UnitFacts
from services.units.events import unit_registered
from shared.journey.questions import read_questions
from shared.journey.sheets import STRONG, Sheet, Sheets, fill_in
from shared.settings import Settings
from shared.storage import Cause

INSTRUMENT, RULES = "lke-2021", "prerequisites-r5"
UNITS_EACH = 10
PLACES_EACH, MOST_PLACES = 25, 30
"""Of an evaluator: places that the run will take on average, and the most."""
FEWEST_EVALUATORS = 12
FIELDS = ("health", "population", "licensing", "education", "taxation", "justice", "security", "land")
STARTED = date(2024, 1, 15)
WRITERS = 4


@dataclass(frozen=True, slots=True)
class Applicant:
    """A unit that may file, with the receipt of its sealed worksheet."""

    unit: str
    institution: str
    worksheet_hash: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What stands before the clock runs. `sheets` are the answers that everybody gives; all gates hold."""

    cycle: str
    applicants: tuple[Applicant, ...]
    evaluators: int
    sheets: Sheets


def evaluators_for(proposals: int) -> int:
    """How many evaluators so many proposals get, three each."""
    return max(FEWEST_EVALUATORS, -(-3 * proposals // PLACES_EACH))


def prepare(settings: Settings, proposals: int, *, accounts: bool) -> Ground:
    """Write it all. `accounts`: with the people whom the notifications service tells."""
    units, evaluation = units_rooms.build(settings), evaluation_rooms.build(settings)
    now = datetime.now(UTC)
    cycle, answers = str(now.year), _answers()
    handlers.open_cycle(units, _cycle(cycle, now), _cause())
    institutions = [_institution(number, now.year) for number in range(-(-proposals // UNITS_EACH))]
    _each(institutions, lambda one: handlers.import_institution(units, one, _cause()))
    made = [_unit(institutions[number // UNITS_EACH], number, now) for number in range(proposals)]
    _each(made, lambda one: units.units.create(one.code, one, [unit_registered(one)], _cause()))
    count = evaluators_for(proposals)
    _each(range(count), lambda number: register_evaluator(evaluation, _cause(), _evaluator(number)))
    seal = _sealing(evaluation, cycle, answers, now)
    applicants = tuple(_each(made, seal))
    if accounts:
        _each(_accounts(made, institutions, count), lambda one: handlers.register_account(units, one, _cause()))
    return Ground(cycle, applicants, count, answers)


def _answers() -> Sheets:
    # Sample data, not a secret.
    return fill_in(read_questions(queries.instrument(INSTRUMENT)), STRONG, STRONG, random.Random(1))  # noqa: S311


def _cause() -> Cause:
    return Cause(datetime.now(UTC), "benchmark-ground", actor="admin")


def _each(items: Iterable[Any], write: Callable[[Any], Any]) -> list[Any]:
    with ThreadPoolExecutor(WRITERS) as writers:
        return list(writers.map(write, items))


def _cycle(cycle: str, now: datetime) -> Cycle:
    opens, closes = now - timedelta(days=30), now + timedelta(days=60)
    windows = {"proposal": Window(opens, closes), "objection": Window(closes, closes + timedelta(days=7))}
    return Cycle(cycle, INSTRUMENT, RULES, windows, None, evaluators_per_proposal=3, max_load=MOST_PLACES)


def _institution(number: int, year: int) -> Institution:
    facts = InstitutionFacts("WTP", "BB", "BB", Fraction(3), corruption_case=False)
    return Institution(f"L{number:04d}", f"Kabupaten {number}", Kind.REGENCY, "31", {str(year - 1): facts})


def _unit(institution: Institution, number: int, now: datetime) -> Unit:
    """A unit that has built for more than a year and is ready to propose."""
    registered = Unit(
        code=f"{institution.code}-PKM-{number % UNITS_EACH:02d}",
        name=f"Puskesmas {number}",
        institution=institution.code,
        institution_name=institution.name,
        institution_kind=institution.kind.value,
        parent=None,
        province="31",
        field=FIELDS[number % len(FIELDS)],
        affirmation_service=None,
        core_service=True,
        public_impact=True,
    )
    pact = Declaration(STARTED, registered.name, 40, 42)
    declared = lifecycle.declare(registered, pact, now, signed_more_than=Fraction(1, 2), article="-")
    plan = Development(STARTED, {area: (f"Rencana {area}",) for area in AREAS})
    building = lifecycle.start_development(declared, plan, now)
    return replace(building, facts={str(now.year - 1): UnitFacts(Fraction(100), Fraction(100), Fraction(100), "A")})


def evaluator_name(number: int) -> str:
    """The account of an evaluator."""
    return f"evaluator-{number:04d}"


def _evaluator(number: int) -> Evaluator:
    expertise = (FIELDS[number % len(FIELDS)], FIELDS[(number + 3) % len(FIELDS)])
    return Evaluator(evaluator_name(number), f"K{number % 40:02d}", f"{11 + number % 30}", expertise, MOST_PLACES)


def _sealing(rooms: Any, cycle: str, answers: Sheets, now: datetime) -> Callable[[Unit], Applicant]:
    """A function that gives a unit its filled and sealed worksheet."""
    instrument = instrument_files.load(INSTRUMENT)
    given = {layer: _given(instrument, sheet) for layer, sheet in _layers(answers)}

    def seal(unit: Unit) -> Applicant:
        sheet = Worksheet(unit.code, unit.institution, cycle, INSTRUMENT)
        for layer, values in given.items():
            sheet, _ = sheets.answer(sheet, layer, values, by=f"{layer.value}-{unit.code}", at=now)
        manifest = sheets.manifest_of(sheet, instrument_hash=instrument.content_hash, at=now)
        sealed = sheets.seal(sheet, sheets.hash_of(manifest), by=f"tpi-{unit.institution}", at=now)
        receipt = sealed.seals[-1]
        rooms.manifests.keep(receipt.worksheet_hash, manifest)
        said = [evaluation_events.worksheet_sealed(sealed, receipt)]
        rooms.worksheets.create(worksheet_key(unit.code, cycle), sealed, said, _cause())
        return Applicant(unit.code, unit.institution, receipt.worksheet_hash)

    return seal


def _layers(answers: Sheets) -> tuple[tuple[Layer, Sheet], ...]:
    return (Layer.UNIT, answers.unit), (Layer.TPI, answers.tpi)


def _given(instrument: Any, sheet: Sheet) -> dict[str, Given]:
    return {question: Given(value, 0) for question, value in read_answers(instrument, sheet).items()}


def _accounts(units: Iterable[Unit], institutions: Iterable[Institution], evaluators: int) -> list[Account]:
    """The people who are told: none of them signs in, so none has a password."""
    staff = [_account(f"officer-{one.code}", "unit_officer", unit=one.code) for one in units]
    for one in institutions:
        staff.append(_account(f"institution-{one.code}", "institution_officer", institution=one.code))
        staff.append(_account(f"tpi-{one.code}", "tpi", institution=one.code))
    staff += [_account(evaluator_name(number), "evaluator") for number in range(evaluators)]
    return [*staff, _account("panel-1", "panel"), _account("registrar-1", "registrar")]


def _account(name: str, role: str, **bound: str) -> Account:
    return Account(
        id=name.lower(),
        display_name="-",
        password_hash="",
        roles=(role,),
        institution=bound.get("institution"),
        unit=bound.get("unit"),
    )
