"""Units: their card, facts and way up to the proposal."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.units import handlers, queries
from services.units.domain.importing import UNIT_COLUMNS
from services.units.domain.unit import Declaration, Development, Progress, UnitFacts
from services.units.web import scope
from services.units.web.schemas import (
    DeclarationBody,
    DevelopmentBody,
    NewUnit,
    ProgressBody,
    UnitArguments,
    UnitFactsBody,
)
from shared.web import after_of, command_cause, current_actor, idempotent, page_of, requires, rooms

blueprint = Blueprint("units", __name__, url_prefix="/units", description="Work units")
FACTS = ("tlhp_percent", "lhkpn_percent", "lhkan_percent", "sakip")


@blueprint.post("")
@requires("admin")
@blueprint.arguments(NewUnit)
@idempotent
def create_unit(body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Register one unit, by the rules of the import."""
    cells = {name: _cell(body[name]) for name in UNIT_COLUMNS}
    return queries.unit_shown(handlers.register_unit(rooms(), cells, command_cause())), 201


@blueprint.get("")
@requires()
@blueprint.arguments(UnitArguments, location="query")
def list_units(arguments: dict[str, Any]) -> dict[str, Any]:
    """Units by code, within one's reach."""
    reach, limit = scope.reach_of(current_actor()), arguments["limit"]
    if reach.unit:
        found = rooms().units.find(reach.unit)
        return {"items": [queries.unit_listed(found.state)] if found else [], "next": None}
    found = queries.units(
        rooms(),
        institution=reach.institution or arguments["institution"],
        state=arguments["state"],
        after=after_of(arguments["cursor"]) or "",
        limit=limit + 1,
    )
    return page_of(found, limit, lambda one: str(one["code"]))


@blueprint.get("/<code>")
@requires()
def show_unit(code: str) -> dict[str, Any]:
    """A unit with its whole way."""
    scope.may_read_unit(current_actor(), code)
    return queries.unit_shown(rooms().units.load(code))


@blueprint.put("/<code>/facts")
@requires("admin", "tpi")
@blueprint.arguments(UnitFactsBody)
@idempotent
def put_facts(body: dict[str, Any], code: str) -> dict[str, Any]:
    """Record what the TPI found of the unit for a year; what is left out keeps its value."""
    if not current_actor().has("admin"):
        scope.is_of_institution(current_actor(), code)
    facts = UnitFacts(**{name: body[name] for name in FACTS})
    return queries.unit_shown(
        handlers.record_unit_facts(rooms(), code, str(body["year"]), facts, command_cause(), version=body["version"])
    )


@blueprint.post("/<code>/declaration")
@requires("unit_officer")
@blueprint.arguments(DeclarationBody)
@idempotent
def declare(body: dict[str, Any], code: str) -> dict[str, Any]:
    """Declare the unit's integrity zone."""
    scope.is_unit(current_actor(), code)
    version = body.pop("version")
    return queries.unit_shown(handlers.declare(rooms(), code, Declaration(**body), command_cause(), version=version))


@blueprint.post("/<code>/development")
@requires("unit_officer")
@blueprint.arguments(DevelopmentBody)
@idempotent
def start_development(body: dict[str, Any], code: str) -> dict[str, Any]:
    """Begin to build, with a plan for the six areas."""
    scope.is_unit(current_actor(), code)
    development = Development(body["started_on"], {area: tuple(texts) for area, texts in body["plan"].items()})
    return queries.unit_shown(
        handlers.start_development(rooms(), code, development, command_cause(), version=body["version"])
    )


@blueprint.post("/<code>/progress")
@requires("unit_officer")
@blueprint.arguments(ProgressBody)
@idempotent
def report_progress(body: dict[str, Any], code: str) -> dict[str, Any]:
    """Report a quarter's progress."""
    scope.is_unit(current_actor(), code)
    cause = command_cause()
    progress = Progress(body["period"], body["areas"], body["note"], cause.time)
    return queries.unit_shown(handlers.report_progress(rooms(), code, progress, cause, version=body["version"]))


def _cell(value: str | bool | None) -> str:
    """A JSON value as the cell that the import reads."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value or ""
