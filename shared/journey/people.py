"""The accounts of the sample: who may act, with which role, and how they are reached. All names are made up."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
from dataclasses import dataclass
from typing import Any

from shared.journey.catalogue import FAMILY, GIVEN


@dataclass(frozen=True, slots=True)
class Account:
    """A sign-in name with its role and, where the role is bound, its institution or unit."""

    id: str
    display_name: str
    role: str
    language: str
    institution: str | None = None
    unit: str | None = None

    @property
    def email(self) -> str:
        """An address in a domain that can't exist (RFC 2606)."""
        return f"{self.id}@zona.example"

    def as_command(self, password: str) -> dict[str, Any]:
        """The body of ``POST /units/api/v1/accounts``."""
        bound = {"institution": self.institution, "unit": self.unit}
        return {
            "name": self.id,
            "display_name": self.display_name,
            "password": password,
            "roles": [self.role],
            **{key: value for key, value in bound.items() if value},
        }


@dataclass(frozen=True, slots=True)
class Evaluator:
    """What ``POST /evaluation/api/v1/evaluators`` is told about a national evaluator."""

    account: Account
    institution: str
    province: str | None
    expertise: tuple[str, ...]
    max_load: int

    def as_command(self) -> dict[str, Any]:
        """The body of the registration."""
        return {
            "id": self.account.id,
            "institution": self.institution,
            "province": self.province,
            "expertise": list(self.expertise),
            "max_load": self.max_load,
        }


def password_of(account: str, secret: str) -> str:
    """The password of a sample account on one system.

    It depends on the system's admin password, so the sample's accounts can't be guessed by who knows this code, and a
    second run on the same system can sign in again.
    """
    digest = hmac.new(secret.encode(), account.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode()[:16].lower()


def made_up_name(rng: random.Random) -> str:
    """Two given names and a family name."""
    first, second = rng.sample(GIVEN, 2)
    return f"{first} {second} {rng.choice(FAMILY)}"


def account_for(rng: random.Random, role: str, slug: str, **bound: str) -> Account:
    """An account whose sign-in name tells the role, never the person."""
    language = "en" if rng.randrange(4) == 0 else "id"
    return Account(f"{slug}".lower(), made_up_name(rng), role, language, bound.get("institution"), bound.get("unit"))
