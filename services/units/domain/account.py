"""People's accounts: a sign-in name, roles, and what the roles are bound to."""

from __future__ import annotations

from dataclasses import dataclass

BOUND_TO = {"institution_officer": "institution", "tpi": "institution", "unit_officer": "unit"}
"""Roles that reach only one institution or one unit."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account. `id` is the sign-in name, a pseudonym in events; `display_name` never leaves this service."""

    id: str
    display_name: str
    password_hash: str
    roles: tuple[str, ...]
    institution: str | None = None
    unit: str | None = None


def missing_bindings(roles: tuple[str, ...], institution: str | None, unit: str | None) -> dict[str, list[str]]:
    """Which of `institution` and `unit` the roles need and lack, with the roles that need it."""
    given = {"institution": institution, "unit": unit}
    missing: dict[str, list[str]] = {}
    for role in roles:
        place = BOUND_TO.get(role)
        if place and not given[place]:
            missing.setdefault(place, []).append(role)
    return missing
