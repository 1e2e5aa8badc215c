"""The API of notifications."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.notifications import handlers, queries
from services.notifications.domain.message import MessageState
from services.notifications.rooms import Rooms
from tests.services.notifications.said import account, reach, sample

SignedIn = Callable[..., FlaskClient]
CONTACT = {"email": "petugas@example.go.id", "language": "en"}


def tell(rooms: Rooms, name: str, events: int) -> None:
    handlers.learn_account(rooms, account(name, "unit_officer", unit="L3171-RSUD-01"))
    for number in range(events):
        handlers.notify(rooms, sample("units.progress_reported", number=number))


def test_a_person_saves_and_reads_the_own_contact(signed_in: SignedIn) -> None:
    client = signed_in("petugas", "unit_officer")
    saved = client.put("/api/v1/contacts/petugas", json=CONTACT)
    assert (saved.status_code, saved.json) == (200, {"account": "petugas", **CONTACT, "version": 1})
    assert client.get("/api/v1/contacts/petugas").json == saved.json


def test_an_admin_saves_anybodys_contact(signed_in: SignedIn) -> None:
    assert signed_in("admin", "admin").put("/api/v1/contacts/petugas", json=CONTACT).status_code == 200


@pytest.mark.parametrize("method", ["get", "put"])
def test_nobody_else_sees_or_changes_a_contact(signed_in: SignedIn, rooms: Rooms, method: str) -> None:
    reach(rooms, "petugas")
    answer = getattr(signed_in("orang", "tpi", "panel"), method)("/api/v1/contacts/petugas", json=CONTACT)
    assert (answer.status_code, answer.json["code"]) == (403, "not_your_contact")
    assert "petugas@example.go.id" not in answer.text
    assert queries.contact(rooms, "petugas").version == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({**CONTACT, "email": "bukan alamat"}, "/email"),
        ({**CONTACT, "email": "a@b@c.id"}, "/email"),
        ({**CONTACT, "email": "a@example.go.id\r\nBcc: x@example.go.id"}, "/email"),
        ({**CONTACT, "email": "pétugas@example.go.id"}, "/email"),
        ({**CONTACT, "email": "a" * 250 + "@example.go.id"}, "/email"),
        ({**CONTACT, "email": 5}, "/email"),
        ({**CONTACT, "language": "fr"}, "/language"),
        ({"email": CONTACT["email"]}, "/language"),
        ({**CONTACT, "phone": "0812"}, "/phone"),
        ({**CONTACT, "version": "1"}, "/version"),
    ],
)
def test_a_bad_contact_is_refused_in_both_languages_and_nothing_is_saved(
    signed_in: SignedIn, rooms: Rooms, body: dict[str, Any], pointer: str
) -> None:
    answer = signed_in("petugas").put("/api/v1/contacts/petugas", json=body)
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert pointer in {error["pointer"] for error in answer.json["errors"]}
    assert all(error["messages"]["id"] and error["messages"]["en"] for error in answer.json["errors"])
    assert rooms.contacts.find("petugas") is None


def test_a_stale_version_is_refused_with_the_current_one(signed_in: SignedIn) -> None:
    client = signed_in("petugas")
    for _ in range(2):
        client.put("/api/v1/contacts/petugas", json=CONTACT)
    answer = client.put("/api/v1/contacts/petugas", json={**CONTACT, "version": 1})
    assert (answer.status_code, answer.json["code"], answer.json["current_version"]) == (409, "stale_version", 2)


def test_a_repeated_command_gets_the_first_answer_and_has_no_second_effect(signed_in: SignedIn, rooms: Rooms) -> None:
    client, key = signed_in("petugas"), {"Idempotency-Key": "kunci-1"}
    first = client.put("/api/v1/contacts/petugas", json=CONTACT, headers=key)
    second = client.put("/api/v1/contacts/petugas", json=CONTACT, headers=key)
    assert (second.json, second.headers["Idempotent-Replayed"]) == (first.json, "true")
    assert queries.contact(rooms, "petugas").version == 1


def test_the_same_key_for_another_body_is_refused(signed_in: SignedIn) -> None:
    client, key = signed_in("petugas"), {"Idempotency-Key": "kunci-1"}
    client.put("/api/v1/contacts/petugas", json=CONTACT, headers=key)
    assert client.put("/api/v1/contacts/petugas", json={**CONTACT, "language": "id"}, headers=key).status_code == 422


def test_a_contact_that_was_never_saved_is_not_found(signed_in: SignedIn) -> None:
    assert signed_in("petugas").get("/api/v1/contacts/petugas").status_code == 404


def test_an_account_name_that_can_not_be_one_is_refused(signed_in: SignedIn) -> None:
    assert signed_in("admin", "admin").put("/api/v1/contacts/Bukan_Nama", json=CONTACT).status_code == 422


@pytest.mark.parametrize("path", ["contacts/petugas", "inbox", "messages", "statistics"])
def test_a_visitor_is_asked_to_sign_in(signed_in: SignedIn, path: str) -> None:
    assert signed_in().get(f"/api/v1/{path}").status_code == 401


@pytest.mark.parametrize("path", ["messages", "statistics"])
def test_only_an_admin_sees_everybodys_messages(signed_in: SignedIn, path: str) -> None:
    assert signed_in("petugas", "unit_officer", "registrar").get(f"/api/v1/{path}").status_code == 403


def test_the_inbox_shows_the_own_messages_newest_first_in_both_languages(signed_in: SignedIn, rooms: Rooms) -> None:
    tell(rooms, "petugas", 1)
    handlers.learn_account(rooms, account("lain", "unit_officer", unit="L3171-RSUD-02"))
    (item,) = signed_in("petugas").get("/api/v1/inbox").json["items"]
    assert item["texts"]["id"]["subject"] == "Laporan kemajuan 2026-Q1: RSUD Tarakan"
    assert item["texts"]["en"]["body"].startswith("Dear Sir or Madam,")
    assert (item["state"], item["event_type"]) == ("waiting_address", "units.progress_reported")
    assert signed_in("lain").get("/api/v1/inbox").json == {"items": [], "next": None}


def test_the_inbox_pages_through_every_message_once(signed_in: SignedIn, rooms: Rooms) -> None:
    tell(rooms, "petugas", 7)
    client, seen, cursor = signed_in("petugas"), [], ""
    while cursor is not None:
        page = client.get(f"/api/v1/inbox?limit=3&cursor={cursor}").json
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=a"])
def test_a_page_that_can_not_be_is_refused(signed_in: SignedIn, query: str) -> None:
    assert signed_in("petugas").get(f"/api/v1/inbox?{query}").status_code == 422


def test_the_admin_follows_messages_by_state_without_their_text_or_address(signed_in: SignedIn, rooms: Rooms) -> None:
    tell(rooms, "petugas", 2)
    tell(rooms, "lain", 2)
    reach(rooms, "lain")
    client = signed_in("admin", "admin")
    queued = client.get("/api/v1/messages?state=queued")
    assert {item["recipient"] for item in queued.json["items"]} == {"lain"}
    assert {"id", "event", "event_type", "recipient", "state", "correlation_id"} <= set(queued.json["items"][0])
    assert "example.go.id" not in queued.text
    assert len(client.get("/api/v1/messages").json["items"]) == 4


def test_a_state_that_does_not_exist_is_refused(signed_in: SignedIn) -> None:
    assert signed_in("admin", "admin").get("/api/v1/messages?state=lost").status_code == 422


def test_the_statistics_count_each_message_once(signed_in: SignedIn, rooms: Rooms) -> None:
    tell(rooms, "petugas", 3)
    reach(rooms, "petugas")
    tell(rooms, "lain", 3)
    assert signed_in("admin", "admin").get("/api/v1/statistics").json == {
        "sent": 0,
        "queued": 3,
        "failed": 0,
        "waiting_address": 3,
    }
    assert rooms.messages.collection.count_documents({}) == 6


def test_the_description_names_every_endpoint(signed_in: SignedIn) -> None:
    paths = signed_in().get("/openapi.json").json["paths"]
    assert {path.removeprefix("/api/v1") for path in paths} >= {
        "/contacts/{account}",
        "/inbox",
        "/messages",
        "/statistics",
    }


def test_the_states_of_the_api_are_those_of_the_domain(signed_in: SignedIn) -> None:
    client = signed_in("admin", "admin")
    for state in MessageState:
        assert client.get(f"/api/v1/messages?state={state.value}").status_code == 200
