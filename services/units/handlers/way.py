"""The way of a unit up to its proposal: declaration, development, progress."""

from __future__ import annotations

from services.units import events, rules
from services.units.domain import lifecycle
from services.units.domain.unit import Declaration, Development, Progress, Unit
from services.units.store import Stores
from shared.storage import Aggregate, Cause, Event


def declare(
    stores: Stores, code: str, declaration: Declaration, cause: Cause, *, version: int | None = None
) -> Aggregate[Unit]:
    """Declare the unit's integrity zone. Raises NotFound, MoveRefused, InvalidInput, StaleVersion."""
    law = rules.in_force_on(declaration.date)

    def decide(unit: Unit) -> tuple[Unit, list[Event]]:
        declared = lifecycle.declare(
            unit, declaration, cause.time, signed_more_than=law.signed_more_than, article=law.signed_article
        )
        return declared, [events.unit_declared(declared)]

    return stores.units.change(code, decide, cause, version=version)


def start_development(
    stores: Stores, code: str, development: Development, cause: Cause, *, version: int | None = None
) -> Aggregate[Unit]:
    """Begin to build, with a plan. Raises NotFound, MoveRefused, InvalidInput, StaleVersion."""

    def decide(unit: Unit) -> tuple[Unit, list[Event]]:
        begun = lifecycle.start_development(unit, development, cause.time)
        return begun, [events.development_started(begun)]

    return stores.units.change(code, decide, cause, version=version)


def report_progress(
    stores: Stores, code: str, progress: Progress, cause: Cause, *, version: int | None = None
) -> Aggregate[Unit]:
    """Report a quarter. Raises NotFound, MoveRefused, InvalidInput, AlreadyExists, StaleVersion."""

    def decide(unit: Unit) -> tuple[Unit, list[Event]]:
        further = lifecycle.report_progress(unit, progress, cause.time)
        return further, [events.progress_reported(further, progress)]

    return stores.units.change(code, decide, cause, version=version)
