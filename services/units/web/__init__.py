"""The web process of units: sign-in, institutions, units, proposals, cycles, imports."""

from __future__ import annotations

from flask import Flask

from services.units.domain.csvfile import LARGEST_FILE
from services.units.rooms import Rooms, build
from services.units.web import accounts, cycles, imports, institutions, proposals, units
from shared import web
from shared.settings import Settings

BLUEPRINTS = (
    accounts.blueprint,
    cycles.blueprint,
    imports.blueprint,
    institutions.blueprint,
    units.blueprint,
    proposals.blueprint,
)


def create_app(settings: Settings, rooms: Rooms | None = None) -> Flask:
    """The application; `rooms` only where a database is open already."""
    app = web.create_app("units", settings, BLUEPRINTS, title="Zona: units", rooms=rooms or build(settings))
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_FILE  # an import is the largest thing that is sent here
    return app
