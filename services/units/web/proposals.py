"""Prerequisites, overrides, proposals and withdrawals."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.units import handlers, queries
from services.units.domain.prerequisites import all_met
from services.units.domain.unit import Filing, Letter, Override, Statement
from services.units.handlers.proposing import answer_shown, answers_for
from services.units.web import scope
from services.units.web.schemas import (
    OverrideBody,
    PrerequisiteArguments,
    ProposalArguments,
    ProposalBody,
    WithdrawalBody,
)
from shared.web import after_of, command_cause, current_actor, idempotent, page_of, requires, rooms

blueprint = Blueprint("proposals", __name__, description="Proposals")


@blueprint.get("/units/<code>/prerequisites")
@requires()
@blueprint.arguments(PrerequisiteArguments, location="query")
def show_prerequisites(arguments: dict[str, Any], code: str) -> dict[str, Any]:
    """Every prerequisite for a cycle and target, measured now, each with its article."""
    scope.may_read_unit(current_actor(), code)
    cycle, unit = rooms().cycles.load(arguments["cycle"]).state, rooms().units.load(code).state
    answers = answers_for(rooms(), unit, cycle, arguments["target"], command_cause().time)
    return {"met": all_met(answers), "answers": [answer_shown(answer) for answer in answers]}


@blueprint.post("/units/<code>/overrides")
@requires("admin")
@blueprint.arguments(OverrideBody)
@idempotent
def record_override(body: dict[str, Any], code: str) -> tuple[dict[str, Any], int]:
    """Let a rule pass for a cycle and target, with the reason."""
    cause, version = command_cause(), body.pop("version")
    override = Override(**body, officer=current_actor().id, at=cause.time)
    return queries.unit_shown(handlers.record_override(rooms(), code, override, cause, version=version)), 201


@blueprint.post("/units/<code>/proposal")
@requires("institution_officer")
@blueprint.arguments(ProposalBody)
@idempotent
def propose(body: dict[str, Any], code: str) -> tuple[dict[str, Any], int]:
    """Propose the unit for WBK or WBBM."""
    scope.is_of_institution(current_actor(), code)
    version = body.pop("version")
    letters = {"cover_letter": Letter(**body["cover_letter"]), "sptjm": Statement(**body["sptjm"])}
    unit, proposal = handlers.propose(rooms(), code, Filing(**{**body, **letters}), command_cause(), version=version)
    return queries.proposal_shown(unit.state, proposal), 201


@blueprint.post("/units/<code>/withdrawal")
@requires("institution_officer")
@blueprint.arguments(WithdrawalBody)
@idempotent
def request_withdrawal(body: dict[str, Any], code: str) -> tuple[dict[str, Any], int]:
    """Ask to take a proposal back; evaluation confirms it unless it has concluded."""
    scope.is_of_institution(current_actor(), code)
    unit = handlers.request_withdrawal(
        rooms(), code, body["proposal"], body["reason"], command_cause(), version=body["version"]
    ).state
    proposal = unit.proposal(body["proposal"])
    return queries.proposal_shown(unit, proposal) if proposal else {}, 202


@blueprint.get("/proposals")
@requires()
@blueprint.arguments(ProposalArguments, location="query")
def list_proposals(arguments: dict[str, Any]) -> dict[str, Any]:
    """A cycle's proposals by id, within one's reach, as far as units has heard."""
    reach, limit = scope.reach_of(current_actor()), arguments["limit"]
    found = queries.proposals(
        rooms(),
        arguments["cycle"],
        institution=reach.institution,
        unit=reach.unit,
        after=after_of(arguments["cursor"]) or "",
        limit=limit + 1,
    )
    return page_of(found, limit, lambda one: str(one["proposal"]))
