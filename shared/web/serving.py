"""One service's web application for gunicorn: `gunicorn "shared.web.serving:create_app()"` with ZONA_SERVICE set."""

from __future__ import annotations

import os
import sys

from flask import Flask
from werkzeug.utils import import_string

from shared.observability import configure_logs
from shared.settings import SERVICES, Settings, SettingsError

STOPS_GUNICORN = 4
"""Exit status that tells gunicorn's master not to start the process again."""


def create_app() -> Flask:
    """Build the application of the service that ZONA_SERVICE names; after the fork, never before.

    Wrong settings end the process with one line for each fault.
    """
    service = os.environ.get("ZONA_SERVICE", "")
    try:
        if service not in SERVICES:
            raise SettingsError([f"ZONA_SERVICE={service!r} is none of {', '.join(SERVICES)}"])
        needs = ("mongodb_uri", "token_public_key_file")
        settings = Settings.from_environment(needs=(*needs, "token_private_key_file") if service == "units" else needs)
    except SettingsError as error:
        print(error, file=sys.stderr)
        sys.exit(STOPS_GUNICORN)
    configure_logs(settings, service, "web")
    application: Flask = import_string(f"services.{service}.web:create_app")(settings)
    return application
