"""Refusals as problem details, commands repeated, sign-in: on a small application of the tests' own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_smorest import Blueprint
from marshmallow import fields
from pymongo.database import Database

from shared.failures import WrongState
from shared.security import Actor
from shared.security.tokens import issue, load_key
from shared.settings import Settings
from shared.storage import connect
from shared.web import CommandSchema, PageArguments, after_of, command_cause, create_app, page_of, requires, rooms
from tests.integration import probe_rooms
from tests.integration.probe_rooms import Thing

things = Blueprint("things", __name__, url_prefix="/things")


class NewThing(CommandSchema):
    key = fields.String(required=True)
    name = fields.String(required=True)


@things.post("")
@requires("admin")
@things.arguments(NewThing)
@things.response(201)
def create(body: dict[str, Any]) -> dict[str, Any]:
    made = rooms().things.create(body["key"], Thing(body["name"]), [], command_cause())
    return {"key": made.key, "version": made.version}


class Count(CommandSchema):
    by = fields.Integer(required=True)


@things.post("/<key>/count")
@requires("admin")
@things.arguments(Count)
@things.response(200)
def count(body: dict[str, Any], key: str) -> dict[str, Any]:
    def decide(thing: Thing) -> tuple[Thing, list[Any]]:
        if thing.number + body["by"] > 3:
            raise WrongState(("penuh", "full"), remedy=("berhenti", "stop"))
        return replace(thing, number=thing.number + body["by"]), []

    changed = rooms().things.change(key, decide, command_cause(), version=body["version"])
    return {"number": changed.state.number, "version": changed.version}


@things.get("")
@things.arguments(PageArguments, location="query")
@things.response(200)
def list_things(arguments: dict[str, Any]) -> dict[str, Any]:
    limit = arguments["limit"]
    found = rooms().things.select({}, after=after_of(arguments["cursor"]), limit=limit + 1)
    return page_of([each.key for each in found], limit, str)


@things.get("/defect")
def defect() -> str:
    raise RuntimeError("not for the visitor's eyes")


@dataclass(frozen=True)
class Site:
    client: FlaskClient
    headers: dict[str, str]
    database: Database[dict[str, Any]]

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.client.post(f"/api/v1/things{path}", json=body, headers={**self.headers, **headers})


@pytest.fixture
def site(settings: Settings) -> Site:
    made = probe_rooms.build(settings)
    made.ensure_indexes()
    app = create_app("registry", settings, [things], title="Things", rooms=made)
    token, _ = issue(
        Actor("adi", "Adi", frozenset({"admin"})), load_key(settings.token_private_key_file), datetime.now(UTC)
    )
    return Site(app.test_client(), {"Authorization": f"Bearer {token}"}, made.database)


def test_a_refusal_is_a_problem_document_in_both_languages_and_names_what_to_do(site: Site) -> None:
    site.post("", {"key": "a", "name": "x"})
    answer = site.post("/a/count", {"by": 4}, **{"X-Correlation-ID": "thread-7"})
    assert answer.status_code == 409
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == "wrong_state"
    assert answer.json["messages"]["en"] == {"title": "This step is not open", "detail": "full", "remedy": "stop"}
    assert answer.json["messages"]["id"]["remedy"] == "berhenti"
    assert answer.json["correlation_id"] == answer.headers["X-Correlation-ID"] == "thread-7"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"key": "a", "name": "x", "colour": "red"}, "/colour"),
        ({"key": "a"}, "/name"),
        ({"key": 7, "name": "x"}, "/key"),
        ({"key": "a", "name": None}, "/name"),
    ],
)
def test_a_field_that_is_unknown_missing_or_of_another_type_is_refused_by_its_place(
    site: Site, body: dict[str, Any], pointer: str
) -> None:
    answer = site.post("", body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]
    assert all(answer.json["errors"][0]["messages"].values())
    assert site.database["things"].count_documents({}) == 0


@pytest.mark.parametrize("text", ["{", '{"key": "a", "key": "b", "name": "x"}', '{"key": NaN}', "[1,"])
def test_a_body_that_is_not_strict_json_is_refused(site: Site, text: str) -> None:
    answer = site.client.post("/api/v1/things", data=text, headers={**site.headers, "Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json["code"] == "http_400"


def test_a_body_over_the_limit_is_refused(site: Site) -> None:
    assert site.post("", {"key": "a", "name": "x" * 1_100_000}).status_code == 413


def test_a_stale_version_is_refused_with_the_current_one(site: Site) -> None:
    site.post("", {"key": "a", "name": "x"})
    site.post("/a/count", {"by": 1, "version": 1})
    answer = site.post("/a/count", {"by": 1, "version": 1})
    assert (answer.status_code, answer.json["code"], answer.json["current_version"]) == (409, "stale_version", 2)


def test_a_repeated_command_gets_the_first_answer_again_and_changes_nothing(site: Site) -> None:
    site.post("", {"key": "a", "name": "x"})
    first = site.post("/a/count", {"by": 1}, **{"Idempotency-Key": "k1"})
    second = site.post("/a/count", {"by": 1}, **{"Idempotency-Key": "k1"})
    assert first.json == second.json == {"number": 1, "version": 2}
    assert second.headers["Idempotent-Replayed"] == "true"


def test_a_repeated_command_whose_answer_was_lost_in_a_crash_still_changes_nothing(site: Site) -> None:
    site.post("", {"key": "a", "name": "x"})
    site.post("/a/count", {"by": 1}, **{"Idempotency-Key": "k1"})
    site.database["answers"].delete_many({})
    assert site.post("/a/count", {"by": 1}, **{"Idempotency-Key": "k1"}).json == {"number": 1, "version": 2}


def test_a_command_is_answered_though_its_answer_can_not_be_kept(site: Site) -> None:
    site.post("", {"key": "a", "name": "x"})
    site.database.drop_collection("answers")
    site.database.create_collection("answers", validator={"never": {"$exists": True}})  # takes no inserts
    answer = site.post("/a/count", {"by": 1}, **{"Idempotency-Key": "k1"})
    assert (answer.status_code, answer.json) == (200, {"number": 1, "version": 2})


def test_the_same_key_with_another_body_is_refused(site: Site) -> None:
    site.post("", {"key": "a", "name": "x"})
    site.post("/a/count", {"by": 1}, **{"Idempotency-Key": "k1"})
    assert site.post("/a/count", {"by": 2}, **{"Idempotency-Key": "k1"}).status_code == 422


def test_a_visitor_and_an_account_without_the_role_are_refused(site: Site, settings: Settings) -> None:
    assert site.client.post("/api/v1/things", json={"key": "a", "name": "x"}).status_code == 401
    key = load_key(settings.token_private_key_file)
    token, _ = issue(Actor("budi", "Budi", frozenset({"panel"})), key, datetime.now(UTC))
    assert site.post("", {"key": "a", "name": "x"}, Authorization=f"Bearer {token}").status_code == 403


def test_a_token_that_ended_or_was_changed_is_refused(site: Site, settings: Settings) -> None:
    key = load_key(settings.token_private_key_file)
    actor = Actor("adi", "Adi", frozenset({"admin"}))
    ended, _ = issue(actor, key, datetime.now(UTC) - timedelta(minutes=6))
    good, _ = issue(actor, key, datetime.now(UTC))
    head, claims, signature = good.split(".")
    for token in (ended, f"{head}.{claims[:-2]}AA.{signature}", "nonsense"):
        assert site.post("", {"key": "a", "name": "x"}, Authorization=f"Bearer {token}").status_code == 401


def test_a_defect_answers_without_its_details(site: Site) -> None:
    answer = site.client.get("/api/v1/things/defect")
    assert answer.status_code == 500
    assert "visitor's eyes" not in answer.text


def test_pages_follow_each_other_by_cursor(site: Site) -> None:
    for key in "abcde":
        site.post("", {"key": key, "name": "x"})
    first = site.client.get("/api/v1/things?limit=3").json
    second = site.client.get(f"/api/v1/things?limit=3&cursor={first['next']}").json
    assert (first["items"], second["items"], second["next"]) == (["a", "b", "c"], ["d", "e"], None)
    assert site.client.get("/api/v1/things?limit=1000").status_code == 422
    assert site.client.get("/api/v1/things?cursor=%FF").status_code == 422
    assert site.client.get("/api/v1/things?cursor=%C3%A9").status_code == 422


def test_ready_says_no_while_the_database_does_not_answer(settings: Settings) -> None:
    away = replace(settings, mongodb_uri="mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100")
    app = create_app("registry", away, [], title="Things", rooms=probe_rooms.over(connect(away, "registry")))
    answer = app.test_client().get("/health/ready")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert app.test_client().get("/health/live").status_code == 200
