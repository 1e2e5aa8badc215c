"""Whose is it: roles reach all of it, one institution, or one unit."""

from __future__ import annotations

from dataclasses import dataclass

from shared.failures import Forbidden
from shared.security import Actor

NATIONAL = ("admin", "evaluator", "surveyor", "panel", "registrar")
OF_INSTITUTION = ("institution_officer", "tpi")


@dataclass(frozen=True, slots=True)
class Reach:
    """What an actor may read; both None: everything."""

    institution: str | None = None
    unit: str | None = None


def reach_of(actor: Actor) -> Reach:
    """The widest reach of the actor's roles."""
    if actor.has(*NATIONAL):
        return Reach()
    if actor.has(*OF_INSTITUTION):
        return Reach(institution=actor.institution or "-")
    return Reach(unit=actor.unit or "-")


def institution_of(unit: str) -> str:
    """The institution's code, which every unit's code begins with."""
    return unit.partition("-")[0]


def may_read_unit(actor: Actor, unit: str) -> None:
    """Raises Forbidden unless the unit is within the actor's reach."""
    reach = reach_of(actor)
    if reach.institution not in {None, institution_of(unit)} or reach.unit not in {None, unit}:
        raise _not_yours()


def is_unit(actor: Actor, unit: str) -> None:
    """Raises Forbidden unless the actor's account is bound to this very unit."""
    if actor.unit != unit:
        raise _not_yours()


def is_of_institution(actor: Actor, unit: str) -> None:
    """Raises Forbidden unless the actor's account is bound to the institution of this unit."""
    if actor.institution != institution_of(unit):
        raise _not_yours()


def _not_yours() -> Forbidden:
    return Forbidden(
        ("Ini bukan unit atau instansi Anda.", "This is not your unit or institution."),
        remedy=("Masuk dengan akun yang terikat padanya.", "Sign in with an account that is bound to it."),
    )
