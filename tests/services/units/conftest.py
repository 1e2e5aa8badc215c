"""Fixtures of the tests of units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.units import handlers
from services.units.rooms import Rooms, build
from services.units.web import create_app
from shared.security import Actor
from shared.security.tokens import issue, load_key
from shared.settings import Settings
from tests.services.units.bodies import YEAR
from tests.services.units.samples import CITY, GOOD_INSTITUTION, cause

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


@pytest.fixture
def send(client: FlaskClient, signed_in: Callable[..., Headers]) -> Callable[..., Any]:
    """Send a request as a role; gives the answer, which must have the expected status."""

    def send(method: str, path: str, body: Any = None, *, status: int = 200, role: str = "admin", **bound: str) -> Any:
        headers = signed_in(role, **bound) if role else {}
        answer = client.open(f"/api/v1{path}", method=method, json=body, headers=headers)
        assert answer.status_code == status, (answer.status_code, answer.get_data(as_text=True))
        return answer.get_json()

    return send


@pytest.fixture
def city(rooms: Rooms) -> Rooms:
    """Rooms with one city whose facts are good."""
    handlers.import_institution(rooms, replace(CITY, facts={str(YEAR): GOOD_INSTITUTION}), cause())
    return rooms
