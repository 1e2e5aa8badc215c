"""Evidence over HTTP: streamed in, attached out, refused in both languages, each role within its bounds."""

from __future__ import annotations

import hashlib
import io
import random
import tracemalloc
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pikepdf
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.evaluation import handlers
from services.evaluation.domain.worksheet import Layer
from services.evaluation.rooms import Rooms
from services.evaluation.web import create_app
from shared.security import Actor
from shared.security.tokens import issue, load_key
from shared.settings import Settings
from tests.services.evaluation.evidence.good import AUTHOR, office, pdf, saved
from tests.services.evaluation.evidence.offices import NOTHING, OTHER_QUESTION, QUESTION, TEXT, begin, kept
from tests.services.evaluation.evidence.test_stripping import everything_in
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
    answer,
    answers_at,
    cause,
    evaluator,
    person,
    submission,
    told,
)

EVIDENCE = f"/api/v1/worksheets/{UNIT}/{CYCLE}/evidence"
SHA = hashlib.sha256(TEXT).hexdigest()
INSTITUTION_OFFICER = Actor("setda", "Setda", frozenset({"institution_officer"}), institution=INSTITUTION)
OTHER_OFFICER = Actor("other", "Other", frozenset({"unit_officer"}), unit="L3172-RSUD-01")
OTHER_TPI = Actor("tpi.other", "TPI", frozenset({"tpi"}), institution="L3172")
MEBIBYTE = 1024 * 1024


class Desk:
    """Requests of signed-in people."""

    def __init__(self, client: FlaskClient, settings: Settings) -> None:
        self.client, self._key = client, load_key(settings.token_private_key_file)

    def ask(self, method: str, path: str, actor: Actor | None, **more: Any) -> TestResponse:
        headers = more.pop("headers", {})
        if actor:
            headers["Authorization"] = f"Bearer {issue(actor, self._key, datetime.now(UTC))[0]}"
        return self.client.open(path, method=method, headers=headers, **more)

    def get(self, path: str, actor: Actor | None) -> TestResponse:
        return self.ask("GET", path, actor)

    def hand_in(
        self, data: bytes = TEXT, name: str = "catatan.txt", actor: Actor | None = OFFICER, **query: Any
    ) -> TestResponse:
        query = {"name": name, "question": [QUESTION], **query}
        headers = query.pop("headers", {})
        return self.ask("POST", EVIDENCE, actor, data=data, query_string=query, headers=headers)


@pytest.fixture
def desk(settings: Settings, rooms: Rooms) -> Desk:
    begin(rooms)
    return Desk(create_app(settings, rooms).test_client(), settings)


def sealed_and_assigned(rooms: Rooms) -> str:
    """Seal, propose, assign; gives the account of one of the evaluators."""
    answer(rooms, TPI, Layer.TPI, answers_at(Fraction(1)))
    sheet = handlers.seal_worksheet(rooms, TPI, cause(), unit=UNIT, cycle=CYCLE).state
    for nth in range(1, 4):
        handlers.register_evaluator(rooms, cause(), evaluator(nth))
    handlers.receive_proposal(rooms, told("units.proposal_submitted", submission(sheet.seals[-1].worksheet_hash)))
    handlers.assign_evaluators(rooms, told("evaluation.proposal_screened", {"proposal": PROPOSAL}))
    team = list(rooms.proposals.load(PROPOSAL).state.evaluators)
    handlers.open_reviews(rooms, told("evaluation.evaluators_assigned", {"proposal": PROPOSAL, "evaluators": team}))
    return team[0]


def test_a_file_is_handed_in_listed_linked_read_and_withdrawn(desk: Desk) -> None:
    taken = desk.hand_in(question=[QUESTION, OTHER_QUESTION])
    assert taken.status_code == 201
    item = taken.get_json()
    assert (item["sha256"], item["state"], item["questions"]) == (SHA, "accepted", [QUESTION, OTHER_QUESTION])
    linked = desk.ask("PUT", f"{EVIDENCE}/{item['id']}/questions", OFFICER, json={"questions": [OTHER_QUESTION]})
    assert linked.get_json()["items"][0]["questions"] == [OTHER_QUESTION]
    listed = desk.get(EVIDENCE, OFFICER).get_json()
    assert (listed["bytes"], len(listed["items"])) == (len(TEXT), 1)
    assert listed["largest"]["pdf"] > 0
    assert desk.get(f"{EVIDENCE}/files/{SHA}", OFFICER).data == TEXT
    assert desk.ask("DELETE", f"{EVIDENCE}/{item['id']}", OFFICER).status_code == 204
    assert desk.get(EVIDENCE, OFFICER).get_json()["items"] == []
    assert desk.get(f"{EVIDENCE}/files/{SHA}", OFFICER).status_code == 404


def test_a_next_version_takes_the_place_of_the_one_before(desk: Desk) -> None:
    first = desk.hand_in().get_json()
    second = desk.hand_in(b"lebih baru", question=[], replaces=first["id"]).get_json()
    assert (second["id"], len(second["versions"])) == (first["id"], 2)
    assert desk.get(f"{EVIDENCE}/files/{SHA}", OFFICER).data == TEXT
    assert desk.get(f"{EVIDENCE}/files/{second['sha256']}", OFFICER).data == b"lebih baru"


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("catatan.txt", "attachment; filename=catatan.txt"),
        ('a "b".txt', 'attachment; filename="a \\"b\\".txt"'),
        ("Räpat 2026.txt", "attachment; filename=\"Rapat 2026.txt\"; filename*=UTF-8''R%C3%A4pat%202026.txt"),
        ("会議.txt", "attachment; filename=file.txt; filename*=UTF-8''%E4%BC%9A%E8%AD%B0.txt"),
    ],
)
def test_a_file_is_served_to_be_saved_and_never_shown(desk: Desk, name: str, header: str) -> None:
    desk.hand_in(name=name)
    served = desk.get(f"{EVIDENCE}/files/{SHA}", OFFICER)
    assert served.headers["Content-Disposition"] == header
    assert served.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert served.headers["Content-Length"] == str(len(TEXT))
    assert "sandbox" in served.headers["Content-Security-Policy"]


def test_damaged_bytes_are_found_on_reading_and_not_served(desk: Desk, rooms: Rooms) -> None:
    desk.hand_in()
    rooms.database["blobs.chunks"].update_one({}, {"$set": {"data": TEXT[:-1] + b"!"}})
    served = desk.get(f"{EVIDENCE}/files/{SHA}", OFFICER)
    assert (served.status_code, served.get_json()["code"]) == (500, "evidence_damaged")
    rooms.database["blobs.files"].delete_many({})
    assert desk.get(f"{EVIDENCE}/files/{SHA}", OFFICER).get_json()["code"] == "evidence_damaged"


@pytest.mark.parametrize(
    "name",
    ["../a.txt", "a/b.txt", "a\\b.txt", "C:a.txt", "a\x00.txt", "a\u202etxt.pdf", " a.txt", ".txt", "a" * 151 + ".txt"],
)
def test_a_name_that_is_more_than_a_name_is_refused(desk: Desk, name: str) -> None:
    refused = desk.hand_in(name=name)
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["pointer"] == "/query/name"


def test_a_refusal_names_reason_place_and_remedy_in_both_languages(desk: Desk, rooms: Rooms) -> None:
    refused = desk.hand_in(office("docx", "application/vnd.ms-office.vbaProject"), "makro.docx")
    body = refused.get_json()
    assert (refused.status_code, body["code"], body["reason"]) == (422, "evidence_refused", "macros")
    assert body["errors"][0]["pointer"] == "/file"
    assert "makro" in body["messages"]["id"]["detail"]
    assert "macros" in body["messages"]["en"]["detail"]
    assert body["messages"]["id"]["remedy"]
    assert kept(rooms) == NOTHING


def test_a_file_that_is_too_large_is_refused_as_such_and_the_rest_of_it_read(desk: Desk) -> None:
    refused = desk.hand_in(b"a" * (2 * MEBIBYTE + 1))
    assert (refused.status_code, refused.get_json()["reason"]) == (413, "too_large")
    assert "2 MiB" in refused.get_json()["detail"]


def test_an_unknown_question_is_named_before_any_byte_is_kept(desk: Desk, rooms: Rooms) -> None:
    refused = desk.hand_in(question=[QUESTION, "X.9"])
    assert refused.get_json()["errors"][0]["pointer"] == "/query/question/1"
    assert kept(rooms) == NOTHING


def test_a_broken_upload_is_refused_and_sent_again(desk: Desk, rooms: Rooms) -> None:
    broken = desk.ask(
        "POST",
        EVIDENCE,
        OFFICER,
        input_stream=io.BytesIO(TEXT),
        environ_overrides={"CONTENT_LENGTH": str(len(TEXT) + 10)},
        query_string={"name": "a.txt", "question": QUESTION},
    )
    assert (broken.status_code, broken.get_json()["code"]) == (400, "upload_interrupted")
    assert kept(rooms) == NOTHING
    assert desk.hand_in().status_code == 201


def test_the_same_upload_twice_is_one_effect_with_or_without_a_key(desk: Desk) -> None:
    answers = [desk.hand_in(headers={"Idempotency-Key": "k"}).get_json() for _ in range(2)]
    assert answers[0]["id"] == answers[1]["id"]
    assert len(desk.get(EVIDENCE, OFFICER).get_json()["items"]) == 1
    other = desk.hand_in(b"lain", headers={"Idempotency-Key": "k"}).get_json()
    assert other["id"] != answers[0]["id"]


def test_a_json_file_name_does_not_make_the_body_json(desk: Desk) -> None:
    assert desk.hand_in(headers={"Content-Type": "application/json"}).status_code == 201


@pytest.mark.parametrize(
    ("actor", "status"),
    [(None, 401), (OTHER_OFFICER, 403), (TPI, 403), (INSTITUTION_OFFICER, 403), (ADMIN, 403), (PANEL, 403)],
)
def test_only_the_units_own_officers_hand_in_and_withdraw(desk: Desk, actor: Actor | None, status: int) -> None:
    id = desk.hand_in().get_json()["id"]
    assert desk.hand_in(actor=actor).status_code == status
    assert desk.ask("PUT", f"{EVIDENCE}/{id}/questions", actor, json={"questions": [QUESTION]}).status_code == status
    assert desk.ask("DELETE", f"{EVIDENCE}/{id}", actor).status_code == status


@pytest.mark.parametrize(
    ("actor", "status"),
    [
        (None, 401),
        (OFFICER, 200),
        (INSTITUTION_OFFICER, 200),
        (TPI, 200),
        (ADMIN, 200),
        (PANEL, 200),
        (OTHER_OFFICER, 403),
        (OTHER_TPI, 403),
        (SURVEYOR, 403),
        (person("evaluator.9"), 403),
    ],
)
def test_the_unit_its_institution_and_the_panel_read_originals(desk: Desk, actor: Actor | None, status: int) -> None:
    desk.hand_in()
    assert desk.get(EVIDENCE, actor).status_code == status
    assert desk.get(f"{EVIDENCE}/files/{SHA}", actor).status_code == status


def test_an_evaluator_reads_the_sealed_evidence_in_copies_without_authors(desk: Desk, rooms: Rooms) -> None:
    original = saved(pdf())
    sha256 = desk.hand_in(original, "SK Tim.pdf").get_json()["sha256"]
    account = sealed_and_assigned(rooms)
    listed = desk.get(f"/api/v1/reviews/{PROPOSAL}:{account}/evidence", person(account)).get_json()["items"]
    assert [(one["sha256"], one["name"], one["state"]) for one in listed] == [(sha256, "SK Tim.pdf", "accepted")]
    copy = desk.get(f"/api/v1/reviews/{PROPOSAL}:{account}/evidence/{sha256}", person(account))
    assert copy.headers["Content-Disposition"] == 'attachment; filename="SK Tim.pdf"'
    assert int(copy.headers["Content-Length"]) == len(copy.data)
    with pikepdf.open(io.BytesIO(copy.data)) as opened:
        assert len(opened.pages) == 1
    assert AUTHOR.encode() not in everything_in(copy.data)
    assert desk.get(f"{EVIDENCE}/files/{sha256}", OFFICER).data == original


def test_an_evaluator_reads_nothing_else(desk: Desk, rooms: Rooms) -> None:
    desk.hand_in()
    account = sealed_and_assigned(rooms)
    review = f"/api/v1/reviews/{PROPOSAL}:{account}/evidence"
    assert desk.get(f"{review}/{'0' * 64}", person(account)).status_code == 404
    assert desk.get(review, person("evaluator.9")).status_code == 403
    assert desk.get(f"{review}/{SHA}", person("evaluator.9")).status_code == 403
    assert desk.get(f"{review}/{SHA}", OFFICER).status_code == 403


def test_a_sealed_worksheet_takes_no_evidence(desk: Desk, rooms: Rooms) -> None:
    id = desk.hand_in().get_json()["id"]
    sealed_and_assigned(rooms)
    assert desk.hand_in(b"terlambat").get_json()["code"] == "worksheet_sealed"
    assert desk.ask("DELETE", f"{EVIDENCE}/{id}", OFFICER).get_json()["code"] == "worksheet_sealed"


def test_memory_stays_flat_while_a_file_of_20_mib_comes_and_goes(desk: Desk) -> None:
    made = pdf()
    made.Root.Filling = made.make_stream(random.Random(7).randbytes(20 * MEBIBYTE))
    body = io.BytesIO(saved(made))
    size = body.getbuffer().nbytes
    desk.hand_in()  # what is loaded once is loaded
    tracemalloc.start()
    try:
        taken = desk.ask(
            "POST",
            EVIDENCE,
            OFFICER,
            input_stream=body,
            environ_overrides={"CONTENT_LENGTH": str(size)},
            query_string={"name": "besar.pdf", "question": QUESTION},
        )
        assert taken.status_code == 201, taken.get_json()
        served = desk.get(f"{EVIDENCE}/files/{taken.get_json()['sha256']}", OFFICER)
        assert sum(len(piece) for piece in served.iter_encoded()) == size
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * MEBIBYTE


def test_the_api_describes_the_upload(desk: Desk) -> None:
    paths = desk.client.get("/openapi.json").get_json()["paths"]
    upload = paths["/api/v1/worksheets/{unit}/{cycle}/evidence"]["post"]
    assert "application/octet-stream" in upload["requestBody"]["content"]
    assert {one["name"] for one in upload["parameters"] if one["in"] == "query"} == {"name", "question", "replaces"}
    assert "/api/v1/reviews/{review}/evidence/{sha256}" in paths
