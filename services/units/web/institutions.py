"""Institutions and their facts."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.units import handlers, queries
from services.units.domain.institution import InstitutionFacts
from services.units.web.schemas import InstitutionArguments, InstitutionFactsBody
from shared.web import after_of, command_cause, idempotent, page_of, requires, rooms

blueprint = Blueprint("institutions", __name__, url_prefix="/institutions", description="Institutions")
FACTS = ("bpk_opinion", "sakip", "rb_index", "spip_level", "corruption_case")


@blueprint.get("")
@requires()
@blueprint.arguments(InstitutionArguments, location="query")
def list_institutions(arguments: dict[str, Any]) -> dict[str, Any]:
    """Institutions by code, of a kind, or with a part of their name."""
    limit, after = arguments["limit"], after_of(arguments["cursor"]) or ""
    found = queries.institutions(rooms(), kind=arguments["kind"], q=arguments["q"], after=after, limit=limit + 1)
    return page_of(found, limit, lambda one: str(one["code"]))


@blueprint.get("/<code>")
@requires()
def show_institution(code: str) -> dict[str, Any]:
    """An institution with its facts by year."""
    return queries.institution_shown(rooms().institutions.load(code))


@blueprint.put("/<code>/facts")
@requires("admin")
@blueprint.arguments(InstitutionFactsBody)
@idempotent
def put_facts(body: dict[str, Any], code: str) -> dict[str, Any]:
    """Record what was evaluated of the institution for a year; what is left out keeps its value."""
    facts = InstitutionFacts(**{name: body[name] for name in FACTS})
    return queries.institution_shown(
        handlers.record_institution_facts(
            rooms(), code, str(body["year"]), facts, command_cause(), version=body["version"]
        )
    )
