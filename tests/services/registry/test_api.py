"""The JSON API: what it answers, and what it refuses in both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.registry.rooms import Rooms
from tests.services.registry.conftest import Headers
from tests.services.registry.samples import NOW, draft, fill, publish

NUMBER = "WBK-2026-L3171-RSUD-01"
SignedIn = Callable[[str], Headers]
DECREE = {"number": "Nomor 1457 Tahun 2026", "date": NOW.date().isoformat(), "signatory_office": "Menteri PANRB"}


def walked(client: FlaskClient, query: str) -> list[str]:
    """The numbers of every page of a question."""
    numbers: list[str] = []
    cursor = ""
    while True:
        page = client.get(f"/api/v1/designations?{query}&cursor={cursor}").get_json()
        numbers += [item["number"] for item in page["items"]]
        if page["next"] is None:
            return numbers
        cursor = page["next"]


def test_the_list_is_walked_by_its_cursors(client: FlaskClient, rooms: Rooms) -> None:
    fill(rooms, more=7)
    assert walked(client, "limit=4") == walked(client, "limit=200")
    assert len(walked(client, "limit=4")) == 10


def test_parameters_narrow_the_list_together(client: FlaskClient, rooms: Rooms) -> None:
    fill(rooms)
    query = "q=kota&predicate=WBK&status=revoked&year=2026&institution=L7371&province=73"
    assert walked(client, query) == ["WBK-2026-L7371-PTSP-01"]


def test_an_empty_parameter_counts_as_absent(client: FlaskClient, rooms: Rooms) -> None:
    fill(rooms)
    assert walked(client, "q=&predicate=&status=&year=&province=&institution=&limit=") == walked(client, "limit=50")


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ("as_of=2026-01-01", "as_of", "unknown"),
        ("predicate=wbk", "predicate", "malformed"),
        ("status=draft", "status", "malformed"),
        ("year=26", "year", "malformed"),
        ("year=٢٠٢٦", "year", "malformed"),
        ("province=DKI", "province", "malformed"),
        ("institution=L31%2F71", "institution", "malformed"),
        ("limit=0", "limit", "malformed"),
        ("limit=201", "limit", "malformed"),
        ("cursor=nonsense", "cursor", "malformed"),
        ("cursor=bm9uc2Vuc2U=", "cursor", "malformed"),
        ("q=%21%3F", "q", "malformed"),
        ("q=" + "a" * 201, "q", "malformed"),
        ("year=2026&year=2025", "year", "repeated"),
    ],
)
def test_an_unknown_or_malformed_parameter_is_refused(
    client: FlaskClient, query: str, parameter: str, code: str
) -> None:
    answer = client.get(f"/api/v1/designations?{query}")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    problem: dict[str, Any] = answer.get_json(force=True)
    assert [(fault["parameter"], fault["code"]) for fault in problem["errors"]] == [(parameter, code)]
    assert set(problem["messages"]) == {"id", "en"}


def test_every_fault_of_a_question_is_named_at_once(client: FlaskClient) -> None:
    problem = client.get("/api/v1/designations?colour=red&year=x&limit=y").get_json(force=True)
    assert [fault["parameter"] for fault in problem["errors"]] == ["colour", "year", "limit"]


def test_a_draft_answers_like_any_unknown_number(client: FlaskClient, rooms: Rooms) -> None:
    number = draft(rooms)
    answers = [client.get(f"/api/v1/designations/{asked}") for asked in (number, "WBK-2026-NOBODY")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert {answer.get_json(force=True)["code"] for answer in answers} == {"not_designated"}


def test_an_unchanged_record_is_not_sent_again(client: FlaskClient, rooms: Rooms) -> None:
    publish(rooms)
    first = client.get(f"/api/v1/designations/{NUMBER}")
    again = client.get(f"/api/v1/designations/{NUMBER}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["Cache-Control"] == "public, no-cache"


def test_the_registrar_publishes_a_draft_and_everybody_sees_it(
    client: FlaskClient, rooms: Rooms, signed_in: SignedIn
) -> None:
    draft(rooms)
    drafts = client.get("/api/v1/drafts", headers=signed_in("registrar")).get_json()["items"]
    assert [(waiting["number"], waiting["version"]) for waiting in drafts] == [(NUMBER, 1)]
    body = {"decree": DECREE, "version": 1}
    done = client.post(f"/api/v1/designations/{NUMBER}/publication", json=body, headers=signed_in("registrar"))
    assert (done.status_code, done.get_json()["state"], done.get_json()["version"]) == (200, "published", 2)
    assert client.get(f"/api/v1/designations/{NUMBER}").get_json()["decree"] == DECREE
    assert client.get("/api/v1/drafts", headers=signed_in("registrar")).get_json() == {"items": [], "next": None}


def test_the_registrar_revokes_and_the_record_stays_with_its_ground(
    client: FlaskClient, rooms: Rooms, signed_in: SignedIn
) -> None:
    publish(rooms)
    body = {"decree": DECREE, "ground": "Pungutan liar"}
    done = client.post(f"/api/v1/designations/{NUMBER}/revocation", json=body, headers=signed_in("registrar"))
    assert (done.status_code, done.get_json()["state"]) == (200, "revoked")
    record = client.get(f"/api/v1/designations/{NUMBER}").get_json()
    assert record["status"] == "revoked"
    assert (record["revocation"]["ground"], record["revocation"]["barred_until"]) == ("Pungutan liar", "2028-11-20")


def test_the_same_command_again_gets_the_first_answer(client: FlaskClient, rooms: Rooms, signed_in: SignedIn) -> None:
    draft(rooms)
    headers = signed_in("registrar") | {"Idempotency-Key": "k-1"}
    address, body = f"/api/v1/designations/{NUMBER}/publication", {"decree": DECREE}
    first, again = (client.post(address, json=body, headers=headers) for _ in range(2))
    assert (again.status_code, again.get_json()) == (200, first.get_json())
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("command", ["publication", "revocation"])
def test_a_command_in_the_wrong_state_is_a_conflict_that_changes_nothing(
    client: FlaskClient, rooms: Rooms, signed_in: SignedIn, command: str
) -> None:
    made = publish if command == "publication" else draft
    made(rooms)
    before = rooms.designations.load(NUMBER)
    body = {"decree": DECREE} | ({"ground": "Pungutan liar"} if command == "revocation" else {})
    answer = client.post(f"/api/v1/designations/{NUMBER}/{command}", json=body, headers=signed_in("registrar"))
    assert (answer.status_code, answer.get_json(force=True)["code"]) == (409, "wrong_state")
    assert rooms.designations.load(NUMBER) == before


def test_a_decision_on_an_older_version_gets_the_current_one(
    client: FlaskClient, rooms: Rooms, signed_in: SignedIn
) -> None:
    publish(rooms)
    body = {"decree": DECREE, "ground": "Pungutan liar", "version": 1}
    answer = client.post(f"/api/v1/designations/{NUMBER}/revocation", json=body, headers=signed_in("registrar"))
    assert (answer.status_code, answer.get_json(force=True)["current_version"]) == (409, 2)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/decree"),
        ({"decree": DECREE | {"date": "20-11-2026"}}, "/decree/date"),
        ({"decree": DECREE | {"signed_by": "Budi"}}, "/decree/signed_by"),
        ({"decree": DECREE, "note": "x"}, "/note"),
        ({"decree": DECREE, "version": "1"}, "/version"),
        ({"decree": DECREE | {"date": "2031-01-01"}}, "/decree/date"),
        ({"decree": DECREE | {"number": "tanpa angka"}}, "/decree/number"),
    ],
)
def test_a_faulty_command_is_refused_with_the_place_of_the_fault(
    client: FlaskClient, rooms: Rooms, signed_in: SignedIn, body: dict[str, object], pointer: str
) -> None:
    draft(rooms)
    answer = client.post(f"/api/v1/designations/{NUMBER}/publication", json=body, headers=signed_in("registrar"))
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.get_json(force=True)["errors"]] == [pointer]
    assert rooms.designations.load(NUMBER).version == 1


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "/api/v1/drafts"),
        ("post", f"/api/v1/designations/{NUMBER}/publication"),
        ("post", f"/api/v1/designations/{NUMBER}/revocation"),
    ],
)
def test_only_a_registrar_sees_drafts_and_records_decrees(
    client: FlaskClient, rooms: Rooms, signed_in: SignedIn, method: str, address: str
) -> None:
    draft(rooms)
    body = {"decree": DECREE} | ({"ground": "Pungutan liar"} if "revocation" in address else {})
    given: dict[str, Any] = {"json": body} if method == "post" else {}
    assert getattr(client, method)(address, **given).status_code == 401
    assert getattr(client, method)(address, headers=signed_in("admin"), **given).status_code == 403
    assert rooms.designations.load(NUMBER).version == 1


def test_unknown_addresses_under_the_api_are_problems_not_pages(client: FlaskClient) -> None:
    answer = client.get("/api/v1/nothing")
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_the_api_describes_itself(client: FlaskClient) -> None:
    described = client.get("/openapi.json").get_json()
    names = {parameter["name"] for parameter in described["paths"]["/api/v1/designations"]["get"]["parameters"]}
    assert names == {"q", "predicate", "status", "year", "institution", "province", "cursor", "limit"}
    assert "/api/v1/designations/{number}/revocation" in described["paths"]
