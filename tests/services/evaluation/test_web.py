"""The web process: who may do what, what is refused and how, what a page shows."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.evaluation import handlers
from services.evaluation.domain.worksheet import hash_of
from services.evaluation.rooms import Rooms
from services.evaluation.web import create_app
from shared.security import Actor
from shared.security.tokens import issue, load_key
from shared.settings import Settings
from tests.services.evaluation.samples import (
    ADMIN,
    CYCLE,
    INSTITUTION,
    OFFICER,
    PANEL,
    PROPOSAL,
    SURVEYOR,
    TPI,
    UNIT,
    aggregated,
    answers_at,
    assigned,
    cause,
    evaluator,
    given,
    know,
    person,
    received,
    reviewed,
    submission,
    told,
)

SHEET = f"/worksheets/{UNIT}/{CYCLE}"
INSTITUTION_OFFICER = Actor("setda", "Setda", frozenset({"institution_officer"}), institution=INSTITUTION)
OTHER_OFFICER = Actor("other", "Other", frozenset({"unit_officer"}), unit="L3172-RSUD-01")


class Browser:
    """Requests as a signed-in person."""

    def __init__(self, client: FlaskClient, settings: Settings) -> None:
        self.client, self._key = client, load_key(settings.token_private_key_file)

    def ask(self, method: str, path: str, actor: Actor | None, body: Any = None, **headers: str) -> TestResponse:
        if actor:
            headers["Authorization"] = f"Bearer {issue(actor, self._key, datetime.now(UTC))[0]}"
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=headers)

    def get(self, path: str, actor: Actor | None) -> TestResponse:
        return self.ask("GET", path, actor)

    def post(self, path: str, actor: Actor | None, body: Any = None, **headers: str) -> TestResponse:
        return self.ask("POST", path, actor, {} if body is None else body, **headers)

    def patch(self, path: str, actor: Actor | None, body: Any) -> TestResponse:
        return self.ask("PATCH", path, actor, body)


@pytest.fixture
def browser(settings: Settings, rooms: Rooms) -> Browser:
    return Browser(create_app(settings, rooms).test_client(), settings)


def pointers(answer: TestResponse) -> list[str]:
    return [fault["pointer"] for fault in answer.get_json()["errors"]]


def begun(browser: Browser, rooms: Rooms) -> None:
    know(rooms)
    assert browser.post("/worksheets", OFFICER, {"unit": UNIT, "cycle": CYCLE}).status_code == 201


def test_a_draft_shows_where_it_stands_to_its_own_people(browser: Browser, rooms: Rooms) -> None:
    begun(browser, rooms)
    browser.patch(f"{SHEET}/layers/unit", OFFICER, {"answers": given({"A.I.MP.i.a": "Tidak"})})
    shown = browser.get(f"{SHEET}/preview?layer=unit&target=WBK", OFFICER).get_json()
    first = shown["steps"][0]
    assert (first["question"], first["answered"], first["next"], first["points"]) == (
        "A.I.MP.i.a",
        True,
        "Ya",
        "0.250000",
    )
    assert {gate["passed"] for gate in shown["gates"]} == {False}
    assert browser.get(f"{SHEET}/preview?layer=unit&target=WBX", OFFICER).status_code == 422
    assert browser.get(f"{SHEET}/preview?layer=unit&target=WBK", OTHER_OFFICER).status_code == 403


def test_the_whole_way_over_http_gives_an_explained_result(browser: Browser, rooms: Rooms) -> None:
    begun(browser, rooms)
    full = given(answers_at(Fraction(1)))
    assert browser.patch(f"{SHEET}/layers/unit", OFFICER, {"answers": full}).status_code == 200
    assert browser.patch(f"{SHEET}/layers/tpi", TPI, {"answers": full}).status_code == 200
    score = browser.get(f"{SHEET}/score?layer=tpi&target=WBK", TPI).get_json()
    assert score["passed"] is True
    receipt = browser.post(f"{SHEET}/seal", TPI).get_json()
    assert hash_of(browser.get(f"{SHEET}/seals/1", TPI).get_data(as_text=True)) == receipt["worksheet_hash"]
    for nth in range(1, 4):
        body = {
            "id": f"evaluator.{nth}",
            "institution": "K01",
            "province": None,
            "expertise": ["health"],
            "max_load": 9,
        }
        assert browser.post("/evaluators", ADMIN, body).status_code == 201
    handlers.receive_proposal(rooms, told("units.proposal_submitted", submission(receipt["worksheet_hash"])))
    handlers.assign_evaluators(rooms, told("evaluation.proposal_screened", {"proposal": PROPOSAL}))
    team = browser.get(f"/proposals/{PROPOSAL}", ADMIN).get_json()["evaluators"]
    handlers.open_reviews(rooms, told("evaluation.evaluators_assigned", {"proposal": PROPOSAL, "evaluators": team}))
    for account in team:
        [review] = browser.get("/reviews?mine=true&state=open", person(account)).get_json()["items"]
        shown = browser.get(f"/reviews/{review['review']}", person(account)).get_json()
        assert shown["layers"]["tpi"]["A.I.MP.i.a"]["value"] == "Ya"
        body = {"answers": reviewed(answers_at(Fraction(1)))}
        assert browser.post(f"/reviews/{review['review']}/submission", person(account), body).status_code == 200
        scores = {"proposal": PROPOSAL, "evaluator": account, "answers": body["answers"]}
        handlers.take_scores(rooms, told("evaluation.review_submitted", scores, id=account))
    survey = {"ipak": "3.72", "ipkp": "3.55", "respondents": 45, "surveyor": "Lembaga"}
    assert browser.post(f"/proposals/{PROPOSAL}/survey", SURVEYOR, survey).get_json()["state"] == "aggregated"
    decided = browser.post(
        f"/proposals/{PROPOSAL}/panel-decision", PANEL, {"decision": "approve", "reason": "Terpenuhi"}
    )
    assert (decided.status_code, decided.get_json()["outcome"]) == (200, "qualified")
    seen = browser.get(f"/proposals/{PROPOSAL}", OFFICER).get_json()
    assert seen["result"]["gates"]
    assert seen["decision"]["reason"] == "Terpenuhi"
    assert browser.get(f"/proposals/{PROPOSAL}/trace", OFFICER).get_json()["stage"] == "final"


def test_a_worksheet_of_an_unknown_unit_is_being_processed(browser: Browser) -> None:
    answer = browser.post("/worksheets", OFFICER, {"unit": UNIT, "cycle": CYCLE})
    assert (answer.status_code, answer.get_json()["code"], answer.headers["Retry-After"]) == (
        503,
        "being_processed",
        "1",
    )


def test_a_stale_answer_shows_what_stands(browser: Browser, rooms: Rooms) -> None:
    begun(browser, rooms)
    body = {"answers": {"A.I.MP.i.a": {"value": "Ya", "revision": 0}}}
    assert browser.patch(f"{SHEET}/layers/unit", OFFICER, body).status_code == 200
    answer = browser.patch(f"{SHEET}/layers/unit", OFFICER, body)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "stale_answer")
    assert answer.get_json()["current"] == {"A.I.MP.i.a": {"value": "Ya", "revision": 1}}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], ["/answers"]),
        ({}, ["/answers"]),
        ({"A.I.MP.i.a": "Ya"}, ["/answers/A.I.MP.i.a"]),
        ({"A.I.MP.i.a": {"value": "Ya"}}, ["/answers/A.I.MP.i.a/revision"]),
        ({"A.I.MP.i.a": {"value": "Ya", "revision": -1}}, ["/answers/A.I.MP.i.a/revision"]),
        ({"A.I.MP.i.a": {"value": "Ya", "revision": True}}, ["/answers/A.I.MP.i.a/revision"]),
        ({"A.I.MP.i.a": {"value": "Ya", "revision": 0, "by": "me"}}, ["/answers/A.I.MP.i.a/by"]),
        ({"A.I.MP.i.a": {"value": {"$gt": ""}, "revision": 0}}, ["/answers/A.I.MP.i.a"]),
        ({"A" * 65: {"value": "Ya", "revision": 0}}, ["/answers"]),
        ({f"q{nth}": {"value": "Ya", "revision": 0} for nth in range(501)}, ["/answers"]),
        (
            {"A.I.MP.i.a": {"value": "Mungkin", "revision": 0}, "nope": {"value": "A", "revision": 0}},
            ["/answers/A.I.MP.i.a", "/answers/nope"],
        ),
    ],
)
def test_bad_answers_are_refused_with_their_places(
    browser: Browser, rooms: Rooms, answers: object, expected: list[str]
) -> None:
    begun(browser, rooms)
    answer = browser.patch(f"{SHEET}/layers/unit", OFFICER, {"answers": answers})
    assert answer.status_code == 422
    assert pointers(answer) == expected
    assert browser.get(SHEET, OFFICER).get_json()["version"] == 1


@pytest.mark.parametrize(
    ("path", "actor", "body", "expected"),
    [
        ("/worksheets", OFFICER, {"unit": "../x", "cycle": CYCLE, "extra": 1}, {"/unit", "/extra"}),
        (
            "/evaluators",
            ADMIN,
            {"id": "Ann!", "institution": "K01", "max_load": 0, "expertise": ["a"] * 51},
            {"/id", "/max_load", "/expertise"},
        ),
        ("/evaluators", ADMIN, {"id": "ann", "institution": "K01", "max_load": "9"}, {"/max_load"}),
        (
            f"/proposals/{PROPOSAL}/survey",
            SURVEYOR,
            {"ipak": 3.7, "ipkp": "3.5", "respondents": 0, "surveyor": "x" * 201},
            {"/ipak", "/respondents", "/surveyor"},
        ),
        (f"/proposals/{PROPOSAL}/panel-decision", PANEL, {"decision": "maybe", "reason": ""}, {"/decision", "/reason"}),
    ],
)
def test_bad_bodies_are_refused_with_every_place(
    browser: Browser, path: str, actor: Actor, body: Any, expected: set[str]
) -> None:
    answer = browser.post(path, actor, body)
    assert answer.status_code == 422
    assert {"/" + pointer.split("/")[1] for pointer in pointers(answer)} == expected


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/evaluators", {"admin"}),
        ("GET", "/evaluators", {"admin"}),
        ("POST", "/worksheets", {"unit_officer"}),
        ("POST", f"{SHEET}/seal", {"tpi"}),
        ("POST", f"{SHEET}/reopening", {"tpi"}),
        ("POST", f"/proposals/{PROPOSAL}/survey", {"surveyor"}),
        ("POST", f"/proposals/{PROPOSAL}/panel-decision", {"panel"}),
        ("GET", "/reviews", {"evaluator", "admin"}),
        ("POST", f"/reviews/{PROPOSAL}:e1/submission", {"evaluator"}),
    ],
)
def test_each_command_is_for_its_roles_only(browser: Browser, method: str, path: str, allowed: set[str]) -> None:
    bodies = {
        "/evaluators": {"id": "e1", "institution": "K01", "max_load": 1},
        "/worksheets": {"unit": UNIT, "cycle": CYCLE},
        f"/proposals/{PROPOSAL}/survey": {"ipak": "3", "ipkp": "3", "respondents": 30, "surveyor": "x"},
        f"/proposals/{PROPOSAL}/panel-decision": {"decision": "reject", "reason": "tidak"},
        f"/reviews/{PROPOSAL}:e1/submission": {"answers": {"A.I.MP.i.a": "Ya"}},
    }
    body = bodies.get(path, {}) if method == "POST" else None
    assert browser.ask(method, path, None, body).status_code == 401
    for role in ("admin", "institution_officer", "unit_officer", "tpi", "evaluator", "surveyor", "panel", "registrar"):
        actor = Actor("x", "x", frozenset({role}), institution="L3172", unit="L3172-RSUD-01")
        answer = browser.ask(method, path, actor, body)
        assert (answer.get_json().get("code") == "forbidden") == (role not in allowed), (role, answer.get_json())


def test_a_unit_never_learns_who_scores_it(browser: Browser, rooms: Rooms) -> None:
    assigned(rooms)
    for actor in (OFFICER, TPI, INSTITUTION_OFFICER, SURVEYOR):
        assert "evaluators" not in browser.get(f"/proposals/{PROPOSAL}", actor).get_json()
        [row] = browser.get("/proposals", actor).get_json()["items"]
        assert "evaluators" not in row
    assert len(browser.get(f"/proposals/{PROPOSAL}", PANEL).get_json()["evaluators"]) == 3


def test_a_final_score_is_told_only_after_the_conclusion(browser: Browser, rooms: Rooms) -> None:
    aggregated(rooms)
    early = browser.get(f"/proposals/{PROPOSAL}", OFFICER).get_json()
    assert (early["state"], early["result"], early["gates"], early["survey"]) == ("aggregated", None, [], None)
    assert browser.get(f"/proposals/{PROPOSAL}/trace", OFFICER).get_json()["stage"] == "screening"
    assert browser.get(f"/proposals/{PROPOSAL}", PANEL).get_json()["result"]["total"]
    assert browser.get(f"/proposals/{PROPOSAL}/trace", PANEL).get_json()["stage"] == "final"


def test_others_see_neither_the_worksheet_nor_the_proposal(browser: Browser, rooms: Rooms) -> None:
    assigned(rooms)
    for path in (SHEET, f"{SHEET}/score?target=WBK", f"{SHEET}/history?layer=tpi", f"{SHEET}/seals/1"):
        assert browser.get(path, OTHER_OFFICER).status_code == 403
    assert browser.get(f"/proposals/{PROPOSAL}", OTHER_OFFICER).get_json()["code"] == "not_yours"
    assert browser.get("/proposals", OTHER_OFFICER).get_json()["items"] == []
    assert browser.get("/proposals", person("evaluator.99")).get_json()["items"] == []


def test_an_evaluator_lists_and_reads_only_own_work(browser: Browser, rooms: Rooms) -> None:
    assigned(rooms)
    first, second, *_ = rooms.proposals.load(PROPOSAL).state.evaluators
    assert len(browser.get("/reviews?mine=true", person(first)).get_json()["items"]) == 1
    assert len(browser.get("/reviews", person(first)).get_json()["items"]) == 1
    assert len(browser.get("/reviews", ADMIN).get_json()["items"]) == 3
    assert browser.get(f"/reviews/{PROPOSAL}:{second}", person(first)).get_json()["code"] == "not_yours"
    assert browser.get(f"/proposals/{PROPOSAL}", person(first)).status_code == 200


def test_a_person_with_two_roles_lists_what_either_may_see(browser: Browser, rooms: Rooms) -> None:
    assigned(rooms)
    first = rooms.proposals.load(PROPOSAL).state.evaluators[0]
    both = Actor(first, "x", frozenset({"evaluator", "unit_officer"}), unit="L3172-RSUD-01")
    assert len(browser.get("/proposals", both).get_json()["items"]) == 1
    nobody = Actor("x", "x", frozenset({"tpi"}))
    assert browser.get("/proposals", nobody).get_json()["code"] == "not_yours"


def test_a_returned_proposal_has_no_trace_and_opens_its_worksheet_again(browser: Browser, rooms: Rooms) -> None:
    begun(browser, rooms)
    handlers.receive_proposal(rooms, told("units.proposal_submitted", submission("0" * 64)))
    assert browser.get(f"/proposals/{PROPOSAL}", OFFICER).get_json()["reason"]["code"] == "worksheet_not_sealed"
    assert browser.get(f"/proposals/{PROPOSAL}/trace", OFFICER).get_json()["code"] == "wrong_state"
    assert browser.get(f"{SHEET}/seals/1", OFFICER).status_code == 404
    browser.patch(f"{SHEET}/layers/tpi", TPI, {"answers": given({"A.I.MP.i.a": "Ya"})})
    browser.post(f"{SHEET}/seal", TPI)
    reopened = browser.post(f"{SHEET}/reopening", TPI).get_json()
    assert (reopened["state"], reopened["revision"]) == ("open", 2)


def test_why_a_proposal_waits_stands_in_both_languages(browser: Browser, rooms: Rooms) -> None:
    know(rooms)
    received(rooms)
    handlers.assign_evaluators(rooms, told("evaluation.proposal_screened", {"proposal": PROPOSAL}))
    shown = browser.get(f"/proposals/{PROPOSAL}", OFFICER).get_json()
    assert shown["state"] == "awaiting_evaluators"
    assert set(shown["reason"]) == {"code", "id", "en"}


def test_a_proposal_that_may_be_on_its_way_is_being_processed_and_never_404(browser: Browser, rooms: Rooms) -> None:
    know(rooms)
    assert browser.get(f"/proposals/{PROPOSAL}", ADMIN).get_json()["code"] == "being_processed"
    assert browser.get("/proposals/L9999-X.2026.1", ADMIN).status_code == 404
    assert browser.get("/proposals/x", ADMIN).status_code == 404


def test_approving_against_a_gate_is_409(browser: Browser, rooms: Rooms) -> None:
    aggregated(rooms, level=Fraction(1, 3))
    body = {"decision": "approve", "reason": "Mencoba"}
    answer = browser.post(f"/proposals/{PROPOSAL}/panel-decision", PANEL, body)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "gates_not_passed")
    assert "total" in answer.get_json()["gates"]


def test_the_same_command_twice_gives_the_first_answer(browser: Browser, rooms: Rooms) -> None:
    aggregated(rooms)
    body = {"decision": "reject", "reason": "Belum"}
    first, second = (
        browser.post(f"/proposals/{PROPOSAL}/panel-decision", PANEL, body, **{"Idempotency-Key": "k1"})
        for _ in range(2)
    )
    assert (second.status_code, second.get_json()) == (200, first.get_json())
    assert second.headers["Idempotent-Replayed"] == "true"


def test_lists_go_page_by_page(browser: Browser, rooms: Rooms) -> None:
    for nth in range(1, 6):
        handlers.register_evaluator(rooms, cause(), evaluator(nth))
    seen, cursor = [], ""
    while cursor is not None:
        page = browser.get(f"/evaluators?limit=2{cursor}", ADMIN).get_json()
        seen += [one["id"] for one in page["items"]]
        cursor = f"&cursor={page['next']}" if page["next"] else None
    assert seen == [f"evaluator.{nth}" for nth in range(1, 6)]


def test_the_list_of_a_cycle_tells_all_that_a_driver_counts(browser: Browser, rooms: Rooms) -> None:
    aggregated(rooms)
    [row] = browser.get(f"/proposals?cycle={CYCLE}", ADMIN).get_json()["items"]
    assert (row["proposal"], row["state"], row["outcome"], row["stage"]) == (PROPOSAL, "aggregated", None, None)
    assert len(row["evaluators"]) == 3
    assert all(gate["passed"] for gate in row["gates"])
    assert browser.get("/proposals?cycle=2031", ADMIN).get_json()["items"] == []
    assert browser.get("/proposals?state=returned", ADMIN).get_json()["items"] == []
    [held] = [one for one in browser.get("/evaluators", ADMIN).get_json()["items"] if one["load"] == 0]
    assert held["reservations"] == []


def test_an_evaluator_is_registered_once(browser: Browser) -> None:
    body = {"id": "ann", "institution": "K01", "province": "31", "expertise": ["health"], "max_load": 9}
    assert browser.post("/evaluators", ADMIN, body).status_code == 201
    assert browser.post("/evaluators", ADMIN, body).get_json()["code"] == "already_exists"


def test_instruments_are_listed_and_shown_whole(browser: Browser) -> None:
    listed = browser.get("/instruments", OFFICER).get_json()["items"]
    assert [one["id"] for one in listed] == ["lke-2014", "lke-2021"]
    shown = browser.get("/instruments/lke-2021", OFFICER).get_json()
    assert shown["content_hash"] == listed[1]["content_hash"]
    assert shown["components"][0]["aspects"][0]["areas"][0]["subindicators"][0]["questions"]
    assert browser.get("/instruments/lke-1999", OFFICER).status_code == 404


def test_the_history_of_a_layer_is_shown(browser: Browser, rooms: Rooms) -> None:
    begun(browser, rooms)
    for revision, value in enumerate(["Ya", "Tidak"]):
        body = {"answers": {"A.I.MP.i.a": {"value": value, "revision": revision}}}
        browser.patch(f"{SHEET}/layers/unit", OFFICER, body)
    [old] = browser.get(f"{SHEET}/history?layer=unit", OFFICER).get_json()["items"]
    assert (old["question"], old["value"], old["by"]) == ("A.I.MP.i.a", "Ya", OFFICER.id)


def test_the_api_describes_itself(browser: Browser) -> None:
    described = browser.client.get("/openapi.json").get_json()
    assert "/api/v1/worksheets/{unit}/{cycle}/layers/{layer}" in described["paths"]
    assert browser.client.get("/health/ready").status_code == 200
