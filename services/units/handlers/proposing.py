"""Proposals: overrides, the proposal with its place in the quota, and the request to withdraw.

A proposal concerns two documents. Its place is reserved on the institution's first, under the id that the proposal
will have; then the proposal is written on the unit's, the one write that counts; then the place is marked as settled.
A crash in between leaves a place that is unsettled, and a timer settles or releases it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from services.units import events, rules
from services.units.domain import institution as institutions
from services.units.domain import lifecycle
from services.units.domain.cycle import Cycle, require_open
from services.units.domain.dates import Target
from services.units.domain.institution import Institution, Reservation
from services.units.domain.prerequisites import Answer, all_met, check
from services.units.domain.unit import Filing, Override, Proposal, ProposalState, Unit
from services.units.errors import PrerequisitesNotMet
from services.units.standings import standing_of_institution, standing_of_unit
from services.units.store import Stores
from shared.failures import Away, InvalidInput, ZonaError, said
from shared.storage import Aggregate, Cause, Event

UNSETTLED_FOR = timedelta(minutes=1)
"""A place unsettled for longer belongs to a request that died."""
GIVEN_BACK = frozenset({ProposalState.WITHDRAWN, ProposalState.RETURNED})


def record_override(
    stores: Stores, code: str, override: Override, cause: Cause, *, version: int | None = None
) -> Aggregate[Unit]:
    """Let a rule pass for a unit, cycle and target. Raises NotFound, InvalidInput, AlreadyExists, StaleVersion."""
    cycle = stores.cycles.load(override.cycle).state
    rule = rules.rule_set(cycle.rules).rule(override.rule)
    if rule is None or not rule.overridable:
        messages = said(
            (
                f"Aturan {override.rule} tidak ada di {cycle.rules} atau tidak dapat dikecualikan.",
                f"There is no rule {override.rule} in {cycle.rules}, or it can't be excepted.",
            )
        )
        raise InvalidInput(
            (messages["id"], messages["en"]),
            remedy=("Lihat daftar prasyarat unit ini.", "See the prerequisites of this unit."),
            errors=[{"pointer": "/rule", "code": "rule", "messages": messages}],
        )
    decide = lifecycle.record_override
    return stores.units.change(code, lambda unit: (decide(unit, override), []), cause, version=version)


def propose(
    stores: Stores, code: str, filing: Filing, cause: Cause, *, version: int | None = None
) -> tuple[Aggregate[Unit], Proposal]:
    """File a proposal: the window is open, every prerequisite holds, the quota has a place.

    Raises NotFound, WindowClosed, MoveRefused, AlreadyDecided, PrerequisitesNotMet, QuotaExceeded, StaleVersion.
    """
    unit, cycle = stores.units.load(code), stores.cycles.load(filing.cycle).state
    if cause.command_id and cause.command_id in unit.commands:
        return unit, next(one for one in reversed(unit.state.proposals) if one.cycle == filing.cycle)
    require_open(cycle, "proposal", cause.time)
    institution = stores.institutions.load(unit.state.institution).state
    place = Reservation(filing.cycle, unit.state.next_proposal_id(filing.cycle), code, cause.time)

    def decide(unit: Unit) -> tuple[Unit, list[Event]]:
        return _decide(stores, unit, institution, cycle, filing, place.proposal, cause)

    decide(unit.state)  # most refusals come here, before anything is reserved
    _reserve(stores, institution.code, place, cycle.quota_per_institution, cause)
    try:
        proposed = stores.units.change(code, decide, cause, version=version)
    except ZonaError:
        if stores.units.load(code).state.proposal(place.proposal) is None:
            release(stores, institution.code, place.proposal, cause)
        raise
    _settle(stores, institution.code, place.proposal, cause)
    return proposed, proposed.state.proposals[-1]


def request_withdrawal(
    stores: Stores, code: str, proposal: str, reason: str, cause: Cause, *, version: int | None = None
) -> Aggregate[Unit]:
    """Ask evaluation to give a proposal back. Raises NotFound, MoveRefused, StaleVersion."""

    def decide(unit: Unit) -> tuple[Unit, list[Event]]:
        asked = lifecycle.request_withdrawal(unit, proposal, reason)
        moved = next(one for one in asked.proposals if one.id == proposal)
        return asked, [events.proposal_withdrawal_requested(asked, moved)]

    return stores.units.change(code, decide, cause, version=version)


def answers_for(stores: Stores, unit: Unit, cycle: Cycle, target: Target, at: datetime) -> tuple[Answer, ...]:
    """Every prerequisite of the unit for a cycle and target, measured now. Raises NotFound."""
    institution = stores.institutions.load(unit.institution).state
    return _answers(stores, unit, institution, cycle, target, at)


def release(stores: Stores, institution: str, proposal: str, cause: Cause) -> None:
    """Give a place of the quota back; a second run changes nothing. Raises NotFound."""
    held = stores.institutions.load(institution).state.reservations
    if any(one.proposal == proposal for one in held):
        stores.institutions.change(institution, lambda one: (institutions.release(one, proposal), []), _own(cause))


def settle_reservations(stores: Stores, cause: Cause) -> int:
    """Settle or release the places whose requests died; gives their number."""
    count = 0
    for institution in stores.institutions.select({"summary.unsettled": True}):
        for place in institution.state.unsettled:
            if place.at <= cause.time - UNSETTLED_FOR:
                count += 1
                unit = stores.units.find(place.unit)
                proposal = unit.state.proposal(place.proposal) if unit else None
                held = proposal is not None and proposal.state not in GIVEN_BACK
                (_settle if held else release)(stores, institution.key, place.proposal, cause)
    return count


def _decide(
    stores: Stores, unit: Unit, institution: Institution, cycle: Cycle, filing: Filing, id: str, cause: Cause
) -> tuple[Unit, list[Event]]:
    lifecycle.propose(unit, filing, (), cause.time)
    if unit.next_proposal_id(filing.cycle) != id:
        raise Away(
            (f"Unit {unit.code} sedang diubah orang lain.", f"Unit {unit.code} is being changed by somebody else."),
            remedy=("Kirim ulang permintaan yang sama.", "Send the same request again."),
        )
    answers = _answers(stores, unit, institution, cycle, filing.target, cause.time)
    if not all_met(answers):
        raise prerequisites_not_met(answers)
    overridden = tuple(answer.rule for answer in answers if answer.overridden)
    proposed = lifecycle.propose(unit, filing, overridden, cause.time)
    return proposed, [events.proposal_submitted(proposed, proposed.proposals[-1])]


def prerequisites_not_met(answers: tuple[Answer, ...]) -> PrerequisitesNotMet:
    """The refusal, with every answer, and one error for each that is missing."""
    missing = [answer for answer in answers if not answer.met]
    rules_missing = ", ".join(answer.rule for answer in missing)
    return PrerequisitesNotMet(
        (f"Prasyarat yang belum terpenuhi: {rules_missing}.", f"Prerequisites that are not met: {rules_missing}."),
        remedy=(
            "Lengkapi yang disebut di `answers`, atau minta pengecualian yang tercatat kepada TPN.",
            "Complete what `answers` names, or ask the TPN for a recorded exception.",
        ),
        errors=[{"pointer": f"/{one.rule}", "code": one.rule, "messages": said(one.said)} for one in missing],
        answers=[answer_shown(answer) for answer in answers],
    )


def answer_shown(answer: Answer) -> dict[str, object]:
    """An answer as the API gives it."""
    return {
        "rule": answer.rule,
        "article": answer.article,
        "measured": answer.measured,
        "required": answer.required,
        "met": answer.met,
        "affirmation": answer.affirmation,
        "overridden": answer.overridden,
        "messages": said(answer.said),
    }


def _answers(
    stores: Stores, unit: Unit, institution: Institution, cycle: Cycle, target: Target, at: datetime
) -> tuple[Answer, ...]:
    law = rules.rule_set(cycle.rules)
    return check(
        law,
        standing_of_institution(stores, institution, law, cycle.cycle, target),
        standing_of_unit(unit, law, cycle.cycle, target),
        target,
        at,
    )


def _reserve(stores: Stores, institution: str, place: Reservation, quota: int | None, cause: Cause) -> None:
    stores.institutions.change(institution, lambda one: (institutions.reserve(one, place, quota), []), _own(cause))


def _settle(stores: Stores, institution: str, proposal: str, cause: Cause) -> None:
    stores.institutions.change(institution, lambda one: (institutions.settle(one, proposal), []), _own(cause))


def _own(cause: Cause) -> Cause:
    """The cause of a write beside the one that counts: repeatable by itself, so it takes no id into the document."""
    return replace(cause, command_id=None, event_id=None)
