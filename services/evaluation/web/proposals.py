"""Proposals: the list, the explained result, the survey, the panel's word."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from services.evaluation import handlers, proposal_queries
from services.evaluation.web.answers import ProposalAnswer, ProposalRow, page
from services.evaluation.web.schemas import DecisionBody, ProposalArguments, SurveyBody
from shared.web import after_of, command_cause, current_actor, idempotent, page_of, requires, rooms

blueprint = Blueprint("proposals", __name__, description="Proposals from their arrival to their conclusion")


@blueprint.get("/proposals")
@blueprint.arguments(ProposalArguments, location="query")
@blueprint.response(200, page(ProposalRow))
@requires()
def list_proposals(asked: dict[str, Any]) -> dict[str, Any]:
    """The proposals that the account may see, by id."""
    found = proposal_queries.proposals(
        rooms(),
        current_actor(),
        cycle=asked["cycle"],
        state=asked["state"].value if asked["state"] else None,
        after=after_of(asked["cursor"]),
        limit=asked["limit"] + 1,
    )
    return page_of(found, asked["limit"], lambda one: one["proposal"])


@blueprint.get("/proposals/<proposal>")
@blueprint.response(200, ProposalAnswer)
@requires()
def get_proposal(proposal: str) -> dict[str, Any]:
    """One proposal; 503 while it may still be on its way here."""
    return proposal_queries.proposal(rooms(), current_actor(), proposal)


@blueprint.get("/proposals/<proposal>/trace")
@blueprint.response(200)
@requires()
def get_trace(proposal: str) -> dict[str, Any]:
    """How each number of the result came about."""
    return proposal_queries.proposal_trace(rooms(), current_actor(), proposal)


@blueprint.get("/proposals/<proposal>/bundle.json")
@requires()
def get_bundle(proposal: str) -> Response:
    """The bundle of a conclusion, byte for byte: its SHA-256 is `bundle_sha256`; `zi recompute` computes it anew."""
    text = proposal_queries.proposal_bundle(rooms(), current_actor(), proposal)
    return Response(text.encode(), content_type="application/json")


@blueprint.post("/proposals/<proposal>/survey")
@blueprint.arguments(SurveyBody)
@blueprint.response(200, ProposalAnswer)
@requires("surveyor")
@idempotent
def record_survey(body: dict[str, Any], proposal: str) -> dict[str, Any]:
    """Record the external survey's indices, once."""
    version = body.pop("version")
    recorded = handlers.record_survey(
        rooms(), current_actor(), command_cause(), proposal=proposal, survey=body, version=version
    )
    return proposal_queries.proposal_view(recorded, current_actor())


@blueprint.post("/proposals/<proposal>/panel-decision")
@blueprint.arguments(DecisionBody)
@blueprint.response(200, ProposalAnswer)
@requires("panel")
@idempotent
def decide_proposal(body: dict[str, Any], proposal: str) -> dict[str, Any]:
    """Approve or reject; approval needs every gate."""
    decided = handlers.decide_proposal(
        rooms(),
        current_actor(),
        command_cause(),
        proposal=proposal,
        approved=body["decision"] == "approve",
        reason=body["reason"],
        version=body["version"],
    )
    return proposal_queries.proposal_view(decided, current_actor())
