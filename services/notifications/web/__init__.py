"""The web process of notifications: contacts, inbox, the messages' state."""

from __future__ import annotations

from flask import Flask

from services.notifications.rooms import Rooms, build
from services.notifications.web.api import blueprint
from shared import web
from shared.settings import Settings


def create_app(settings: Settings, rooms: Rooms | None = None) -> Flask:
    """The application; `rooms` only where a database is open already."""
    rooms = rooms or build(settings)
    return web.create_app("notifications", settings, [blueprint], title="Zona: notifications", rooms=rooms)
