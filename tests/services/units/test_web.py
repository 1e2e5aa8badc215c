"""The API over HTTP: a whole way of a unit, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.units import handlers, passwords
from services.units.domain.account import Account
from services.units.domain.unit import AREAS
from services.units.jobs import JOBS
from services.units.rooms import Rooms
from shared.jobs.running import run_job
from shared.security import verify
from shared.security.tokens import load_key
from shared.settings import Settings
from tests.services.units.samples import CITY, GOOD_INSTITUTION, HASH, cause, stand

Headers = dict[str, str]
UNIT = "L3171-RSUD-01"
PASSWORD = "correct horse battery"
CARD = {
    "code": UNIT,
    "name": "RSUD Tarakan",
    "institution": "L3171",
    "province": "31",
    "field": "health",
    "affirmation_service": "rsud",
    "core_service": True,
    "public_impact": True,
}
YEAR = datetime.now(UTC).year


def cycle_body(**changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    opens, closes = (now + timedelta(days=days) for days in (-10, 10))
    window = {"opens": opens.isoformat(), "closes": closes.isoformat()}
    return {
        "cycle": str(YEAR),
        "instrument": "lke-2021",
        "rules": "prerequisites-r5",
        "windows": {"proposal": window},
        "quota_per_institution": None,
        "evaluators_per_proposal": 3,
        "max_load": 30,
        **changes,
    }


def proposal_body(**changes: Any) -> dict[str, Any]:
    letter = {"number": "B/1", "date": f"{YEAR}-01-02"}
    statement = {**letter, "signatory_office": "Wali Kota"}
    body = {"cycle": str(YEAR), "target": "WBK", "worksheet_hash": HASH, "cover_letter": letter, "sptjm": statement}
    return {**body, **changes}


@pytest.fixture
def send(client: FlaskClient, signed_in: Callable[..., Headers]) -> Callable[..., Any]:
    """Send a request as a role; gives the answer, which must have the expected status."""

    def send(method: str, path: str, body: Any = None, *, status: int = 200, role: str = "admin", **bound: str) -> Any:
        headers = signed_in(role, **bound) if role else {}
        answer = client.open(f"/api/v1{path}", method=method, json=body, headers=headers)
        assert answer.status_code == status, (answer.status_code, answer.get_data(as_text=True))
        return answer.get_json()

    return send


@pytest.fixture
def city(rooms: Rooms) -> Rooms:
    """Rooms with one city whose facts are good."""
    handlers.import_institution(rooms, replace(CITY, facts={str(YEAR): GOOD_INSTITUTION}), cause())
    return rooms


def build_up(send: Callable[..., Any]) -> None:
    """From the registration to good facts, over the API."""
    send("POST", "/units", CARD, status=201)
    officer = {"role": "unit_officer", "unit": UNIT}
    pact = {"date": f"{YEAR - 2}-01-15", "place": "Jakarta", "signed": 90, "staff": 100}
    assert send("POST", f"/units/{UNIT}/declaration", pact, **officer)["state"] == "declared"
    plan = {"started_on": f"{YEAR - 2}-02-01", "plan": {area: ["Rencana"] for area in AREAS}}
    assert send("POST", f"/units/{UNIT}/development", plan, **officer)["state"] == "building"
    report = {"period": f"{YEAR - 1}-Q4", "areas": dict.fromkeys(AREAS, 80), "note": "Sesuai rencana"}
    assert len(send("POST", f"/units/{UNIT}/progress", report, **officer)["progress"]) == 1
    facts = {"year": YEAR, "tlhp_percent": "100", "lhkpn_percent": 100, "lhkan_percent": "100.0", "sakip": "BB"}
    send("PUT", f"/units/{UNIT}/facts", facts, role="tpi", institution="L3171")


def test_a_unit_goes_its_whole_way_to_a_withdrawn_proposal(city: Rooms, send: Callable[..., Any]) -> None:
    officer = {"role": "institution_officer", "institution": "L3171"}
    build_up(send)
    send("POST", "/cycles", cycle_body(), status=201)
    asked = send("GET", f"/units/{UNIT}/prerequisites?cycle={YEAR}&target=WBK")
    assert asked["met"] is True
    assert set(asked["answers"][0]) == {
        "rule",
        "article",
        "measured",
        "required",
        "met",
        "affirmation",
        "overridden",
        "messages",
    }
    accepted = send("POST", f"/units/{UNIT}/proposal", proposal_body(), status=201, **officer)
    assert accepted["proposal"] == f"{UNIT}.{YEAR}.1"
    listed = send("GET", f"/proposals?cycle={YEAR}")["items"]
    assert [(one["proposal"], one["state"]) for one in listed] == [(accepted["proposal"], "proposed")]
    assert set(listed[0]) == {"proposal", "unit", "cycle", "target", "state", "submitted_at"}
    body = {"proposal": accepted["proposal"], "reason": "Salah target"}
    withdrawn = send("POST", f"/units/{UNIT}/withdrawal", body, status=202, **officer)
    assert withdrawn["state"] == "withdrawal_requested"
    assert send("GET", f"/units/{UNIT}")["state"] == "proposed"
    assert send("GET", "/institutions/L3171")["proposals_by_cycle"] == {str(YEAR): 1}


def test_missing_prerequisites_are_a_problem_with_every_answer(city: Rooms, send: Callable[..., Any]) -> None:
    build_up(send)
    send("POST", "/cycles", cycle_body(), status=201)
    send("PUT", f"/units/{UNIT}/facts", {"year": YEAR, "tlhp_percent": "99.99"})
    officer = {"role": "institution_officer", "institution": "L3171"}
    problem = send("POST", f"/units/{UNIT}/proposal", proposal_body(), status=422, **officer)
    assert problem["code"] == "prerequisites_not_met"
    assert [one["rule"] for one in problem["answers"] if not one["met"]] == ["tlhp"]
    assert all(problem["messages"][language]["remedy"] for language in ("id", "en"))
    override = {"cycle": str(YEAR), "target": "WBK", "rule": "tlhp", "reason": "Surat TPN B/7"}
    send("POST", f"/units/{UNIT}/overrides", override, status=201)
    send("POST", f"/units/{UNIT}/overrides", override, status=409)
    accepted = send("POST", f"/units/{UNIT}/proposal", proposal_body(), status=201, **officer)
    assert accepted["overrides"] == ["tlhp"]


def test_a_local_service_below_tabel_5_is_let_through_by_the_affirmation(city: Rooms, send: Callable[..., Any]) -> None:
    build_up(send)
    send("POST", "/cycles", cycle_body(), status=201)
    send("PUT", "/institutions/L3171/facts", {"year": YEAR, "bpk_opinion": "WDP", "rb_index": "49.5"})
    asked = send("GET", f"/units/{UNIT}/prerequisites?cycle={YEAR}&target=WBK")
    assert asked["met"] is True
    assert [one["rule"] for one in asked["answers"] if one["affirmation"]] == ["bpk_opinion", "rb_index"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"windows": {"proposal": {"opens": "2024-08-01T00:00:00Z", "closes": "2024-09-01T00:00:00Z"}}}, "window_closed")],
)
def test_a_closed_window_is_a_conflict(city: Rooms, send: Callable[..., Any], changes: Any, code: str) -> None:
    build_up(send)
    send("POST", "/cycles", cycle_body(**changes), status=201)
    officer = {"role": "institution_officer", "institution": "L3171"}
    assert send("POST", f"/units/{UNIT}/proposal", proposal_body(), status=409, **officer)["code"] == code


def test_a_used_up_quota_is_a_conflict(city: Rooms, send: Callable[..., Any]) -> None:
    build_up(send)
    send("POST", "/cycles", cycle_body(quota_per_institution=0), status=201)
    officer = {"role": "institution_officer", "institution": "L3171"}
    problem = send("POST", f"/units/{UNIT}/proposal", proposal_body(), status=409, **officer)
    assert (problem["code"], problem["quota"]) == ("quota_exceeded", 0)


OTHERS = [
    ("POST", "/units/{unit}/declaration", {"role": "unit_officer", "unit": "L3171-OTHER"}),
    ("POST", "/units/{unit}/declaration", {"role": "admin"}),
    ("POST", "/units/{unit}/development", {"role": "unit_officer", "unit": "L3171-OTHER"}),
    ("POST", "/units/{unit}/progress", {"role": "unit_officer", "unit": "L3171-OTHER"}),
    ("PUT", "/units/{unit}/facts", {"role": "tpi", "institution": "L3172"}),
    ("PUT", "/units/{unit}/facts", {"role": "unit_officer", "unit": UNIT}),
    ("POST", "/units/{unit}/proposal", {"role": "institution_officer", "institution": "L3172"}),
    ("POST", "/units/{unit}/proposal", {"role": "tpi", "institution": "L3171"}),
    ("POST", "/units/{unit}/withdrawal", {"role": "institution_officer", "institution": "L3172"}),
    ("POST", "/units/{unit}/overrides", {"role": "institution_officer", "institution": "L3171"}),
    ("GET", "/units/{unit}", {"role": "unit_officer", "unit": "L3171-OTHER"}),
    ("GET", "/units/{unit}", {"role": "tpi", "institution": "L317"}),
    ("GET", "/units/{unit}/prerequisites?cycle=2026&target=WBK", {"role": "institution_officer", "institution": "L1"}),
    ("POST", "/units", {"role": "institution_officer", "institution": "L3171"}),
    ("POST", "/accounts", {"role": "panel"}),
    ("POST", "/cycles", {"role": "registrar"}),
    ("PUT", "/cycles/2026", {"role": "registrar"}),
    ("PUT", "/institutions/L3171/facts", {"role": "tpi", "institution": "L3171"}),
    ("POST", "/imports?kind=units", {"role": "surveyor"}),
    ("GET", "/imports/x", {"role": "surveyor"}),
]
BODIES = {
    "declaration": {"date": "2025-01-01", "place": "x", "signed": 1, "staff": 1},
    "development": {"started_on": "2025-01-01", "plan": {area: ["x"] for area in AREAS}},
    "progress": {"period": "2025-Q1", "areas": dict.fromkeys(AREAS, 1)},
    "facts": {"year": 2026},
    "proposal": proposal_body(),
    "withdrawal": {"proposal": "x", "reason": "y"},
}


@pytest.mark.parametrize(("method", "path", "who"), OTHERS)
def test_what_is_not_ones_own_is_forbidden(send: Callable[..., Any], method: str, path: str, who: Any) -> None:
    body = BODIES.get(path.rpartition("/")[2]) if method != "GET" else None
    assert send(method, path.format(unit=UNIT), body, status=403, **who)["code"] == "forbidden"


@pytest.mark.parametrize("path", ["/units", "/units/x", "/institutions", "/proposals?cycle=2026", "/cycles/2026"])
def test_a_visitor_is_asked_to_sign_in(send: Callable[..., Any], path: str) -> None:
    assert send("GET", path, status=401, role="")["code"] == "unauthenticated"


def test_lists_show_what_is_within_reach(rooms: Rooms, send: Callable[..., Any]) -> None:
    codes = stand(rooms, units=3)
    other = replace(CITY, code="L3172", name="Pemerintah Kota Administrasi Jakarta Utara")
    handlers.import_institution(rooms, other, cause())
    send("POST", "/units", {**CARD, "code": "L3172-RSUD-01", "institution": "L3172"}, status=201)

    def shown(query: str = "", **who: str) -> list[str]:
        return [one["code"] for one in send("GET", f"/units{query}", **who)["items"]]

    assert shown() == [*codes, "L3172-RSUD-01"]
    assert shown("?state=registered") == ["L3172-RSUD-01"]
    assert shown("?institution=L3171", role="evaluator") == codes
    assert shown("?institution=L3172", role="tpi", institution="L3171") == codes
    assert shown(role="unit_officer", unit=codes[1]) == [codes[1]]
    assert shown(role="unit_officer", unit="L3171-NONE") == []
    first = send("GET", "/units?limit=3")
    assert len(first["items"]) == 3
    assert [one["code"] for one in send("GET", f"/units?limit=3&cursor={first['next']}")["items"]] == ["L3172-RSUD-01"]
    assert [one["code"] for one in send("GET", "/institutions?q=utara")["items"]] == ["L3172"]
    assert [one["code"] for one in send("GET", "/institutions?kind=city&limit=1")["items"]] == ["L3171"]


def test_a_session_speaks_for_its_account(
    rooms: Rooms, client: FlaskClient, settings: Settings, send: Callable[..., Any]
) -> None:
    stand(rooms)
    account = {
        "name": "officer-1",
        "display_name": "Siti Rahayu",
        "password": PASSWORD,
        "roles": ["unit_officer"],
        "unit": "L3171-PKM-01",
    }
    made = send("POST", "/accounts", account, status=201)
    assert "password" not in str(made)
    answer = client.post("/api/v1/sessions", json={"name": "officer-1", "password": PASSWORD})
    session = answer.get_json()
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert session["account"] == {
        "id": "officer-1",
        "name": "Siti Rahayu",
        "roles": ["unit_officer"],
        "institution": None,
        "unit": "L3171-PKM-01",
    }
    actor = verify(session["token"], load_key(settings.token_public_key_file), datetime.now(UTC))
    assert (actor.id, actor.unit) == ("officer-1", "L3171-PKM-01")
    own = client.get("/api/v1/units/L3171-PKM-01", headers={"Authorization": f"Bearer {session['token']}"})
    assert own.get_json()["code"] == "L3171-PKM-01"


def test_a_refused_sign_in_is_a_problem_and_too_many_wait(rooms: Rooms, send: Callable[..., Any]) -> None:
    handlers.register_account(rooms, Account("admin", "A", passwords.hashed(PASSWORD), ("admin",)), cause())
    wrong = {"name": "admin", "password": "wrong password"}
    for _ in range(10):
        assert send("POST", "/sessions", wrong, status=401, role="")["code"] == "sign_in_refused"
    assert send("POST", "/sessions", {**wrong, "password": PASSWORD}, status=429, role="")["code"] == "too_much"


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


def test_a_unit_is_registered_by_the_rules_of_the_import(city: Rooms, send: Callable[..., Any]) -> None:
    bad = {**CARD, "code": "K16-X", "parent": "L3171-NONE", "affirmation_service": "hospital", "core_service": None}
    problem = send("POST", "/units", bad, status=422)
    assert {error["pointer"] for error in problem["errors"]} == {"/code", "/parent", "/affirmation_service"}
    send("POST", "/units", {**CARD, "institution": "K99", "code": "K99-X"}, status=422)
    send("POST", "/units", CARD, status=201)
    send("POST", "/units", CARD, status=409)
    child = {**CARD, "code": "L3171-RSUD-02", "parent": UNIT}
    assert send("POST", "/units", child, status=201)["parent"] == UNIT


def test_a_stale_version_is_refused_with_the_current_one(city: Rooms, send: Callable[..., Any]) -> None:
    send("POST", "/units", CARD, status=201)
    who = {"role": "unit_officer", "unit": UNIT}
    problem = send("POST", f"/units/{UNIT}/declaration", {**BODIES["declaration"], "version": 5}, status=409, **who)
    assert (problem["code"], problem["current_version"]) == ("stale_version", 1)


def test_a_wrong_state_names_the_state_and_what_is_open(city: Rooms, send: Callable[..., Any]) -> None:
    send("POST", "/units", CARD, status=201)
    who = {"role": "unit_officer", "unit": UNIT}
    problem = send("POST", f"/units/{UNIT}/development", BODIES["development"], status=409, **who)
    assert (problem["code"], problem["state"], problem["allowed"]) == ("wrong_state", "registered", ["declare"])


def test_the_same_command_twice_has_one_effect(
    city: Rooms, client: FlaskClient, signed_in: Callable[..., Headers], send: Callable[..., Any]
) -> None:
    send("POST", "/units", CARD, status=201)
    headers = {**signed_in("unit_officer", unit=UNIT), "Idempotency-Key": "declare-1"}
    path = f"/api/v1/units/{UNIT}/declaration"
    first, second = (client.post(path, json=BODIES["declaration"], headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.get_json() == second.get_json()
    assert second.headers["Idempotent-Replayed"] == "true"
    other = client.post(path, json={**BODIES["declaration"], "place": "Bogor"}, headers=headers)
    assert other.status_code == 422


def test_the_api_describes_itself(client: FlaskClient) -> None:
    paths = client.get("/openapi.json").get_json()["paths"]
    assert {"/api/v1/sessions", "/api/v1/units/{code}/proposal", "/api/v1/imports"} <= set(paths)
    assert client.get("/health/ready").status_code == 200
