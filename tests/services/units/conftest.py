"""Fixtures of the tests of units."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from services.units.rooms import Rooms, build
from services.units.web import create_app
from shared.security import Actor, issue
from shared.security.tokens import load_key
from shared.settings import Settings

Headers = dict[str, str]


@pytest.fixture
def rooms(settings: Settings) -> Rooms:
    """The rooms of units on a fresh database."""
    rooms = build(settings)
    rooms.ensure_indexes()
    return rooms


@pytest.fixture
def client(settings: Settings, rooms: Rooms) -> FlaskClient:
    """The web application, asked without a network."""
    return create_app(settings, rooms).test_client()


@pytest.fixture
def signed_in(token_keys: tuple[Path, Path]) -> Callable[..., Headers]:
    """Headers of an account with a role, bound to an institution or unit if named."""

    def headers(role: str, *, institution: str | None = None, unit: str | None = None) -> Headers:
        actor = Actor(f"{role}-1", role, frozenset({role}), institution, unit)
        token, _ = issue(actor, load_key(token_keys[0]), datetime.now(UTC))
        return {"Authorization": f"Bearer {token}"}

    return headers
