"""The registry's JSON API: the public list and records, the registrar's drafts and decrees."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from services.registry import handlers, queries
from services.registry.domain.designation import Designation, move
from services.registry.domain.public_view import record
from services.registry.web import schemas
from services.registry.web.freshness import conditional
from services.registry.web.parameters import PARAMETERS, asked
from shared.storage import Aggregate
from shared.web import PageArguments, after_of, command_cause, idempotent, page_of, requires, rooms

api = Blueprint("registry", __name__, description="Designations: public records, and the registrar's decrees.")

_QUERY = [
    {"in": "query", "name": name, "required": False, "description": known.described, "schema": known.schema}
    for name, known in PARAMETERS.items()
]


@api.get("/designations")
@api.doc(parameters=_QUERY)
@api.alt_response(200, schema=schemas.Entries)
def list_designations() -> Response:
    """Public designations, the newest publication first; an unknown or malformed parameter is refused (400)."""
    question = asked(request.args)
    page = queries.find_designations(
        rooms(), question.wanted, after=question.after, limit=question.limit, now=datetime.now(UTC)
    )
    return conditional(jsonify(items=page.entries, next=cursor_of(page.next)))


@api.get("/designations/<string:number>")
@api.alt_response(200, schema=schemas.ProvenRecord)
def show_designation(number: str) -> Response:
    """One public designation with its scores, gates, history and proofs; 404 for what was never published."""
    return conditional(jsonify(queries.proven_record(rooms(), number)))


@api.get("/drafts")
@api.arguments(PageArguments, location="query")
@api.response(200, schemas.Drafts)
@requires(*move("publish").roles)
def list_drafts(arguments: dict[str, Any]) -> dict[str, Any]:
    """Drafts that wait for a decree, by number (registrar)."""
    limit = arguments["limit"]
    found = queries.drafts(rooms(), after=after_of(arguments["cursor"]), limit=limit + 1)
    return page_of([queries.draft_entry(draft) for draft in found], limit, key=lambda draft: draft["number"])


@api.post("/designations/<string:number>/publication")
@api.arguments(schemas.PublicationBody)
@api.response(200, schemas.Settled)
@requires(*move("publish").roles)
@idempotent
def publish(body: dict[str, Any], number: str) -> dict[str, Any]:
    """Publish a draft by its decree (registrar); public at once. 409 from any other state."""
    decree = schemas.decree_of(body["decree"])
    return _settled(handlers.publish_designation(rooms(), number, decree, command_cause(), body["version"]))


@api.post("/designations/<string:number>/revocation")
@api.arguments(schemas.RevocationBody)
@api.response(200, schemas.Settled)
@requires(*move("revoke").roles)
@idempotent
def revoke(body: dict[str, Any], number: str) -> dict[str, Any]:
    """End a designation by decree on a ground (registrar); its page stays and says so. 409 from any other state."""
    decree, cause = schemas.decree_of(body["decree"]), command_cause()
    return _settled(handlers.revoke_designation(rooms(), number, decree, body["ground"], cause, body["version"]))


def cursor_of(order: str | None) -> str | None:
    """The opaque cursor of a place in the list."""
    return None if order is None else base64.urlsafe_b64encode(order.encode()).decode()


def _settled(saved: Aggregate[Designation]) -> dict[str, Any]:
    return {
        "number": saved.state.number,
        "state": saved.state.state.value,
        "version": saved.version,
        "designation": record(saved.state),
    }
