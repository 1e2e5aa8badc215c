"""Ready-made parts for the tests of evaluation: answers, events, people, and short cuts through the pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache
from typing import Any

from services.evaluation import handlers, instrument_files
from services.evaluation.domain.answers import Answer
from services.evaluation.domain.evaluator import Evaluator
from services.evaluation.domain.instrument import Question, Ratio
from services.evaluation.domain.scoring import value_of
from services.evaluation.domain.worksheet import Layer
from services.evaluation.rooms import Rooms
from shared.security import Actor
from shared.storage import Cause

NOW = datetime(2026, 5, 20, 3, 0, tzinfo=UTC)
INSTRUMENT = "lke-2021"
UNIT, INSTITUTION, CYCLE = "L3171-RSUD-01", "L3171", "2026"
PROPOSAL = f"{UNIT}.{CYCLE}.1"
OFFICER = Actor("rsud.officer", "Officer", frozenset({"unit_officer"}), unit=UNIT)
TPI = Actor("tpi.l3171", "TPI", frozenset({"tpi"}), institution=INSTITUTION)
SURVEYOR = Actor("surveyor.1", "Surveyor", frozenset({"surveyor"}))
PANEL = Actor("panel.1", "Panel", frozenset({"panel"}))
ADMIN = Actor("admin", "Admin", frozenset({"admin"}))
SURVEY = {
    "ipak": "3.90",
    "ipkp": "3.80",
    "respondents": 45,
    "surveyor": "Lembaga survei",
    "fewer_respondents_reason": "",
}


@dataclass(frozen=True)
class Told:
    """An event as a handler gets it."""

    type: str
    data: Mapping[str, Any]
    cause: Cause
    subject: str = "unit:x"
    sequence: int = 1


def cause(*, at: datetime = NOW, event: str | None = None, command: str | None = None) -> Cause:
    return Cause(time=at, correlation_id="journey-1", event_id=event, command_id=command)


def told(type: str, data: Mapping[str, Any], *, id: str | None = None, sequence: int = 1, at: datetime = NOW) -> Told:
    subject = str(data.get("proposal") or data.get("cycle") or data.get("unit"))
    return Told(type, data, cause(at=at, event=id or f"{type}/{subject}/{sequence}"), f"x:{subject}", sequence)


def card(unit: str = UNIT, institution: str = INSTITUTION) -> dict[str, str]:
    return {
        "unit": unit,
        "unit_name": "RSUD Kota Contoh",
        "institution": institution,
        "institution_name": "Kota Contoh",
        "institution_kind": "city",
        "province": "31",
        "field": "health",
    }


def cycle(key: str = CYCLE, **changes: Any) -> dict[str, Any]:
    known = {"cycle": key, "instrument": INSTRUMENT, "evaluators_per_proposal": 3, "max_load": 30}
    return {**known, "rules": "r", "windows": {}, "quota_per_institution": None, "aggregation": "mean", **changes}


def submission(worksheet_hash: str, *, unit: str = UNIT, nth: int = 1, target: str = "WBK") -> dict[str, Any]:
    return {
        **card(unit),
        "proposal": f"{unit}.{CYCLE}.{nth}",
        "cycle": CYCLE,
        "target": target,
        "worksheet_hash": worksheet_hash,
        "submitted_at": NOW.isoformat(),
        "cover_letter": {"number": "B/1", "date": "2026-05-20"},
        "sptjm": {"number": "S/1", "date": "2026-05-20", "signatory_office": "Wali Kota"},
        "overrides": [],
    }


@cache
def answers_at(level: Fraction = Fraction(1)) -> dict[str, Answer]:
    """An answer to every question, each the highest that is not above `level` of its best."""
    instrument = instrument_files.load(INSTRUMENT)
    return {id: _answer_at(question, level) for id, question in instrument.questions.items()}


def reviewed(answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """Only what evaluators answer."""
    asked = instrument_files.load(INSTRUMENT).reviewed
    return {id: answer for id, answer in answers.items() if id in asked}


def _answer_at(question: Question, level: Fraction) -> Answer:
    ratio, scale = question.ratio, question.scale
    candidates: list[Answer] = [letter for letter, _ in scale.values] or ["0", "2.00", "3.00", "3.50", "3.90"]
    if ratio is not None:
        candidates = [_counts(ratio, part) for part in (0, 3, 6, 9, 12)]
    fitting = [one for one in candidates if value_of(question, one) <= level]
    return max(fitting, key=lambda one: value_of(question, one))


def _counts(ratio: Ratio, part: int) -> dict[str, int]:
    """Counts with the denominator 12, whether it is given or a sum of others, and `part` for the rest."""
    sums = {item.key: len(item.sum_of) for item in ratio.inputs if item.sum_of}
    parts = {key for item in ratio.inputs for key in item.sum_of}
    whole = {ratio.denominator: 12, **dict.fromkeys(parts, 12 // max(sums.values(), default=1))}
    return {item.key: whole.get(item.key, part) for item in ratio.inputs}


def given(answers: Mapping[str, Answer], revision: int = 0) -> dict[str, dict[str, Any]]:
    return {question: {"value": value, "revision": revision} for question, value in answers.items()}


def evaluator(nth: int, institution: str = "K01", max_load: int = 10) -> Evaluator:
    return Evaluator(f"evaluator.{nth}", institution, "31", ("health",), max_load)


def person(account: str) -> Actor:
    return Actor(account, account, frozenset({"evaluator"}))


def know(rooms: Rooms, *units: str, **changes: Any) -> None:
    """Let evaluation hear of units and of the cycle."""
    for unit in units or (UNIT,):
        handlers.learn_unit(rooms, told("units.unit_registered", card(unit)))
    handlers.learn_cycle(rooms, told("units.cycle_changed", cycle(**changes)))


def sealed(rooms: Rooms, *, unit: str = UNIT, level: Fraction = Fraction(1)) -> str:
    """A sealed worksheet with the TPI's scores at `level`; gives its hash."""
    officer = Actor("officer", "Officer", frozenset({"unit_officer"}), unit=unit)
    handlers.begin_worksheet(rooms, officer, cause(), unit=unit, cycle=CYCLE)
    answer(rooms, TPI, Layer.TPI, answers_at(level), unit=unit)
    sheet = handlers.seal_worksheet(rooms, TPI, cause(), unit=unit, cycle=CYCLE)
    return sheet.state.seals[-1].worksheet_hash


def answer(rooms: Rooms, actor: Actor, layer: Layer, answers: Mapping[str, Answer], unit: str = UNIT) -> None:
    handlers.answer_questions(rooms, actor, cause(), unit=unit, cycle=CYCLE, layer=layer, answers=given(answers))


def received(rooms: Rooms, *, unit: str = UNIT, level: Fraction = Fraction(1)) -> str:
    """A screened proposal (or one that failed the screening); gives its id."""
    submitted = submission(sealed(rooms, unit=unit, level=level), unit=unit)
    handlers.receive_proposal(rooms, told("units.proposal_submitted", submitted))
    return str(submitted["proposal"])


def assigned(rooms: Rooms, *, unit: str = UNIT) -> str:
    """A proposal with three evaluators and open reviews; registers evaluators if there are none."""
    know(rooms, unit)
    if not rooms.evaluators.select({}):
        for nth in range(1, 5):
            handlers.register_evaluator(rooms, cause(), evaluator(nth))
    proposal = received(rooms, unit=unit)
    handlers.assign_evaluators(rooms, said(rooms, proposal, "evaluation.proposal_screened"))
    handlers.open_reviews(rooms, said(rooms, proposal, "evaluation.evaluators_assigned"))
    return proposal


def aggregated(rooms: Rooms, level: Fraction = Fraction(1)) -> str:
    """A proposal with all its scores and its survey."""
    proposal = assigned(rooms)
    for account in rooms.proposals.load(proposal).state.evaluators:
        submit(rooms, proposal, account, answers_at(level))
        handlers.take_scores(rooms, said_by_review(rooms, proposal, account))
    handlers.record_survey(rooms, SURVEYOR, cause(), proposal=proposal, survey=SURVEY)
    return proposal


def submit(rooms: Rooms, proposal: str, account: str, answers: Mapping[str, Answer]) -> None:
    handlers.submit_review(rooms, person(account), cause(), review=f"{proposal}:{account}", answers=reviewed(answers))


def outbox(rooms: Rooms, proposal: str) -> list[dict[str, Any]]:
    """Everything a proposal has to say, oldest first."""
    return list(rooms.proposals.collection.find_one({"key": proposal})["outbox"])


def said(rooms: Rooms, proposal: str, type: str) -> Told:
    """The event that a proposal said, as its consumer gets it."""
    wrapped = next(one for one in outbox(rooms, proposal) if one["type"] == type)
    return _heard(wrapped)


def said_by_review(rooms: Rooms, proposal: str, account: str) -> Told:
    return _heard(rooms.reviews.collection.find_one({"key": f"{proposal}:{account}"})["outbox"][0])


def later(**span: int) -> datetime:
    return NOW + timedelta(**span)


def _heard(wrapped: Mapping[str, Any]) -> Told:
    at = cause(event=wrapped["id"])
    return Told(wrapped["type"], wrapped["data"], at, wrapped["subject"], wrapped["sequence"])
