"""The four web applications as one, by path, as the gateway shows them: for gunicorn on one machine.

The only place where `shared` names the services, and only as words: one image of one service never loads it.
"""

from __future__ import annotations

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.utils import import_string

from shared.observability import configure_logs
from shared.settings import Settings

MOUNTS = {"registry": "", "units": "/units", "evaluation": "/evaluation", "notifications": "/notifications"}
"""Service and the path that it stands under."""


def create_app() -> DispatcherMiddleware:
    """Build all four from the environment; call it after the fork, since database clients don't survive one.

    Raises SettingsError.
    """
    settings = Settings.from_environment(needs=("mongodb_uri", "token_private_key_file", "token_public_key_file"))
    configure_logs(settings, "site", "web")
    applications = {
        path: import_string(f"services.{service}.web:create_app")(settings) for service, path in MOUNTS.items()
    }
    return DispatcherMiddleware(applications.pop(""), applications)
