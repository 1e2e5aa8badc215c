"""What a worker answers on its health port: is it there, is it ready, metrics, and the page for operators."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import eventlet
from eventlet import wsgi
from pymongo.errors import PyMongoError

from shared.messaging.extensions import rooms_of
from shared.messaging.operations import Standing, Watch, letters_of, outboxes_of
from shared.messaging.operations_page import CONTENT_SECURITY_POLICY, NotAQuestion, Question, read_question, render
from shared.messaging.relay import stores_of
from shared.messaging.selection import Selection
from shared.messaging.subscribe import Subscription
from shared.observability import logger
from shared.observability.metrics import exposition
from shared.settings import Settings
from shared.storage.connection import ping

REFRESH_SECONDS = 10.0
PATIENCE = 5.0
"""Seconds that the page waits for the broker and for the database, side by side."""

HTML_HEADERS = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)
TEXT_HEADERS = (("Content-Type", "text/plain; charset=utf-8"),)

Answer = tuple[str, Sequence[tuple[str, str]], bytes]


def serve_health(settings: Settings, container: Any) -> None:
    """Listen on HEALTH_PORT in green threads of their own, and keep the operators' metrics fresh."""
    health = Health(settings, container)
    listener = eventlet.listen((settings.health_host, settings.health_port))
    eventlet.spawn(wsgi.server, listener, health, log_output=False)
    eventlet.spawn(health.keep_fresh)


class Health:
    """The WSGI application of one worker.

    /health/live the process runs; /health/ready it consumes and the database answers; /metrics; /operations
    """

    def __init__(self, settings: Settings, container: Any) -> None:
        self._settings, self._container = settings, container
        self._service: str = container.service_name
        self._one_look = eventlet.semaphore.Semaphore()

    def __call__(self, environment: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environment["PATH_INFO"]
        if path == "/operations":
            status, headers, body = self._operations(environment)
        elif path == "/metrics":
            body, content_type = exposition()
            status, headers = "200 OK", (("Content-Type", content_type),)
        elif path == "/health/ready" and not self._ready():
            status, headers, body = "503 Service Unavailable", TEXT_HEADERS, b"not ready"
        else:
            status, headers, body = "200 OK", TEXT_HEADERS, b"ready" if path == "/health/ready" else b"live"
        start_response(status, list(headers))
        return [body if environment["REQUEST_METHOD"] != "HEAD" else b""]

    def keep_fresh(self) -> None:
        """Refresh the operators' metrics as long as the process lives."""
        watch = Watch(self._settings.amqp_uri, self._service)
        while True:
            try:
                watch.refresh(self._stores())
            except Exception as error:  # the metrics must come back whatever it was
                logger().error("operations", exc_info=error)
            eventlet.sleep(REFRESH_SECONDS)

    def _ready(self) -> bool:
        try:
            consumers = [e.queue_consumer for e in self._container.entrypoints if isinstance(e, Subscription)]
            ping(rooms_of(self._container).database)
            return all(each.ready for each in consumers)
        except (PyMongoError, StopIteration, AttributeError):  # not set up yet, or the database is away
            return False

    def _stores(self) -> Sequence[Any]:
        try:
            return stores_of(rooms_of(self._container))
        except (StopIteration, TypeError):  # not set up yet
            return ()

    def _operations(self, environment: dict[str, Any]) -> Answer:
        if environment["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return "405 Method Not Allowed", (*TEXT_HEADERS, ("Allow", "GET, HEAD")), b"GET"
        try:
            question = read_question(environment.get("QUERY_STRING", ""))
        except NotAQuestion as error:
            page = render(self._service, Question(error.language), Standing(), refused=error)
            return "400 Bad Request", HTML_HEADERS, page
        with self._one_look:  # one after the other: each look takes the letters away from the next
            standing, outboxes = self._look(question.selection)
        return "200 OK", HTML_HEADERS, render(self._service, question, standing, outboxes=outboxes)

    def _look(self, selection: Selection) -> tuple[Standing, dict[str, int] | None]:
        broker = _within_patience(lambda: letters_of(self._settings.amqp_uri, self._service, selection))
        database = _within_patience(lambda: outboxes_of(self._stores()))
        return broker() or Standing(), database()


def _within_patience(work: Callable[[], Any]) -> Callable[[], Any]:
    """Begin the work beside us; the result has it, or None when it took longer than PATIENCE."""
    doing = eventlet.spawn(work)

    def result() -> Any:
        with eventlet.Timeout(PATIENCE, exception=False):
            return doing.wait()
        return None

    return result
