"""The gateway's configuration in a real nginx, in front of four servers that tell what they were asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from shared.localrun.ports import LOOPBACK, free_ports
from shared.localrun.processes import Program, Supervisor
from shared.settings import SERVICES
from shared.testing import wait_until
from tests.deploy.conftest import ROOT

pytestmark = pytest.mark.slow

WITHIN = 20.0
POLICY = "default-src 'none'; style-src 'self'"
MEBIBYTE = 1024 * 1024


@dataclass
class Answering:
    """A service behind the gateway: what it was asked, and how it is to answer."""

    name: str
    status: int = 200
    body: str = "first"
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    open: threading.Event = field(default_factory=threading.Event)
    """While it is not set, whoever asks waits."""

    def __post_init__(self) -> None:
        self.open.set()
        (self.port,) = free_ports(1)
        self.server = ThreadingHTTPServer((LOOPBACK, self.port), self._handler())
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.open.set()
        self.server.shutdown()
        self.server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                service.asked.append((self.path, dict(self.headers)))
                body = service.body.encode()
                service.open.wait(WITHIN)
                self.send_response(service.status)
                for name, value in {"Content-Type": "text/plain", **service.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer  # noqa: N815 - http.server's names

            def log_message(self, *_: Any) -> None:
                """Not on the terminal."""

        return Handler


@dataclass
class Gateway:
    address: str
    services: dict[str, Answering]

    def get(self, path: str, **headers: str) -> requests.Response:
        """Ask with exactly this path: no client-side tidying of dots and slashes."""
        request = requests.Request("GET", self.address, headers=headers).prepare()
        request.url = self.address + path
        with requests.Session() as session:
            return session.send(request, timeout=WITHIN)

    def asked(self) -> dict[str, list[str]]:
        return {name: [path for path, _ in each.asked] for name, each in self.services.items() if each.asked}


def configuration(folder: Path, mime_types: Path, port: int, services: dict[str, Answering]) -> str:
    """The project's own configuration; only the places on this machine differ."""
    text = (ROOT / "deploy/nginx/nginx.conf").read_text()
    changes = {
        "user nginx;": "user root; daemon off;",  # the folder is this user's, whoever that is
        "/etc/nginx/mime.types": str(mime_types),
        "/etc/nginx/zona": str(ROOT / "deploy/nginx/zona"),
        "/var/cache/nginx": str(folder),
        "/run/nginx.pid": str(folder / "pid"),
        "listen 8080": f"listen {LOOPBACK}:{port}",
        **{f"{name}-web:8000": f"{LOOPBACK}:{service.port}" for name, service in services.items()},
    }
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


@pytest.fixture
def gateway(tmp_path: Path, nginx: tuple[str, Path], supervisor: Supervisor) -> Iterator[Gateway]:
    services = {name: Answering(name) for name in SERVICES}
    services["registry"].headers = {
        "Cache-Control": "public, no-cache",
        "Content-Security-Policy": POLICY,
        "ETag": '"1"',
    }
    (port,) = free_ports(1)
    (tmp_path / "nginx.conf").write_text(configuration(tmp_path, nginx[1], port, services))
    address = f"http://{LOOPBACK}:{port}"

    def ready() -> bool:
        try:
            return requests.get(f"{address}/gateway/health", timeout=WITHIN).ok
        except requests.ConnectionError:
            return False

    arguments = (nginx[0], "-e", str(tmp_path / "error.log"), "-c", str(tmp_path / "nginx.conf"))
    supervisor.start(Program("gateway", arguments, ready=ready))
    yield Gateway(address, services)
    supervisor.stop("gateway")
    for service in services.values():
        service.stop()


def test_each_path_goes_to_its_service_as_it_was_sent(gateway: Gateway) -> None:
    for path in (
        "/units/api/v1/units?q=a%20b",
        "/evaluation/openapi.json",
        "/notifications/api/v1/inbox",
        "/unitsx",
        "/",
    ):
        assert gateway.get(path).status_code == 200
    assert gateway.asked() == {
        "units": ["/units/api/v1/units?q=a%20b"],
        "evaluation": ["/evaluation/openapi.json"],
        "notifications": ["/notifications/api/v1/inbox"],
        "registry": ["/unitsx", "/"],
    }


@pytest.mark.parametrize("place", ["/metrics", "/health/ready", "/health/live"])
@pytest.mark.parametrize("prefix", ["", "/units", "/evaluation", "/notifications"])
def test_health_and_metrics_of_the_services_are_out_of_reach(gateway: Gateway, prefix: str, place: str) -> None:
    last = place[-1]
    spellings = [
        f"{prefix}{place}",
        f"{prefix}/.{place}",
        f"{prefix}/x/..{place}",
        f"{prefix}/{place}",
        f"{prefix}{place}/",
    ]
    for path in (*spellings, f"{prefix}{place[:-1]}%{ord(last):02x}", f"{prefix}{place}?x=1"):
        answer = gateway.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
    assert gateway.asked() == {}


def test_a_path_that_names_two_services_reaches_neither(gateway: Gateway) -> None:
    for path in (
        "/units/../evaluation/api/v1/proposals",
        "/x/../units/api/v1/units",
        "/units/..%2f..%2fdesignations",
        "/%75nits/api",
    ):
        assert gateway.get(path).status_code in (400, 404), path
    assert gateway.asked() == {}


def test_the_gateway_answers_for_its_own_health(gateway: Gateway) -> None:
    assert gateway.get("/gateway/health").text == "ready\n"


def test_services_hear_who_asked_and_how(gateway: Gateway) -> None:
    gateway.get("/units/api/v1/units", **{"X-Correlation-ID": "mine", "X-Forwarded-Proto": "https"})
    (_, headers), *_ = gateway.services["units"].asked
    assert headers["X-Correlation-ID"] == "mine"
    assert headers["X-Forwarded-For"] == LOOPBACK
    assert headers["X-Forwarded-Proto"] == "https"
    assert f"http://{headers['X-Forwarded-Host']}" == f"http://{headers['Host']}" == gateway.address


def test_a_correlation_id_that_could_break_a_log_is_replaced(gateway: Gateway) -> None:
    answer = gateway.get("/units/", **{"X-Correlation-ID": '","status":200,"x":"'})
    (_, headers), *_ = gateway.services["units"].asked
    assert headers["X-Correlation-ID"] == answer.headers["X-Correlation-ID"]
    assert '"' not in headers["X-Correlation-ID"]


def test_every_answer_carries_the_security_headers_once_and_keeps_the_registrys_policy(gateway: Gateway) -> None:
    gateway.services["units"].headers = {"X-Content-Type-Options": "nosniff"}
    for path in ("/", "/units/", "/units/metrics", "/gateway/health"):
        headers = gateway.get(path).raw.headers
        for name in (
            "X-Content-Type-Options",
            "X-Frame-Options",
            "Content-Security-Policy",
            "Referrer-Policy",
            "X-Correlation-ID",
        ):
            assert len(headers.getlist(name)) == 1, f"{path} {name}"
        assert (headers["Content-Security-Policy"] == POLICY) == (path == "/")
        assert "nginx/" not in headers["Server"]


def test_what_no_service_calls_cacheable_is_not_kept_by_anybody(gateway: Gateway) -> None:
    assert gateway.get("/units/api/v1/units").headers["Cache-Control"] == "no-store"
    assert gateway.get("/").headers["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/units/api/v1/units", MEBIBYTE, 200),
        ("/units/api/v1/units", MEBIBYTE + 1, 413),
        ("/units/api/v1/imports?kind=units", 5 * MEBIBYTE, 200),
        ("/units/api/v1/imports?kind=units", 5 * MEBIBYTE + 1, 413),
        ("/evaluation/api/v1/imports", MEBIBYTE + 1, 413),
        ("/evaluation/api/v1/worksheets/u/2026/evidence?name=a.pdf", 25 * MEBIBYTE, 200),
        ("/evaluation/api/v1/worksheets/u/2026/evidence?name=a.pdf", 32 * MEBIBYTE + 1, 413),
        ("/evaluation/api/v1/worksheets/u/2026/evidence/x/questions", MEBIBYTE + 1, 413),
        ("/api/v1/designations", MEBIBYTE + 1, 413),
    ],
)
def test_uploads_have_a_limit(gateway: Gateway, path: str, size: int, status: int) -> None:
    answer = requests.post(gateway.address + path, data=b"x" * size, timeout=WITHIN)
    assert answer.status_code == status
    if status == 413:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "too_large"
        assert gateway.asked() == {}


def test_a_service_that_is_away_is_a_problem_with_a_remedy(gateway: Gateway) -> None:
    gateway.services["units"].stop()
    answer = gateway.get("/units/openapi.json")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert json.loads(answer.text)["messages"]["en"]["remedy"].startswith("Send it again with the same Idempotency-Key")
    gateway.services["registry"].stop()
    page = gateway.get("/designations")
    assert (page.status_code, page.headers["Content-Type"]) == (503, "text/html; charset=utf-8")


def test_a_services_own_word_of_waiting_stays(gateway: Gateway) -> None:
    gateway.services["evaluation"].status = 503
    gateway.services["evaluation"].headers = {"Retry-After": "1"}
    assert gateway.get("/evaluation/api/v1/x").raw.headers.getlist("Retry-After") == ["1"]


def test_public_pages_outlive_the_registry(gateway: Gateway) -> None:
    registry = gateway.services["registry"]
    assert gateway.get("/designations").text == "first"
    registry.status, registry.body = 503, "broken"
    wait_until(lambda: gateway.get("/designations") and len(registry.asked) > 1, what="the copy to be a second old")
    assert gateway.get("/designations").text == "first"
    registry.stop()
    answers = wait_until(lambda: [gateway.get("/designations") for _ in range(3)])
    assert {(each.status_code, each.text, each.headers["Content-Security-Policy"]) for each in answers} == {
        (200, "first", POLICY)
    }


def test_a_change_shows_within_seconds_to_a_lone_visitor(gateway: Gateway) -> None:
    registry = gateway.services["registry"]
    assert gateway.get("/designations").text == "first"
    registry.body, registry.headers["ETag"] = "second", '"2"'
    wait_until(lambda: len(registry.asked) > 1 or gateway.get("/designations").text == "second", timeout=5)
    assert gateway.get("/designations").text == "second"


def test_while_one_visitor_waits_for_the_registry_all_others_get_the_copy_at_hand(gateway: Gateway) -> None:
    registry = gateway.services["registry"]
    assert gateway.get("/designations").text == "first"
    registry.body = "second"
    registry.open.clear()
    got: list[str] = []

    def visit_until_somebody_waits() -> None:
        while len(registry.asked) < 2:
            got.append(gateway.get("/designations").text)

    waiting = threading.Thread(target=visit_until_somebody_waits)
    waiting.start()
    wait_until(lambda: len(registry.asked) == 2, what="a visitor to wait for the registry")
    assert [gateway.get("/designations").text for _ in range(5)] == ["first"] * 5
    assert len(registry.asked) == 2
    registry.open.set()
    waiting.join(WITHIN)
    assert got[-1] == "second"


def test_who_is_signed_in_gets_nothing_from_the_cache_and_leaves_nothing_there(gateway: Gateway) -> None:
    registry = gateway.services["registry"]
    assert gateway.get("/api/v1/designations", Authorization="Bearer a").text == "first"
    registry.body = "public"
    assert gateway.get("/api/v1/designations").text == "public"
    registry.body = "of one person"
    assert gateway.get("/api/v1/designations", Authorization="Bearer b").text == "of one person"
    assert gateway.get("/api/v1/designations").text == "public"


def test_only_what_the_registry_calls_public_is_kept(gateway: Gateway) -> None:
    registry = gateway.services["registry"]
    for said in ("private", "public, no-store", "no-cache", ""):
        registry.headers["Cache-Control"] = said
        before = len(registry.asked)
        assert [gateway.get(f"/api/v1/drafts?{said}").status_code for _ in range(2)] == [200, 200]
        assert len(registry.asked) == before + 2, said
