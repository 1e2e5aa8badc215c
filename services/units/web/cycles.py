"""Cycles: windows, quotas and what they pin."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.units import handlers, queries
from services.units.domain.cycle import Cycle, Window
from services.units.domain.dates import official_day
from services.units.rules import in_force_on
from services.units.web.schemas import CycleBody
from shared.failures import InvalidInput, said
from shared.web import command_cause, idempotent, requires, rooms

blueprint = Blueprint("cycles", __name__, url_prefix="/cycles", description="National cycles")


@blueprint.post("")
@requires("admin")
@blueprint.arguments(CycleBody)
@idempotent
def create_cycle(body: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Make a cycle. Without `rules`, those in force on the day its window of proposals opens are pinned."""
    made = handlers.open_cycle(rooms(), _cycle(body, body["cycle"]), command_cause())
    return queries.cycle_shown(made), 201


@blueprint.put("/<cycle>")
@requires("admin")
@blueprint.arguments(CycleBody)
@idempotent
def change_cycle(body: dict[str, Any], cycle: str) -> dict[str, Any]:
    """Change a cycle; what it pins stays once its window of proposals has opened."""
    changed = _cycle(body, cycle)
    return queries.cycle_shown(handlers.change_cycle(rooms(), changed, command_cause(), version=body["version"]))


@blueprint.get("/<cycle>")
@requires()
def show_cycle(cycle: str) -> dict[str, Any]:
    """A cycle."""
    return queries.cycle_shown(rooms().cycles.load(cycle))


def _cycle(body: dict[str, Any], cycle: str | None) -> Cycle:
    if cycle is None or body["cycle"] not in {None, cycle}:
        messages = said(("Siklus harus sama dengan alamatnya.", "The cycle must be the one of the address."))
        raise InvalidInput(
            (messages["id"], messages["en"]), errors=[{"pointer": "/cycle", "code": "cycle", "messages": messages}]
        )
    windows = {name: Window(**window) for name, window in body["windows"].items()}
    return Cycle(
        cycle=cycle,
        instrument=body["instrument"],
        rules=body["rules"] or in_force_on(official_day(windows["proposal"].opens)).id,
        windows=windows,
        quota_per_institution=body["quota_per_institution"],
        evaluators_per_proposal=body["evaluators_per_proposal"],
        max_load=body["max_load"],
    )
