"""The read side of units: what lists and pages show. No side effects."""

from __future__ import annotations

import re
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from services.units.documents import CycleDocument
from services.units.domain.explaining import shown
from services.units.domain.institution import Institution
from services.units.domain.lifecycle import allowed_in
from services.units.domain.unit import Designation, Proposal, Unit
from services.units.store import Stores, summaries, summary_of_unit
from shared.jobs import Job
from shared.storage import Aggregate

Page = list[dict[str, Any]]
LISTED = ("code", "name", "institution", "province", "field", "state", "standing")


def institutions(stores: Stores, *, kind: str | None, q: str | None, after: str, limit: int) -> Page:
    """A page of institutions by code; `q` is a part of the name or code.

    The pattern runs over the institutions' summaries: there are some 700 of them, and the nation makes no more.
    """
    wanted: dict[str, Any] = {"state.kind": kind} if kind else {}
    if q:
        wanted["summary.words"] = {"$regex": re.escape(q.casefold())}
    names = ("code", "name", "kind", "province")
    found = summaries(stores.institutions, wanted, after=after, limit=limit)
    return [{name: one[name] for name in names} for one in found]


def units(stores: Stores, *, institution: str | None, state: str | None, after: str, limit: int) -> Page:
    """A page of units by code."""
    wanted = {
        name: value for name, value in (("state.institution", institution), ("state.state", state)) if value is not None
    }
    return [{name: one[name] for name in LISTED} for one in summaries(stores.units, wanted, after=after, limit=limit)]


def proposals(stores: Stores, cycle: str, *, institution: str | None, unit: str | None, after: str, limit: int) -> Page:
    """A page of a cycle's proposals by id, after the proposal `after`; of one institution or unit, if given."""
    wanted: dict[str, Any] = {"summary.cycles": cycle}
    if institution:
        wanted["state.institution"] = institution
    if unit:
        wanted["key"] = unit
    begin = after.partition(".")[0]
    found = _of_one_unit(stores, wanted) if unit else _from(stores, wanted, begin, limit)
    each = (proposal for summary in found for proposal in summary["proposals"] if proposal["cycle"] == cycle)
    return [proposal for proposal in each if proposal_order(proposal["proposal"]) > proposal_order(after)][:limit]


def proposal_order(id: str) -> tuple[str, int]:
    """<unit>.<cycle>.<n> in the order of the list: by unit, then by number. Empty: before all."""
    unit, _, rest = id.partition(".")
    number = rest.rpartition(".")[2]
    return unit, int(number) if number.isdecimal() else 0


def institution_shown(aggregate: Aggregate[Institution]) -> dict[str, Any]:
    """An institution with its facts by year and the places of its quota that are taken, by cycle."""
    institution = aggregate.state
    cycles = [one.cycle for one in institution.reservations]
    return {
        "code": institution.code,
        "name": institution.name,
        "kind": institution.kind.value,
        "province": institution.province,
        "facts": {year: _facts(facts) for year, facts in sorted(institution.facts.items())},
        "proposals_by_cycle": {cycle: cycles.count(cycle) for cycle in sorted(set(cycles))},
        "version": aggregate.version,
    }


def unit_listed(unit: Unit) -> dict[str, Any]:
    """A unit as lists show it."""
    summary = summary_of_unit(unit)
    return {name: summary[name] for name in LISTED}


def unit_shown(aggregate: Aggregate[Unit]) -> dict[str, Any]:
    """A unit with its whole way."""
    unit = aggregate.state
    card = ("code", "name", "institution", "institution_name", "institution_kind", "parent", "province", "field")
    more = ("affirmation_service", "core_service", "public_impact")
    return {
        **{name: getattr(unit, name) for name in (*card, *more)},
        "state": unit.state.value,
        "allowed": list(allowed_in(unit.state)),
        "standing": sorted(target.value for target in unit.standing),
        "barred_until": unit.barred_until.isoformat() if unit.barred_until else None,
        "declaration": _plain(asdict(unit.declaration)) if unit.declaration else None,
        "development": _plain(asdict(unit.development)) if unit.development else None,
        "progress": [_plain(asdict(one)) for one in unit.progress],
        "facts": {year: _facts(facts) for year, facts in sorted(unit.facts.items())},
        "overrides": [_plain(asdict(one)) | {"target": one.target.value} for one in unit.overrides],
        "proposals": [proposal_shown(unit, one) for one in unit.proposals],
        "designations": [_designation(one) for one in unit.designations],
        "version": aggregate.version,
    }


def proposal_shown(unit: Unit, proposal: Proposal) -> dict[str, Any]:
    """A proposal with what it brought along."""
    filing = proposal.filing
    return {
        "proposal": proposal.id,
        "unit": unit.code,
        "cycle": proposal.cycle,
        "target": proposal.target.value,
        "state": proposal.state.value,
        "submitted_at": proposal.submitted_at.isoformat(),
        "worksheet_hash": filing.worksheet_hash,
        "cover_letter": _plain(asdict(filing.cover_letter)),
        "sptjm": _plain(asdict(filing.sptjm)),
        "overrides": list(proposal.overrides),
        "reason": proposal.reason,
    }


def cycle_shown(aggregate: Aggregate[Any]) -> dict[str, Any]:
    """A cycle as it stands."""
    return {**CycleDocument().dump(aggregate.state), "version": aggregate.version}


def import_shown(id: str, job: Job) -> dict[str, Any]:
    """An import as a job: how far it is, what it did, what is wrong with the file."""
    return {
        "id": id,
        "kind": job.parameters["kind"],
        "dry_run": job.parameters["dry_run"],
        "state": job.state,
        "progress": {"done": job.done, "total": job.total},
        "result": job.result,
        "errors": list(job.errors),
    }


def _from(stores: Stores, wanted: dict[str, Any], begin: str, limit: int) -> Page:
    """One unit more than asked for: of the first all may have been shown before."""
    return summaries(stores.units, wanted, after=begin, limit=limit + 1, including=True)


def _of_one_unit(stores: Stores, wanted: dict[str, Any]) -> Page:
    found = stores.units.collection.find_one(wanted, {"_id": 0, "summary": 1})
    return [found["summary"]] if found else []


def _designation(one: Designation) -> dict[str, Any]:
    return {
        "number": one.number,
        "predicate": one.predicate.value,
        "cycle": one.cycle,
        "proposal": one.proposal,
        "revoked": one.revoked,
        "barred_until": one.barred_until.isoformat() if one.barred_until else None,
    }


def _facts(facts: Any) -> dict[str, Any]:
    return {name: shown(value) if isinstance(value, Fraction) else value for name, value in asdict(facts).items()}


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """Dates and moments as ISO 8601."""
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in data.items()}
