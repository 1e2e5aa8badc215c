"""The API over HTTP: a whole way of a unit, and what stands in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.units.rooms import Rooms
from tests.services.units.bodies import BODIES, CARD, UNIT, YEAR, build_up, cycle_body, proposal_body

Headers = dict[str, str]


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
