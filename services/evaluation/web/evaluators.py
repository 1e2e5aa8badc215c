"""National evaluators."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.evaluation import handlers, queries
from services.evaluation.domain.evaluator import Evaluator
from services.evaluation.views import evaluator_view
from services.evaluation.web.answers import EvaluatorAnswer, page
from services.evaluation.web.schemas import EvaluatorBody
from shared.web import PageArguments, after_of, command_cause, idempotent, page_of, requires, rooms

blueprint = Blueprint("evaluators", __name__, description="Evaluators and the places they hold")


@blueprint.post("/evaluators")
@blueprint.arguments(EvaluatorBody)
@blueprint.response(201, EvaluatorAnswer)
@requires("admin")
@idempotent
def register_evaluator(body: dict[str, Any]) -> dict[str, Any]:
    """Make an account a national evaluator."""
    evaluator = Evaluator(
        id=body["id"],
        institution=body["institution"],
        province=body["province"],
        expertise=tuple(body["expertise"]),
        max_load=body["max_load"],
        conflicts=tuple(body["conflicts"]),
    )
    return evaluator_view(handlers.register_evaluator(rooms(), command_cause(), evaluator).state)


@blueprint.get("/evaluators")
@blueprint.arguments(PageArguments, location="query")
@blueprint.response(200, page(EvaluatorAnswer))
@requires("admin")
def list_evaluators(asked: dict[str, Any]) -> dict[str, Any]:
    """Evaluators by id, with their reservations."""
    found = queries.evaluators(rooms(), after=after_of(asked["cursor"]), limit=asked["limit"] + 1)
    return page_of(found, asked["limit"], lambda one: one["id"])
