"""The people of the pipeline: they hear that it is their turn and act at once, over HTTP, as the journey's people do.

They hear on the queue of the notifications service, whose place they take: that service tells people, and its queue
stays empty without its mails. Several threads with plain connections; the answers are not looked at but for errors.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlsplit

from benchmarks.pipeline_ground import Applicant, Ground
from shared.security.actors import Actor
from shared.security.tokens import issue, load_key

QUEUE = "notifications.notify"
TURNS = ("evaluation.evaluators_assigned", "evaluation.scores_aggregated", "registry.designation_drafted")
"""The events after which somebody has to act."""
HEARD_AT_ONCE = 500
AGAIN_AFTER, AGAIN_AT_MOST, AGAIN_FOR = 0.05, 0.4, 120.0
"""Seconds between the first two tries of what is not there yet (then twice as long, each time), between the last
ones, and until it counts as lost. People who hear of an assignment are there before their review is open."""
NOT_YET = frozenset({404, 409, 502, 503})
OFFICE = "Menteri PANRB"


class Refused(Exception):
    """Somebody was refused: what was asked, and the answer."""


@dataclass(slots=True)
class Way:
    """One proposal's moments, seconds on the monotonic clock; 0: not yet."""

    applicant: Applicant
    proposal: str = ""
    asked: float = 0.0
    filed: float = 0.0
    assigned: float = 0.0
    aggregated: float = 0.0
    drafted: float = 0.0
    visible: float = 0.0
    number: str = ""


@dataclass
class Country:
    """Everybody at once. `ways` by unit; `fault` is the first thing that went wrong for good."""

    base_url: str
    private_key_file: str
    ground: Ground
    in_flight: int
    ways: dict[str, Way] = field(init=False)
    done: int = 0
    retries: int = 0
    fault: BaseException | None = None
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.ways = {one.unit: Way(one) for one in self.ground.applicants}
        self._todo: SimpleQueue[Callable[[Person], None]] = SimpleQueue()
        self._to_file = iter(self.ways.values())
        self._lock = threading.Lock()
        self._key = load_key(self.private_key_file)
        self._tokens: dict[str, tuple[str, datetime]] = {}

    def begin(self, threads: int) -> list[threading.Thread]:
        """Let the first ones file; gives the threads, which end after `stop`."""
        for _ in range(self.in_flight or len(self.ways)):
            self._next()
        crowd = [threading.Thread(target=self._act, daemon=True) for _ in range(threads)]
        for one in crowd:
            one.start()
        return crowd

    def end(self, crowd: Sequence[threading.Thread]) -> None:
        """Everybody finishes what they do, and goes."""
        self.stop.set()
        for _ in crowd:
            self._todo.put(lambda _person: None)
        for one in crowd:
            one.join()

    def hear(self, event: Mapping[str, Any]) -> None:
        """Somebody is told something: their turn, maybe."""
        if event["type"] not in TURNS:
            return
        data, now = event["data"], time.monotonic()
        way = self.ways[data["unit"]]
        if event["type"] == TURNS[0] and not way.assigned:
            way.assigned, way.proposal = now, data["proposal"]
            for place, evaluator in enumerate(sorted(data["evaluators"])):
                self._todo.put(_bound(_review, way, evaluator, self.ground.sheets.reviews[place]))
            self._todo.put(_bound(_survey, way))
        elif event["type"] == TURNS[1] and not way.aggregated:
            way.aggregated = now
            self._todo.put(_bound(_decide, way))
        elif event["type"] == TURNS[2] and not way.drafted:
            way.drafted, way.number = now, data["number"]
            self._todo.put(_bound(_publish, way))

    def token(self, role: str, name: str, institution: str | None) -> str:
        """A session of that account, made anew before it ends."""
        now = datetime.now(UTC)
        held = self._tokens.get(name)
        if held is None or held[1] < now + timedelta(minutes=1):
            actor = Actor(name, name, frozenset({role}), institution)
            held = self._tokens[name] = issue(actor, self._key, now)
        return held[0]

    def seen(self, way: Way) -> None:
        """The public sees the designation: the clock of this one stops, and the next one files."""
        way.visible = time.monotonic()
        with self._lock:
            self.done += 1
        if self.in_flight:
            self._next()

    def _next(self) -> None:
        with self._lock:
            way = next(self._to_file, None)
        if way is not None:
            self._todo.put(_bound(_file, way))

    def _act(self) -> None:
        person = Person(self)
        while not self.stop.is_set():
            act = self._todo.get()
            try:
                act(person)
            except Exception as error:  # whatever it is ends the run, with its words
                self.fault = self.fault or error
                self.stop.set()


class Person:
    """A thread's connection to the system."""

    def __init__(self, country: Country) -> None:
        self.country = country
        place = urlsplit(country.base_url)
        self._connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)

    def send(
        self, method: str, path: str, body: Any = None, *, role: str = "", name: str = "", institution: str = ""
    ) -> dict[str, Any]:
        """One request, repeated while what it is about is still on its way; raises Refused."""
        headers = {"Accept": "application/json"}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        until, pause = time.monotonic() + AGAIN_FOR, AGAIN_AFTER
        while True:
            if role:  # it may take longer than a session
                headers["Authorization"] = f"Bearer {self.country.token(role, name, institution or None)}"
            status, answer = self._once(method, path, json.dumps(body) if body is not None else None, headers)
            if 200 <= status < 300:
                return json.loads(answer) if answer else {}
            if status not in NOT_YET or time.monotonic() > until or self.country.stop.is_set():
                raise Refused(f"{method} {path}: {status} {answer[:400].decode(errors='replace')}")
            self.country.retries += 1
            time.sleep(pause)
            pause = min(2 * pause, AGAIN_AT_MOST)

    def _once(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Status and body; a connection that the other side closed meanwhile is one more try."""
        try:
            self._connection.request(method, path, body, dict(headers))
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except (http.client.HTTPException, OSError):
            self._connection.close()
            return 503, b"the connection broke"


def _bound(act: Callable[..., None], *arguments: Any) -> Callable[[Person], None]:
    return lambda person: act(person, *arguments)


def _file(person: Person, way: Way) -> None:
    applicant, ground = way.applicant, person.country.ground
    letter = {"number": f"B/{applicant.unit}/ZI/{ground.cycle}", "date": datetime.now(UTC).date().isoformat()}
    body = {
        "cycle": ground.cycle,
        "target": "WBK",
        "worksheet_hash": applicant.worksheet_hash,
        "cover_letter": letter,
        "sptjm": {**letter, "signatory_office": "Bupati"},
    }
    officer = f"institution-{applicant.institution}"
    way.asked = time.monotonic()
    place = {"role": "institution_officer", "name": officer, "institution": applicant.institution}
    person.send("POST", f"/units/api/v1/units/{applicant.unit}/proposal", body, **place)
    way.filed = time.monotonic()


def _review(person: Person, way: Way, evaluator: str, sheet: Mapping[str, Any]) -> None:
    path = f"/evaluation/api/v1/reviews/{way.proposal}:{evaluator}/submission"
    person.send("POST", path, {"answers": sheet}, role="evaluator", name=evaluator)


def _survey(person: Person, way: Way) -> None:
    sheets = person.country.ground.sheets
    body = {"ipak": sheets.ipak, "ipkp": sheets.ipkp, "respondents": 45, "surveyor": "Lembaga survei independen"}
    person.send("POST", f"/evaluation/api/v1/proposals/{way.proposal}/survey", body, role="surveyor", name="surveyor-1")


def _decide(person: Person, way: Way) -> None:
    path = f"/evaluation/api/v1/proposals/{way.proposal}/panel-decision"
    person.send("POST", path, {"decision": "approve", "reason": "Syarat terpenuhi"}, role="panel", name="panel-1")


def _publish(person: Person, way: Way) -> None:
    """The decree, and then the public's look at the designation, which stops the clock."""
    decree = {"number": f"{way.number}/KM", "date": datetime.now(UTC).date().isoformat(), "signatory_office": OFFICE}
    path = f"/api/v1/designations/{way.number}"
    person.send("POST", f"{path}/publication", {"decree": decree}, role="registrar", name="registrar-1")
    shown = person.send("GET", path)
    if shown["status"] != "active":
        raise Refused(f"GET {path}: shown as {shown['status']}")
    person.country.seen(way)
