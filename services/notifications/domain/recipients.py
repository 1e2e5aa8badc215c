"""Who must be told what: one table from the event to the seats that hear it.

A *seat* is a role at a place: `unit_officer@L3171-RSUD-01`, `tpi@L3171`, `panel`. An event calls seats, an
account holds seats; whoever holds a called seat is told. Both directions ask the same question, so it does
not matter whether the event or the account is heard first.

Two rules of confidentiality hold here, before any text is written: no message learns who else was told,
and `facts_for` takes the evaluators' names out of what a template can see.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

LOOK_BACK = timedelta(days=1)
"""A seat that is newly taken is also told what happened this long before. The span makes the order in which
an account and an event arrive irrelevant, and covers clocks that differ by hours."""

NEVER_TOLD = frozenset({"evaluators"})
"""Fields that no message may carry: units never learn who evaluates them, evaluators not who else does."""


class Place(Enum):
    """Where a role is held; the value is the event's field that names the place."""

    UNIT = "unit"
    INSTITUTION = "institution"
    ANYWHERE = ""
    NAMED = "evaluators"  # the event lists the accounts themselves


@dataclass(frozen=True, slots=True)
class Called:
    """A role that hears an event, and where it must be held."""

    role: str
    place: Place


UNIT_OFFICER = Called("unit_officer", Place.UNIT)
INSTITUTION_OFFICER = Called("institution_officer", Place.INSTITUTION)
TPI = Called("tpi", Place.INSTITUTION)
EVALUATOR = Called("evaluator", Place.NAMED)
PANEL = Called("panel", Place.ANYWHERE)
REGISTRAR = Called("registrar", Place.ANYWHERE)

CALLED: Mapping[str, tuple[Called, ...]] = {
    "units.unit_declared": (UNIT_OFFICER, INSTITUTION_OFFICER, TPI),
    "units.development_started": (UNIT_OFFICER, TPI),
    "units.progress_reported": (UNIT_OFFICER, TPI),
    "units.proposal_submitted": (INSTITUTION_OFFICER, UNIT_OFFICER, TPI),
    "units.proposal_withdrawal_requested": (INSTITUTION_OFFICER, UNIT_OFFICER),
    "evaluation.worksheet_sealed": (INSTITUTION_OFFICER, UNIT_OFFICER, TPI),
    "evaluation.proposal_returned": (INSTITUTION_OFFICER, UNIT_OFFICER, TPI),
    "evaluation.proposal_screened": (INSTITUTION_OFFICER, UNIT_OFFICER),
    "evaluation.evaluators_assigned": (EVALUATOR, UNIT_OFFICER, INSTITUTION_OFFICER),
    # Scores before the decision are an internal memo (UU 14/2008, article 17): the panel alone hears them.
    "evaluation.scores_aggregated": (PANEL,),
    "evaluation.proposal_withdrawn": (INSTITUTION_OFFICER, UNIT_OFFICER, EVALUATOR),
    "evaluation.concluded": (INSTITUTION_OFFICER, UNIT_OFFICER, TPI, EVALUATOR),
    "registry.designation_drafted": (REGISTRAR,),
    "registry.designation_published": (INSTITUTION_OFFICER, UNIT_OFFICER, TPI),
    "registry.designation_revoked": (INSTITUTION_OFFICER, UNIT_OFFICER, TPI),
}
"""Event type → who is told. An account that is called twice is told once, as the first of its roles here."""


@dataclass(frozen=True, slots=True)
class Account:
    """What notifications knows of a person: no name, only seats. `since`: when this state was said, UTC."""

    id: str
    roles: frozenset[str]
    institution: str | None
    unit: str | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Recipient:
    """An account to be told, and the role for which it is."""

    account: str
    role: str


def seat(role: str, place: str = "") -> str:
    """The name of a seat: `tpi@L3171`, or `panel` when it is held anywhere."""
    return f"{role}@{place}" if place else role


def seats_of(account: Account) -> frozenset[str]:
    """Every seat that the account holds: each role as such, at its institution and at its unit."""
    places = ["", *(place for place in (account.institution, account.unit) if place)]
    return frozenset(seat(role, place) for role in account.roles for place in places)


def seats_called(event_type: str, data: Mapping[str, Any]) -> dict[str, str]:
    """Seat → role of everyone whom the event concerns by office, in the table's order.

    Raises KeyError for an event without a row, or without the field that names the place.
    """
    return {
        seat(called.role, data[called.place.value] if called.place.value else ""): called.role
        for called in CALLED[event_type]
        if called.place is not Place.NAMED
    }


def named_by(event_type: str, data: Mapping[str, Any]) -> tuple[Recipient, ...]:
    """The accounts that the event itself names; they are told even before their account is heard of."""
    return tuple(
        Recipient(account, called.role)
        for called in CALLED[event_type]
        if called.place is Place.NAMED
        for account in data[called.place.value]
    )


def recipients(event_type: str, data: Mapping[str, Any], accounts: Iterable[Account]) -> tuple[Recipient, ...]:
    """Everyone to be told, each once, named ones first, the others by account id."""
    told = {named.account: named for named in named_by(event_type, data)}
    seats = seats_called(event_type, data)
    for account in sorted(accounts, key=lambda known: known.id):
        held = seats_of(account)
        roles = [role for seat, role in seats.items() if seat in held]
        if roles and account.id not in told:
            told[account.id] = Recipient(account.id, roles[0])
    return tuple(told.values())


def hears_from(account: Account) -> datetime:
    """The oldest event of which a newly heard account is still told."""
    return account.since - LOOK_BACK


def facts_for(data: Mapping[str, Any]) -> dict[str, Any]:
    """What a message may say of an event: its data without the names that nobody is told."""
    return {name: value for name, value in data.items() if name not in NEVER_TOLD}
