"""The Flask application that every service's web process is made of."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask.json.provider import DefaultJSONProvider
from flask_smorest import Api, Blueprint
from werkzeug.exceptions import BadRequest

from shared.observability import bind_correlation, correlation_id, logger
from shared.observability.metrics import REQUEST_SECONDS, REQUESTS, exposition
from shared.settings import Settings
from shared.storage.connection import ping
from shared.web import commands
from shared.web.problems import register_problems
from shared.web.streaming import is_streamed

LARGEST_BODY = 1024 * 1024
LONGEST_CORRELATION_ID = 100


class StrictJSON(DefaultJSONProvider):
    """JSON without what JSON does not have: NaN, infinities, a name twice in one object."""

    sort_keys = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return json.loads(s, object_pairs_hook=_unique, parse_constant=_no_constant)


class HouseApi(Api):  # type: ignore[misc]  # flask-smorest is untyped
    """flask-smorest with this house's problem details in the place of its error handler."""

    def _register_error_handlers(self) -> None:
        """Left to `register_problems`."""


def create_app(service: str, settings: Settings, blueprints: Sequence[Blueprint], *, title: str, rooms: Any) -> Flask:
    """The service's web application: its blueprints under /api/v1, openapi.json, health and metrics.

    `rooms` is what `services.<service>.rooms.build` made; it must have `database`.
    """
    app = Flask(f"services.{service}.web")
    app.json = StrictJSON(app)
    app.config.update(
        API_TITLE=title,
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
        MAX_CONTENT_LENGTH=LARGEST_BODY,
    )
    app.extensions.update(settings=settings, rooms=rooms, service=service)
    api = HouseApi(app)
    for blueprint in blueprints:
        api.register_blueprint(blueprint, url_prefix=f"/api/v1{blueprint.url_prefix or ''}")
    register_problems(app)
    _health(app)
    app.before_request(_begin)
    app.after_request(_end)
    return app


def rooms() -> Any:
    """What the service of this request works with: its stores."""
    return current_app.extensions["rooms"]


def _begin() -> Response | None:
    g.began = time.perf_counter()
    bind_correlation(request.headers.get("X-Correlation-ID", "")[:LONGEST_CORRELATION_ID] or None)
    if request.is_json and request.content_length and not is_streamed():
        request.get_json()  # refused here once for all: not JSON, NaN, a name twice
    return commands.replay()


def _end(response: Response) -> Response:
    response = commands.remember(response)
    response.headers["X-Correlation-ID"] = correlation_id()
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    service, route = current_app.extensions["service"], str(request.url_rule or "none")
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    REQUESTS.labels(service, request.method, route, response.status_code).inc()
    REQUEST_SECONDS.labels(service, route).observe(seconds)
    if not route.startswith(("/health", "/metrics")):
        actor = g.get("actor")
        logger().info(
            "request",
            method=request.method,
            path=request.path,
            route=route,
            status=response.status_code,
            ms=int(seconds * 1000),
            actor=actor.id if actor else None,
            replayed=bool(g.get("replayed")),
        )
    return response


def _health(app: Flask) -> None:
    @app.get("/health/live")
    def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get("/health/ready")
    def ready() -> dict[str, str]:
        ping(rooms().database)
        return {"status": "ready"}

    @app.get("/metrics")
    def metrics() -> Response:
        body, content_type = exposition()
        return Response(body, content_type=content_type)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise BadRequest(f"The JSON body names {', '.join(twice)} twice in one object.")
    return found


def _no_constant(name: str) -> Any:
    raise BadRequest(f"{name} is not JSON.")
