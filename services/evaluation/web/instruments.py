"""Instruments: versioned data that anybody signed in may read."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.evaluation import queries
from services.evaluation.web.answers import InstrumentChangesAnswer
from services.evaluation.web.schemas import ChangesArguments
from shared.web import requires

blueprint = Blueprint("instruments", __name__, description="Instruments: questions, weights, gates")


@blueprint.get("/instruments")
@blueprint.response(200)
@requires()
def list_instruments() -> dict[str, Any]:
    """Every instrument there is; there are few, so all come at once."""
    return {"items": queries.instruments(), "next": None}


@blueprint.get("/instruments/<id>/changes")
@blueprint.arguments(ChangesArguments, location="query")
@blueprint.response(200, InstrumentChangesAnswer)
@requires()
def get_changes(asked: dict[str, Any], id: str) -> dict[str, Any]:
    """What this instrument asks, weighs and demands otherwise than the one named in `since`."""
    return queries.instrument_changes(id, asked["since"])


@blueprint.get("/instruments/<id>")
@blueprint.response(200)
@requires()
def get_instrument(id: str) -> dict[str, Any]:
    """One instrument, whole."""
    return queries.instrument(id)
