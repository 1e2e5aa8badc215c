"""The API over HTTP: who may see and do what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.units import handlers, passwords
from services.units.domain.account import Account
from services.units.rooms import Rooms
from shared.security.tokens import load_key, verify
from shared.settings import Settings
from tests.services.units.bodies import BODIES, CARD, PASSWORD, UNIT
from tests.services.units.samples import CITY, cause, stand

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
