"""The API over HTTP: what a stranger may send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.units.domain.unit import AREAS
from services.units.jobs import JOBS
from services.units.rooms import Rooms
from shared.jobs.running import run_job
from tests.services.units.bodies import BODIES, CARD, UNIT, YEAR, cycle_body

Headers = dict[str, str]


def test_an_import_is_a_job_that_tells_its_end(
    rooms: Rooms, client: FlaskClient, signed_in: Callable[..., Headers], send: Callable[..., Any]
) -> None:
    headers = {**signed_in("admin"), "Content-Type": "text/csv; charset=utf-8", "Idempotency-Key": "import-1"}
    body = "code,name,kind,province\nK16,Kementerian Keuangan,ministry,\n"
    path = "/api/v1/imports?kind=institutions&dry_run=false"
    answers = [client.post(path, data=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    queued = answers[0].get_json()
    assert queued == answers[1].get_json()
    assert (queued["state"], queued["progress"], queued["result"], queued["errors"]) == (
        "queued",
        {"done": 0, "total": 0},
        None,
        [],
    )
    assert run_job(rooms, JOBS, queued["id"])
    done = send("GET", f"/imports/{queued['id']}")
    assert (done["state"], done["result"]) == ("done", {"created": 1, "unchanged": 0})
    send("GET", "/imports/nothing", status=404)


def test_an_import_says_what_it_takes(client: FlaskClient, signed_in: Callable[..., Headers]) -> None:
    headers = {**signed_in("admin"), "Content-Type": "text/csv"}
    large = b"x" * (2 * 1024 * 1024)
    assert client.post("/api/v1/imports?kind=units", data=large, headers=headers).status_code == 202
    too_large = b"x" * (5 * 1024 * 1024 + 1)
    assert client.post("/api/v1/imports?kind=units", data=too_large, headers=headers).status_code == 413
    assert client.post("/api/v1/imports?kind=people", data=b"", headers=headers).status_code == 422
    as_json = client.post("/api/v1/imports?kind=units", json=[], headers=signed_in("admin"))
    assert as_json.status_code == 422


def test_a_cycle_is_made_changed_and_shown(send: Callable[..., Any]) -> None:
    made = send("POST", "/cycles", cycle_body(rules=None), status=201)
    assert made["rules"] == "prerequisites-r5"
    send("POST", "/cycles", cycle_body(), status=409)
    changed = send("PUT", f"/cycles/{YEAR}", cycle_body(quota_per_institution=7, version=1))
    assert (changed["quota_per_institution"], changed["version"]) == (7, 2)
    assert send("PUT", f"/cycles/{YEAR}", cycle_body(version=1), status=409)["current_version"] == 2
    send("PUT", f"/cycles/{YEAR}", cycle_body(instrument="lke-2014"), status=409)
    send("PUT", f"/cycles/{YEAR - 1}", cycle_body(), status=422)
    send("PUT", "/cycles/2031", cycle_body(cycle="2031"), status=404)
    assert send("GET", f"/cycles/{YEAR}", role="evaluator")["quota_per_institution"] == 7


@pytest.mark.parametrize(
    "changes",
    [
        {"rules": "prerequisites-r90"},
        {"rules": "unknown"},
        {"windows": {}},
        {"windows": {"proposal": {"opens": "2026-05-02T00:00:00", "closes": "2026-06-01T00:00:00Z"}}},
        {"windows": {"proposal": {"opens": "2026-05-02T00:00:00Z", "closes": "2026-05-02T00:00:00Z"}}},
        {"cycle": "26"},
        {"cycle": None},
        {"evaluators_per_proposal": 0},
        {"max_load": "30"},
        {"surprise": 1},
    ],
)
def test_a_faulty_cycle_is_refused_in_both_languages(send: Callable[..., Any], changes: dict[str, Any]) -> None:
    problem = send("POST", "/cycles", cycle_body(**changes), status=422)
    assert problem["code"] == "invalid_input"
    assert all(set(error["messages"]) == {"id", "en"} for error in problem["errors"])


FAULTY = [
    ("declaration", {"date": "2025-13-01"}, "/date"),
    ("declaration", {"signed": 0}, "/signed"),
    ("declaration", {"signed": "1"}, "/signed"),
    ("declaration", {"place": "a\u0000b"}, "/place"),
    ("declaration", {"place": " "}, "/place"),
    ("declaration", {"extra": True}, "/extra"),
    ("development", {"plan": {"MP": ["x"]}}, "/plan/TL"),
    ("development", {"plan": {area: ["x"] for area in (*AREAS, "XX")}}, "/plan/XX"),
    ("development", {"plan": {area: [] for area in AREAS}}, "/plan/MP"),
    ("progress", {"period": "2026-Q5"}, "/period"),
    ("progress", {"areas": {**dict.fromkeys(AREAS, 1), "MP": 101}}, "/areas/MP"),
    ("progress", {"note": "x" * 2001}, "/note"),
    ("progress", {"note": "a\u0007"}, "/note"),
]


@pytest.mark.parametrize(("what", "change", "pointer"), FAULTY)
def test_a_fault_in_a_body_is_named_by_its_pointer_and_changes_nothing(
    city: Rooms, send: Callable[..., Any], what: str, change: dict[str, Any], pointer: str
) -> None:
    send("POST", "/units", CARD, status=201)
    who = {"role": "unit_officer", "unit": UNIT}
    problem = send("POST", f"/units/{UNIT}/{what}", {**BODIES[what], **change}, status=422, **who)
    assert any(error["pointer"].startswith(pointer) for error in problem["errors"]), problem["errors"]
    assert send("GET", f"/units/{UNIT}")["version"] == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"tlhp_percent": 99.5},
        {"tlhp_percent": "100.01"},
        {"tlhp_percent": "-1"},
        {"tlhp_percent": "1e2"},
        {"tlhp_percent": True},
        {"sakip": "BBB"},
        {"sakip": "201"},
        {"year": 1999},
    ],
)
def test_facts_are_exact_and_within_their_scales(city: Rooms, send: Callable[..., Any], facts: dict[str, Any]) -> None:
    send("POST", "/units", CARD, status=201)
    send("PUT", f"/units/{UNIT}/facts", {"year": YEAR, **facts}, status=422)


@pytest.mark.parametrize("facts", [{"bpk_opinion": "80"}, {"spip_level": 6}, {"corruption_case": "false"}])
def test_facts_of_institutions_are_within_their_scales(city: Rooms, send: Callable[..., Any], facts: Any) -> None:
    send("PUT", "/institutions/L3171/facts", {"year": YEAR, **facts}, status=422)


def test_facts_are_shown_as_they_were_said(city: Rooms, send: Callable[..., Any]) -> None:
    shown = send("PUT", "/institutions/L3171/facts", {"year": YEAR, "spip_level": "3.25", "sakip": "60.5"})
    assert shown["facts"][str(YEAR)]["spip_level"] == "3.25"
    assert shown["facts"][str(YEAR)]["sakip"] == "60.5"


def test_the_api_describes_itself(client: FlaskClient) -> None:
    paths = client.get("/openapi.json").get_json()["paths"]
    assert {"/api/v1/sessions", "/api/v1/units/{code}/proposal", "/api/v1/imports"} <= set(paths)
    assert client.get("/health/ready").status_code == 200
