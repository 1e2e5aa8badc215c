"""The driver's way into the services, against a small real HTTP server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from shared.journey.client import JourneyError, Person, Refused, Site
from shared.journey.waiting import Look, NeverCame, until


class Desk(BaseHTTPRequestHandler):
    """Answers as the test lays out: a list of (status, body), one for each request that is not a sign-in."""

    answers: ClassVar[list[tuple[int, dict[str, Any]]]]
    heard: ClassVar[list[tuple[str, str]]]
    sign_ins: ClassVar[int]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        if self.path.endswith("/sessions"):
            type(self).sign_ins += 1
            expires = datetime.now(UTC) + timedelta(seconds=300)
            self._say(200, {"token": f"token-{self.sign_ins}", "expires_at": expires.isoformat()})
            return
        self.heard.append((self.headers["Idempotency-Key"], self.headers["Authorization"]))
        self._say(*self.answers.pop(0))

    def _say(self, status: int, body: dict[str, Any]) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/problem+json" if status >= 400 else "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def desk() -> Iterator[type[Desk]]:
    kind = type("ThisDesk", (Desk,), {"answers": [], "heard": [], "sign_ins": 0})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    kind.address = f"http://127.0.0.1:{server.server_port}"  # type: ignore[attr-defined]  # made for this test
    yield kind
    server.shutdown()
    server.server_close()


def person(desk: type[Desk]) -> Person:
    return Person(Site(desk.address), "officer", "secret")  # type: ignore[attr-defined]  # see the fixture


def test_a_command_that_meets_a_service_away_is_repeated_under_the_same_key(desk: type[Desk]) -> None:
    desk.answers += [(503, {"code": "being_processed"}), (503, {"code": "being_processed"}), (201, {"done": True})]
    assert person(desk).post("units", "/something") == {"done": True}
    assert len({key for key, _ in desk.heard}) == 1


def test_two_commands_have_two_keys(desk: type[Desk]) -> None:
    desk.answers += [(201, {}), (201, {})]
    officer = person(desk)
    officer.post("units", "/something")
    officer.post("units", "/something")
    assert len({key for key, _ in desk.heard}) == 2
    assert desk.sign_ins == 1


def test_a_token_that_is_refused_is_renewed_once(desk: type[Desk]) -> None:
    desk.answers += [(401, {"code": "unauthenticated"}), (201, {"done": True})]
    assert person(desk).post("units", "/something") == {"done": True}
    assert [token for _, token in desk.heard] == ["Bearer token-1", "Bearer token-2"]


def test_a_refusal_shows_the_whole_problem(desk: type[Desk]) -> None:
    problem = {"status": 422, "code": "prerequisites_not_met", "detail": "Audit findings are open."}
    desk.answers.append((422, problem))
    with pytest.raises(Refused) as refused:
        person(desk).post("units", "/something")
    assert refused.value.problem == problem
    assert "prerequisites_not_met" in str(refused.value)
    assert "Audit findings are open." in str(refused.value)


def test_a_condition_that_never_comes_is_told_with_where_it_stands() -> None:
    with pytest.raises(NeverCame, match="three pears; it stands at: two pears"):
        until("three pears", lambda: Look(False, 2, "two pears"), seconds=0, pause=lambda _: None)


def test_giving_up_ends_every_wait_at_once() -> None:
    site = Site("http://127.0.0.1:1")
    site.give_up()
    with pytest.raises(JourneyError, match="given up"):
        until("anything", lambda: Look(False, None, "nothing"), seconds=60, pause=site.pause)
