"""The registry's web process: the public site at `/`, its JSON API under `/api/v1`."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask

from services.registry.rooms import Rooms, build
from services.registry.web import language, refusals
from services.registry.web.api import api
from services.registry.web.bundles import bundles
from services.registry.web.log import log
from services.registry.web.pages import pages
from shared.settings import Settings
from shared.web import create_app as create_house_app

STYLES = Path(__file__).parent / "static" / "registry.css"
A_YEAR = 365 * 24 * 60 * 60


def create_app(settings: Settings) -> Flask:
    """The web application on the database that `settings` name."""
    return furnish(settings, build(settings))


def furnish(settings: Settings, rooms: Rooms) -> Flask:
    """The web application on given rooms."""
    app = create_house_app("registry", settings, [api], title="Zona: registry", rooms=rooms)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = A_YEAR  # static files carry their digest in the address
    app.jinja_env.globals["styles_digest"] = hashlib.sha256(STYLES.read_bytes()).hexdigest()[:12]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_blueprint(pages)
    app.register_blueprint(bundles)
    app.register_blueprint(log)
    language.speak(app)
    refusals.answer_strays(app)
    return app
