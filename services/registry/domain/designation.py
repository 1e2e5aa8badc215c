"""A designation: drafted from a positive conclusion, published by a decree, ended by a decree.

The table `MOVES` is the only place that says what may follow what, and whose move it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum

from services.registry.domain.bar import BarRule, barred_until, rule_on
from services.registry.domain.conclusion import Conclusion, Predicate, Result, UnitCard
from services.registry.domain.decree import Decree, checked_decree, checked_ground
from services.registry.errors import BrokenConclusion, MoveNotOpen

YEAR = re.compile(r"[0-9]{4}")
"""A cycle is a calendar year."""


class State(Enum):
    """Where a designation stands. Only what was published is public, and it stays public."""

    DRAFT = "draft"
    PUBLISHED = "published"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Move:
    """A row of the table. `source` None: it comes into being; no `roles`: the house itself moves."""

    name: str
    source: State | None
    target: State
    roles: frozenset[str]
    says: str


MOVES: tuple[Move, ...] = (
    Move("draft", None, State.DRAFT, frozenset(), "registry.designation_drafted"),
    Move("publish", State.DRAFT, State.PUBLISHED, frozenset({"registrar"}), "registry.designation_published"),
    Move("revoke", State.PUBLISHED, State.REVOKED, frozenset({"registrar"}), "registry.designation_revoked"),
)


@dataclass(frozen=True, slots=True)
class Publication:
    """The decree that made a designation, and when the registry made it public."""

    decree: Decree
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Revocation:
    """The end of a designation, with the bar that follows from it and the article that sets the bar."""

    decree: Decree
    ground: str
    revoked_at: datetime
    barred_until: date
    article: str


@dataclass(frozen=True, slots=True)
class Designation:
    """One predicate of one unit in one cycle. Times are UTC; dates are the calendar's at the office."""

    number: str
    predicate: Predicate
    card: UnitCard
    proposal: str
    cycle: str
    result: Result
    state: State
    drafted_at: datetime
    publication: Publication | None = None
    revocation: Revocation | None = None


def move(name: str) -> Move:
    """The row of the table under `name`; raises KeyError."""
    return {row.name: row for row in MOVES}[name]


def number_of(predicate: Predicate, cycle: str, unit: str) -> str:
    """The designation's public number, e.g. WBK-2026-L3171-RSUD-01: the same conclusion, the same number."""
    return f"{predicate.value}-{cycle}-{unit}"


def draft(concluded: Conclusion, at: datetime) -> Designation | None:
    """The draft that a conclusion asks for, or None when the unit did not qualify.

    Raises BrokenConclusion when a positive conclusion names no predicate, no year, or a gate that failed.
    """
    if concluded.outcome != "qualified":
        return None
    predicate = _granted(concluded)
    return Designation(
        number=number_of(predicate, concluded.cycle, concluded.card.unit),
        predicate=predicate,
        card=concluded.card,
        proposal=concluded.proposal,
        cycle=concluded.cycle,
        result=concluded.result,
        state=move("draft").target,
        drafted_at=at,
    )


def publish(designation: Designation, decree: Decree, now: datetime) -> Designation:
    """Publish under `decree`, which can't be older than the cycle. Raises MoveNotOpen, InvalidDecree."""
    target = _open(designation, "publish")
    checked = checked_decree(decree, now=now, not_before=date(int(designation.cycle), 1, 1))
    return replace(designation, state=target, publication=Publication(checked, now))


def revoke(
    designation: Designation, decree: Decree, ground: str, rules: Iterable[BarRule], now: datetime
) -> Designation:
    """End it by `decree` on `ground`; the bar counts from the date of the decree.

    Raises MoveNotOpen, InvalidDecree, NoRuleInForce.
    """
    target = _open(designation, "revoke")
    checked = checked_decree(decree, now=now, not_before=publication_of(designation).decree.date)
    rule = rule_on(rules, checked.date)
    ended = Revocation(checked, checked_ground(ground), now, barred_until(rule, checked.date), rule.article)
    return replace(designation, state=target, revocation=ended)


def publication_of(designation: Designation) -> Publication:
    """The publication of what was published; raises ValueError for a draft."""
    if designation.publication is None:
        raise ValueError(f"{designation.number} was never published")
    return designation.publication


def revocation_of(designation: Designation) -> Revocation:
    """The revocation of what was revoked; raises ValueError for anything else."""
    if designation.revocation is None:
        raise ValueError(f"{designation.number} was never revoked")
    return designation.revocation


def _granted(concluded: Conclusion) -> Predicate:
    """The predicate of a positive conclusion that does not contradict itself."""
    failed = [gate.gate for gate in concluded.result.gates if not gate.passed]
    if concluded.predicate is None or failed or not YEAR.fullmatch(concluded.cycle):
        raise BrokenConclusion(
            (
                f"{concluded.proposal} lulus: predikat {concluded.predicate}, siklus {concluded.cycle}, gagal {failed}",
                f"{concluded.proposal} passed: as {concluded.predicate}, cycle {concluded.cycle}, fails {failed}",
            ),
            remedy=("Periksa peristiwa dari evaluation.", "Look at the event that evaluation said."),
        )
    return concluded.predicate


def _open(designation: Designation, name: str) -> State:
    row = move(name)
    if designation.state is not row.source:
        raise MoveNotOpen(
            (
                f"{designation.number} berstatus {designation.state.value}; langkah {name} tidak terbuka dari sini",
                f"{designation.number} is {designation.state.value}; the move {name} is not open from here",
            ),
            remedy=("Muat ulang dan lihat statusnya.", "Reload and look at its state."),
            state=designation.state.value,
        )
    return row.target
