"""One person's way into the four services over HTTP: signs in, renews the token, repeats safely, explains refusals.

JourneyError            anything that stops the journey, with a sentence that says what and where
├── Refused             a service answered with a problem (RFC 9457)
└── waiting.NeverCame   a condition did not come about in its time
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

PREFIXES = {"registry": "", "units": "/units", "evaluation": "/evaluation", "notifications": "/notifications"}
PATIENCE = 60.0
"""Seconds for which a 503 or a broken connection is tried again before it counts as a failure."""
ANSWER_WITHIN = (5.0, 60.0)
"""Seconds to connect, and to wait for the first byte of an answer."""
RENEW_BEFORE = timedelta(seconds=30)
BAD_GATEWAY = 502
AWAY = 503
SIGNED_OUT = 401
CLIENT_ERROR = 400


class JourneyError(Exception):
    """Stops the journey; the text is meant for the person who started it."""


class Refused(JourneyError):
    """A service said no. Carries the problem details it gave (RFC 9457) or the raw answer if it gave none."""

    def __init__(self, method: str, url: str, status: int, problem: Mapping[str, Any]) -> None:
        self.method, self.url, self.status, self.problem = method, url, status, dict(problem)
        super().__init__(self._explained())

    @property
    def code(self) -> str:
        """The stable code of the problem, or an empty string."""
        return str(self.problem.get("code", ""))

    def _explained(self) -> str:
        lines = [f"{self.method} {self.url} was refused with {self.status} {self.code}".rstrip()]
        lines += [f"  {key}: {value}" for key, value in self.problem.items() if key not in {"status", "code", "type"}]
        return "\n".join(lines)


class Site:
    """The address of a system and the HTTP connections to it, one set for each thread.

    ``requests.Session`` is not promised to be safe between threads, so each thread has its own. ``mark`` begins the
    correlation id of every request, so that what a journey set off can be told from everything else on the system.
    """

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self.mark = f"journey-{uuid.uuid4().hex[:12]}-"
        self._given_up = threading.Event()
        self._connections = threading.local()

    def address(self, service: str, path: str) -> str:
        """The full URL of ``path`` (``/units/L3171``) in the API of ``service``."""
        return f"{self.base_url}{PREFIXES[service]}/api/v1{path}"

    def pause(self, seconds: float) -> None:
        """Lets the other side work before it is asked again; always inside a loop with a bound.

        Raises:
            JourneyError: the journey was given up meanwhile.
        """
        if self._given_up.wait(seconds):
            raise JourneyError("the journey was given up")

    def give_up(self) -> None:
        """Ends every wait of every thread at once; for a journey that has failed or was interrupted."""
        self._given_up.set()

    def send(self, method: str, url: str, **request: Any) -> requests.Response:
        """One request, repeated while the service is away (bounded by ``PATIENCE``).

        Every request carries its own Idempotency-Key, the same for each repetition, so a command whose answer was
        lost on the way is not obeyed twice.

        Raises:
            Refused: any answer of 400 and above that patience did not mend.
            JourneyError: nobody answers at the address.
        """
        command = str(uuid.uuid4())
        own = {"Idempotency-Key": command, "X-Correlation-ID": self.mark + command, "Accept": "application/json"}
        headers = {**own, **request.pop("headers", {})}
        until = time.monotonic() + PATIENCE
        while True:
            answer = self._once(method, url, until, headers=headers, **request)
            if answer is not None:
                return answer

    def _once(self, method: str, url: str, until: float, **request: Any) -> requests.Response | None:
        """The answer, or None when it is worth asking again."""
        try:
            answer = self._connection().request(method, url, timeout=ANSWER_WITHIN, **request)
        except (requests.ConnectionError, requests.Timeout) as error:
            if time.monotonic() > until:
                raise JourneyError(f"{method} {url}: no answer for {PATIENCE:.0f} s. {error}") from error
            self.pause(0.2)
            return None
        if answer.status_code in {BAD_GATEWAY, AWAY} and time.monotonic() < until:
            self.pause(retry_after(answer))
            return None
        if answer.status_code >= CLIENT_ERROR:
            raise Refused(method, url, answer.status_code, problem_of(answer))
        return answer

    def _connection(self) -> requests.Session:
        if not hasattr(self._connections, "session"):
            self._connections.session = requests.Session()
            # A proxy of the environment must not stand between the driver and a system on the same machine.
            self._connections.session.trust_env = False
        session: requests.Session = self._connections.session
        return session


def retry_after(answer: requests.Response) -> float:
    """The seconds that the service asks for, at most five: it may be ready sooner than it thinks."""
    asked = answer.headers.get("Retry-After", "1")
    return min(float(asked), 5.0) if asked.isdigit() else 1.0


def problem_of(answer: requests.Response) -> dict[str, Any]:
    """The problem details of a refusal; the beginning of the body when it is not JSON."""
    try:
        found = answer.json()
    except requests.JSONDecodeError:
        return {"detail": answer.text[:500]}
    return found if isinstance(found, dict) else {"detail": str(found)[:500]}


@dataclass(frozen=True, slots=True)
class Token:
    """A session token and the moment from which it is no longer used."""

    text: str
    until: datetime


class Person:
    """An account that acts through the APIs. Safe to use from several threads at once."""

    def __init__(self, site: Site, name: str, password: str) -> None:
        self.site, self.name, self._password = site, name, password
        self._token: Token | None = None
        self._renewing = threading.Lock()

    def get(self, service: str, path: str, **params: Any) -> Any:
        """The JSON of a GET; raises Refused."""
        return self._ask("GET", service, path, params=params)

    def post(self, service: str, path: str, body: Any = None) -> Any:
        """Sends a command and returns the JSON of the answer; raises Refused."""
        return self._ask("POST", service, path, json={} if body is None else body)

    def put(self, service: str, path: str, body: Any) -> Any:
        """Replaces something and returns the JSON of the answer; raises Refused."""
        return self._ask("PUT", service, path, json=body)

    def patch(self, service: str, path: str, body: Any) -> Any:
        """Changes a part of something and returns the JSON of the answer; raises Refused."""
        return self._ask("PATCH", service, path, json=body)

    def upload(self, service: str, path: str, text: str, **params: Any) -> Any:
        """Posts a CSV text; raises Refused."""
        headers = {"Content-Type": "text/csv; charset=utf-8"}
        return self._ask("POST", service, path, params=params, data=text.encode(), headers=headers)

    def each(self, service: str, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """Every item of a list, page after page."""
        return pages(self.get, service, path, **params)

    def _ask(self, method: str, service: str, path: str, **request: Any) -> Any:
        url = self.site.address(service, path)
        own = request.pop("headers", {})
        token = self._signed_in()
        try:
            answer = self.site.send(method, url, headers={**own, **bearer(token)}, **request)
        except Refused as refusal:
            if refusal.status != SIGNED_OUT:
                raise
            token = self._signed_in(instead_of=token)
            answer = self.site.send(method, url, headers={**own, **bearer(token)}, **request)
        return answer.json() if answer.content else None

    def _signed_in(self, *, instead_of: Token | None = None) -> Token:
        with self._renewing:
            held = self._token
            if held is None or held is instead_of or datetime.now(UTC) >= held.until:
                held = self._token = self._sign_in()
            return held

    def _sign_in(self) -> Token:
        url = self.site.address("units", "/sessions")
        session = self.site.send("POST", url, json={"name": self.name, "password": self._password}).json()
        return Token(session["token"], datetime.fromisoformat(session["expires_at"]) - RENEW_BEFORE)


class Visitor:
    """Somebody without an account, who sees what the public sees."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def get(self, service: str, path: str, **params: Any) -> Any:
        """The JSON of a public GET; raises Refused."""
        return self.site.send("GET", self.site.address(service, path), params=params).json()

    def each(self, service: str, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """Every item of a public list, page after page."""
        return pages(self.get, service, path, **params)


def pages(get: Callable[..., Any], service: str, path: str, **params: Any) -> Iterator[dict[str, Any]]:
    """Every item of a list that comes in pages of at most 200, in the service's own order."""
    cursor: str | None = None
    while True:
        page = get(service, path, **params, **({"cursor": cursor} if cursor else {}), limit=200)
        yield from page["items"]
        cursor = page.get("next")
        if not cursor:
            return


def bearer(token: Token) -> dict[str, str]:
    """The header that shows a token (RFC 6750)."""
    return {"Authorization": f"Bearer {token.text}"}
