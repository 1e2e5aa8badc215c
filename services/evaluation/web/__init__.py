"""The web process of evaluation: instruments, worksheets, proposals, evaluators, reviews."""

from __future__ import annotations

from flask import Flask

from services.evaluation.rooms import Rooms, build
from services.evaluation.web import evaluators, evidence, instruments, proposals, reviews, workbooks, worksheets
from shared import web
from shared.settings import Settings

BLUEPRINTS = (
    instruments.blueprint,
    evaluators.blueprint,
    worksheets.blueprint,
    workbooks.blueprint,
    evidence.blueprint,
    proposals.blueprint,
    reviews.blueprint,
)


def create_app(settings: Settings, rooms: Rooms | None = None) -> Flask:
    """The application; `rooms` only where a database is open already."""
    return web.create_app("evaluation", settings, BLUEPRINTS, title="Zona: evaluation", rooms=rooms or build(settings))
