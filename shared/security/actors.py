"""The signed-in person as the services know them."""

from __future__ import annotations

from dataclasses import dataclass

ROLES = (
    "admin",
    "institution_officer",
    "unit_officer",
    "tpi",
    "evaluator",
    "surveyor",
    "panel",
    "registrar",
)


@dataclass(frozen=True, slots=True)
class Actor:
    """An account with its roles; `institution` and `unit` bound what the roles reach."""

    id: str
    name: str
    roles: frozenset[str]
    institution: str | None = None
    unit: str | None = None

    def has(self, *roles: str) -> bool:
        """True when the account has at least one of `roles`."""
        return not self.roles.isdisjoint(roles)
