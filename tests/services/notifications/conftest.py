"""Rooms on a real database, a post office that answers as it is told, and signed-in clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from pymongo.database import Database

from services.notifications.rooms import Rooms, build_on
from services.notifications.web import create_app
from shared.security import Actor
from shared.security.tokens import issue, load_key
from shared.settings import Settings
from tests.services.notifications.post import Post


@pytest.fixture
def post() -> Iterator[Post]:
    """A real SMTP server on a free port of this machine."""
    with Post() as post:
        yield post


@pytest.fixture
def rooms(database: Database[dict[str, Any]], settings: Settings) -> Rooms:
    """The service on a fresh database, without a mail server."""
    rooms = build_on(database, replace(settings, base_url="https://zona.example.go.id"))
    rooms.ensure_indexes()
    return rooms


@pytest.fixture
def posting(database: Database[dict[str, Any]], settings: Settings, post: Post) -> Rooms:
    """The service on a fresh database, with the test's post office."""
    rooms = build_on(database, replace(settings, smtp_uri=post.uri, mail_from="zona@zona.example.go.id"))
    rooms.ensure_indexes()
    return rooms


@pytest.fixture
def signed_in(rooms: Rooms, settings: Settings) -> Callable[..., FlaskClient]:
    """Gives a client of the web application that speaks for an account with the given roles."""
    app = create_app(settings, rooms)
    app.testing = True
    key = load_key(settings.token_private_key_file)

    def client(account: str = "", *roles: str) -> FlaskClient:
        client = app.test_client()
        if account:
            token, _ = issue(Actor(account, account, frozenset(roles)), key, datetime.now(UTC))
            client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return client

    return client
