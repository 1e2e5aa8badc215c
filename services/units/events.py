"""What units says, made from its states: the data of each event as its contract has it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.units.domain.account import Account
from services.units.domain.cycle import Cycle
from services.units.domain.institution import Institution
from services.units.domain.unit import Progress, Proposal, Unit
from shared.storage import Event


def card(unit: Unit) -> dict[str, str]:
    """A unit as others need to know it."""
    return {
        "unit": unit.code,
        "unit_name": unit.name,
        "institution": unit.institution,
        "institution_name": unit.institution_name,
        "institution_kind": unit.institution_kind,
        "province": unit.province,
        "field": unit.field,
    }


def institution_registered(institution: Institution) -> Event:
    return Event(
        "units.institution_registered",
        {
            "code": institution.code,
            "name": institution.name,
            "kind": institution.kind.value,
            "province": institution.province,
        },
    )


def unit_registered(unit: Unit) -> Event:
    return Event("units.unit_registered", dict(card(unit)))


def account_registered(account: Account) -> Event:
    """No name and no address: the account's id is a pseudonym."""
    return Event(
        "units.account_registered",
        {
            "account": account.id,
            "roles": list(account.roles),
            "institution": account.institution,
            "unit": account.unit,
        },
    )


def cycle_changed(cycle: Cycle) -> Event:
    return Event(
        "units.cycle_changed",
        {
            "cycle": cycle.cycle,
            "instrument": cycle.instrument,
            "rules": cycle.rules,
            "windows": {
                name: {"opens": _moment(window.opens), "closes": _moment(window.closes)}
                for name, window in cycle.windows.items()
            },
            "quota_per_institution": cycle.quota_per_institution,
            "evaluators_per_proposal": cycle.evaluators_per_proposal,
            "max_load": cycle.max_load,
            "aggregation": cycle.aggregation,
        },
    )


def unit_declared(unit: Unit) -> Event:
    """Of a unit that has just been declared."""
    declaration = unit.declaration
    assert declaration is not None  # noqa: S101 - the move that this event tells of has set it
    said = {
        "date": declaration.date.isoformat(),
        "place": declaration.place,
        "signed": declaration.signed,
        "staff": declaration.staff,
    }
    return Event("units.unit_declared", {**card(unit), **said})


def development_started(unit: Unit) -> Event:
    """Of a unit that has just begun."""
    assert unit.development is not None  # noqa: S101 - the move that this event tells of has set it
    return Event("units.development_started", {**card(unit), "started_on": unit.development.started_on.isoformat()})


def progress_reported(unit: Unit, progress: Progress) -> Event:
    return Event("units.progress_reported", {**card(unit), "period": progress.period})


def proposal_submitted(unit: Unit, proposal: Proposal) -> Event:
    filing = proposal.filing
    said: dict[str, Any] = {
        "proposal": proposal.id,
        "cycle": proposal.cycle,
        "target": proposal.target.value,
        "worksheet_hash": filing.worksheet_hash,
        "submitted_at": _moment(proposal.submitted_at),
        "cover_letter": {"number": filing.cover_letter.number, "date": filing.cover_letter.date.isoformat()},
        "sptjm": {
            "number": filing.sptjm.number,
            "date": filing.sptjm.date.isoformat(),
            "signatory_office": filing.sptjm.signatory_office,
        },
        "overrides": list(proposal.overrides),
    }
    return Event("units.proposal_submitted", {**card(unit), **said})


def proposal_withdrawal_requested(unit: Unit, proposal: Proposal) -> Event:
    return Event(
        "units.proposal_withdrawal_requested",
        {
            "proposal": proposal.id,
            "unit": unit.code,
            "institution": unit.institution,
            "cycle": proposal.cycle,
            "reason": proposal.reason or "",
        },
    )


def _moment(at: datetime) -> str:
    return at.isoformat()
