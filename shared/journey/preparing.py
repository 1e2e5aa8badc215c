"""The stages before anybody files: institutions, units, accounts, contacts, evaluators, facts, the two cycles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from shared.journey.client import JourneyError, Person, Refused
from shared.journey.nation import Institution, Unit, facts_of_institution
from shared.journey.people import Account, Evaluator, password_of
from shared.journey.plan import Turn
from shared.journey.tour import Tour
from shared.journey.waiting import Look

CONFLICT = 409
RULES = "prerequisites-r5"
REMAINING = {"tlhp_percent": "92.50"}
"""Findings of audits that the unit has not followed up entirely: the prerequisite that one filing lacks."""


def prepare(tour: Tour, instrument: str) -> None:
    """Everything that must stand before the first declaration."""
    bring_in(tour, "institutions", tour.nation.institutions_csv)
    bring_in(tour, "units", tour.nation.units_csv())
    for cycle in tour.cycles:
        once(tour.company.admin, "/cycles", cycle_settings(cycle, instrument, datetime.now(UTC)))
    tour.crew.each("Akun · accounts", tour.nation.accounts, lambda account: open_account(tour, account))
    tour.crew.each("Alamat · contacts", tour.nation.accounts, lambda account: register_contact(tour, account))
    tour.crew.each("Evaluator · evaluators", tour.nation.evaluators, lambda one: register_evaluator(tour, one))
    tour.crew.each("Fakta instansi · institution facts", tour.nation.taking_part, lambda one: state_facts(tour, one))
    units = (*tour.nation.units, tour.nation.below_par)
    tour.crew.each("Fakta unit · unit facts", units, lambda unit: state_unit_facts(tour, unit))


def bring_in(tour: Tour, kind: str, text: str) -> None:
    """Imports a CSV as a job: once dry, then for good, and waits for each.

    Raises:
        JourneyError: the job failed or found errors; each with line and column.
    """
    stage = f"Impor · import {kind}"
    tour.crew.expect(stage, 2)
    for dry_run in ("true", "false"):
        job = tour.company.admin.upload("units", "/imports", text, kind=kind, dry_run=dry_run)["id"]
        done = tour.until(f"import {job} of {kind}", partial(look_at_import, tour, job))
        if done["state"] != "done" or done["errors"]:
            faults = "\n".join(f"  line {one.get('line')}: {one.get('messages')}" for one in done["errors"][:10])
            raise JourneyError(f"the import of {kind} ended as {done['state']}:\n{faults}")
        tour.crew.advance(stage)


def look_at_import(tour: Tour, job: str) -> Look[dict[str, Any]]:
    """Whether an import has ended, well or badly."""
    seen = tour.company.admin.get("units", f"/imports/{job}")
    return Look(seen["state"] in {"done", "failed"}, seen, f"{seen['state']}, {seen.get('progress')}")


def once(person: Person, path: str, body: dict[str, Any], *, service: str = "units") -> None:
    """Sends a command that makes something; that it exists already is as good (a second run on the same system)."""
    try:
        person.post(service, path, body)
    except Refused as refusal:
        if refusal.status != CONFLICT:
            raise


def cycle_settings(cycle: str, instrument: str, now: datetime) -> dict[str, Any]:
    """A cycle whose window for proposals is open now. Both cycles are, so that a WBK may become WBBM in one journey."""
    opens, closes, objection = now - timedelta(days=30), now + timedelta(days=60), now + timedelta(days=67)
    return {
        "cycle": cycle,
        "instrument": instrument,
        "rules": RULES,
        "windows": {
            "proposal": {"opens": opens.isoformat(), "closes": closes.isoformat()},
            "objection": {"opens": closes.isoformat(), "closes": objection.isoformat()},
        },
        "quota_per_institution": None,
        "evaluators_per_proposal": 3,
        "max_load": 30,
    }


def open_account(tour: Tour, account: Account) -> None:
    """Makes a sample account with its derived password."""
    once(tour.company.admin, "/accounts", account.as_command(password_of(account.id, tour.company.secret)))


def register_contact(tour: Tour, account: Account) -> None:
    """Says where an account is reached and in which language."""
    contact = {"email": account.email, "language": account.language}
    tour.company.admin.put("notifications", f"/contacts/{account.id}", contact)


def register_evaluator(tour: Tour, evaluator: Evaluator) -> None:
    """Makes an account a national evaluator."""
    once(tour.company.admin, "/evaluators", evaluator.as_command(), service="evaluation")


def state_facts(tour: Tour, institution: Institution) -> None:
    """The institution's facts for both cycles' years."""
    below_par = institution.code == tour.nation.below_par.institution
    for cycle in tour.cycles:
        facts = facts_of_institution(institution, int(cycle), below_par=below_par)
        tour.company.admin.put("units", f"/institutions/{institution.code}/facts", facts)


def state_unit_facts(tour: Tour, unit: Unit) -> None:
    """The unit's facts, said by its institution's TPI."""
    tpi = tour.company.person(tour.nation.account("tpi", institution=unit.institution).id)
    lacking = any(
        record.filing.unit.code == unit.code
        and (record.filing.takes(Turn.LACKS_PREREQUISITE) or record.filing.takes(Turn.OVERRIDDEN))
        for record in tour.records
    )
    facts = {"tlhp_percent": "100", "lhkpn_percent": "100", "lhkan_percent": "100", "sakip": "A"}
    for cycle in tour.cycles:
        tpi.put("units", f"/units/{unit.code}/facts", {"year": int(cycle), **facts, **(REMAINING if lacking else {})})
