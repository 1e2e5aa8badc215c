"""Fixtures of the registry's tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from services.registry.rooms import Rooms, build
from services.registry.web import furnish
from shared.security import Actor
from shared.security.tokens import issue, load_key
from shared.settings import Settings

Headers = dict[str, str]


@pytest.fixture
def rooms(settings: Settings) -> Rooms:
    """The registry's rooms on a fresh database."""
    rooms = build(settings)
    rooms.ensure_indexes()
    return rooms


@pytest.fixture
def client(settings: Settings, rooms: Rooms) -> FlaskClient:
    """The registry's web application, asked without a network."""
    return furnish(settings, rooms).test_client()


@pytest.fixture
def signed_in(token_keys: tuple[Path, Path]) -> Callable[[str], Headers]:
    """Headers of an account that has the given role."""

    def headers(role: str) -> Headers:
        token, _ = issue(Actor(f"{role}-1", role, frozenset({role})), load_key(token_keys[0]), datetime.now(UTC))
        return {"Authorization": f"Bearer {token}"}

    return headers
