"""The web process of units: `gunicorn "tests.chaos.web:create_app()"`. It takes commands and says events."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, fields

from shared import web
from shared.observability import configure_logs
from shared.settings import Settings
from shared.web import command_cause, idempotent, rooms
from tests.chaos import points, ways
from tests.chaos.rooms import build, obey

blueprint = Blueprint("filings", __name__, url_prefix="/sources", description="Filings")


class Filing(Schema):
    class Meta:
        unknown = RAISE

    number = fields.Integer(required=True)
    name = fields.String(required=True)


@blueprint.post("/<key>/filings")
@blueprint.arguments(Filing)
@idempotent
def file(body: dict[str, Any], key: str) -> dict[str, Any]:
    """Obey the source's next command."""
    cause = command_cause()
    aggregate = obey(rooms(), key, body["number"], body["name"], cause)
    return {"aggregate": aggregate.id, "sequence": aggregate.sequence, "command": cause.command_id}


def create_app() -> Flask:
    """After the fork, as the services do it."""
    settings = Settings.from_environment(needs=("mongodb_uri",))
    configure_logs(settings, "units", "web")
    ways.take("units")
    points.arm()
    return web.create_app("units", settings, [blueprint], title="chaos", rooms=build("units", settings))
