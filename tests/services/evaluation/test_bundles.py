"""Every conclusion leaves a bundle behind from which a stranger computes it anew, and which names nobody."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from services.evaluation import handlers, instrument_files, proposal_queries
from services.evaluation.domain.bundle import Judged, assembled, bundle_of, evidence_in
from services.evaluation.domain.proposal import Decision, Outcome, conclusion_of
from services.evaluation.rooms import Rooms
from services.evaluation.web import create_app
from shared.contracts import encode
from shared.contracts.envelope import MAX_BYTES
from shared.recomputing.recompute import recompute
from shared.security import Actor
from shared.security.tokens import issue, load_key
from shared.settings import Settings
from tests.services.evaluation.conclusions import AT, at_the_panel, golden_case, published, surveyed
from tests.services.evaluation.samples import (
    ADMIN,
    OFFICER,
    PANEL,
    PROPOSAL,
    SURVEYOR,
    aggregated,
    answers_at,
    assigned,
    cause,
    know,
    outbox,
    received,
    reviewed,
    said,
    said_by_review,
    submit,
)

OTHER_OFFICER = Actor("other", "Other", frozenset({"unit_officer"}), unit="L3172-RSUD-01")


def concluded(rooms: Rooms, *, approved: bool = True) -> dict[str, Any]:
    """What is said of a proposal that the panel decided."""
    handlers.decide_proposal(rooms, PANEL, cause(), proposal=PROPOSAL, approved=approved, reason="Sesuai rapat pleno")
    return dict(said(rooms, PROPOSAL, "evaluation.concluded").data)


def bundle_told(rooms: Rooms) -> bytes:
    """The bundle as its events tell it, with the instrument that was told."""
    told = said(rooms, PROPOSAL, "evaluation.bundle_published").data
    adopted = rooms.adopted.collection.find_one({"key": told["instrument_hash"]})["outbox"][0]["data"]
    return assembled(told["bundle"], adopted["document"]).encode()


def test_what_the_panels_conclusion_tells_recomputes_to_the_result_that_it_tells(rooms: Rooms) -> None:
    aggregated(rooms)
    data, content = concluded(rooms), bundle_told(rooms)
    result = recompute(content, data["bundle_sha256"])
    assert result["faults"] == []
    assert {name: result[name] for name in ("total", "pengungkit", "hasil", "areas", "gates", "exact")} == {
        name: data[name] for name in ("total", "pengungkit", "hasil", "areas", "gates", "exact")
    }


def test_evaluators_who_differ_recompute_to_their_exact_mean(rooms: Rooms) -> None:
    assigned(rooms)
    team = rooms.proposals.load(PROPOSAL).state.evaluators
    for account, level in zip(team, (Fraction(1), Fraction(1), Fraction(3, 4)), strict=True):
        submit(rooms, PROPOSAL, account, answers_at(level))
        handlers.take_scores(rooms, said_by_review(rooms, PROPOSAL, account))
    survey = {"ipak": "3.90", "ipkp": "3.80", "respondents": 45, "surveyor": "x", "fewer_respondents_reason": ""}
    handlers.record_survey(rooms, SURVEYOR, cause(), proposal=PROPOSAL, survey=survey)
    final = rooms.proposals.load(PROPOSAL).state.final
    concluded(rooms)
    assert final is not None
    assert Fraction(recompute(bundle_told(rooms))["exact"]["total"]) == final.total


def test_a_refusal_keeps_its_bundle_and_tells_only_the_hash(rooms: Rooms) -> None:
    aggregated(rooms)
    data = concluded(rooms, approved=False)
    assert "evaluation.bundle_published" not in [one["type"] for one in outbox(rooms, PROPOSAL)]
    text = proposal_queries.proposal_bundle(rooms, ADMIN, PROPOSAL)
    assert hashlib.sha256(text.encode()).hexdigest() == data["bundle_sha256"]
    assert json.loads(text)["overrides"] == [{"kind": "panel_refused", "reason": "Sesuai rapat pleno", "article": ""}]


def test_a_failed_screening_keeps_a_bundle_of_the_tpis_own_scores(rooms: Rooms) -> None:
    know(rooms)
    received(rooms, level=Fraction(1, 3))
    data = said(rooms, PROPOSAL, "evaluation.concluded").data
    text = proposal_queries.proposal_bundle(rooms, ADMIN, PROPOSAL)
    result = recompute(text.encode(), data["bundle_sha256"])
    assert (result["faults"], result["total"], result["passed"]) == ([], data["total"], False)
    assert {question["layer"] for question in json.loads(text)["questions"].values()} == {"tpi"}


def test_the_instrument_is_told_once_for_all_conclusions(rooms: Rooms) -> None:
    know(rooms, "L3171-A", "L3171-B")
    for unit in ("L3171-A", "L3171-B"):
        received(rooms, unit=unit, level=Fraction(1, 3))
    adopted = list(rooms.adopted.collection.find({}))
    assert [len(one["outbox"]) for one in adopted] == [1]
    assert adopted[0]["key"] == instrument_files.content_hash("lke-2021")


def test_every_event_of_a_conclusion_is_well_below_the_largest(rooms: Rooms) -> None:
    aggregated(rooms)
    concluded(rooms)
    said_now = [*outbox(rooms, PROPOSAL), *rooms.adopted.collection.find_one({})["outbox"]]
    assert max(len(encode(event)) for event in said_now) < MAX_BYTES / 4


def test_a_decision_that_is_sent_twice_says_one_bundle(rooms: Rooms) -> None:
    aggregated(rooms)
    for _ in range(2):
        given_once = cause(command="key-1")
        handlers.decide_proposal(rooms, PANEL, given_once, proposal=PROPOSAL, approved=True, reason="Terpenuhi")
    types = [one["type"] for one in outbox(rooms, PROPOSAL)]
    assert types[-2:] == ["evaluation.concluded", "evaluation.bundle_published"]
    assert rooms.database["bundles"].count_documents({}) == 1


def test_a_bundle_names_nobody(rooms: Rooms) -> None:
    aggregated(rooms)
    concluded(rooms)
    text = bundle_told(rooms).decode()
    people = [*rooms.proposals.load(PROPOSAL).state.evaluators, PANEL.id, SURVEYOR.id, "Lembaga survei", "rapat pleno"]
    assert [name for name in people if name in text] == []


@settings(max_examples=20, derandomize=True, deadline=None, database=None)
@given(st.permutations([Fraction(1), Fraction(3, 4), Fraction(1, 2)]))
def test_the_order_of_the_answers_tells_nothing_of_who_gave_them(levels: list[Fraction]) -> None:
    ordered = published(*at_the_panel([reviewed(answers_at(Fraction(n, 4))) for n in (2, 3, 4)], surveyed()))
    assert published(*at_the_panel([reviewed(answers_at(level)) for level in levels], surveyed())) == ordered


def test_an_exception_for_few_respondents_stands_in_it_with_reason_and_article() -> None:
    ended, judged = golden_case()
    [override] = bundle_of(ended, instrument_files.load("lke-2021"), judged)["overrides"]
    assert override["kind"] == "fewer_respondents"
    assert override["reason"] == "Unit ini melayani 24 pengguna dalam setahun."
    assert override["article"].startswith("PermenPANRB 90/2021")


def test_evidence_stands_in_it_by_question_and_hash() -> None:
    ended, judged = golden_case()
    with_evidence = Judged(judged.layer, judged.sheets, judged.survey, "", {"A.I.MP.i.a": ["b" * 64, "a" * 64]})
    content = published(ended, with_evidence)
    assert recompute(content)["faults"] == []
    assert json.loads(content)["evidence"] == {"A.I.MP.i.a": ["a" * 64, "b" * 64]}


def test_of_the_sealed_evidence_only_hashes_are_taken() -> None:
    proof = {"id": "e1", "version": 2, "at": "2026-05-20T03:00:00+00:00", "size": 9, "kind": "pdf"}
    manifest = {
        "evidence": [
            {**proof, "questions": ["A.I.MP.i.a", "A.I.MP.i.b"], "sha256": "a" * 64},
            {**proof, "questions": ["A.I.MP.i.a"], "sha256": "b" * 64},
        ]
    }
    assert evidence_in(manifest) == {"A.I.MP.i.a": ["a" * 64, "b" * 64], "A.I.MP.i.b": ["a" * 64]}
    assert evidence_in({}) == {}


def test_a_panel_that_refuses_what_passed_gives_no_predicate() -> None:
    ended, judged = golden_case()
    assert conclusion_of(ended).verdict.passed
    refused = replace(ended, outcome=Outcome.FAILED, decision=Decision(False, "Temuan lapangan", "p", "panel", AT))
    about = json.loads(published(refused, judged))["about"]
    assert (about["outcome"], about["predicate"]) == ("failed", None)
    assert recompute(published(refused, judged))["faults"] == []


@pytest.fixture
def browser(settings: Settings, rooms: Rooms) -> FlaskClient:
    return create_app(settings, rooms).test_client()


def ask(browser: FlaskClient, settings: Settings, actor: Actor) -> TestResponse:
    token, _ = issue(actor, load_key(settings.token_private_key_file), datetime.now(UTC))
    return browser.get(f"/api/v1/proposals/{PROPOSAL}/bundle.json", headers={"Authorization": f"Bearer {token}"})


def test_who_may_read_a_proposal_may_download_its_bundle(
    browser: FlaskClient, settings: Settings, rooms: Rooms
) -> None:
    aggregated(rooms)
    assert ask(browser, settings, OFFICER).status_code == 409
    data = concluded(rooms, approved=False)
    answer = ask(browser, settings, OFFICER)
    assert hashlib.sha256(answer.get_data()).hexdigest() == data["bundle_sha256"]
    assert ask(browser, settings, OTHER_OFFICER).status_code == 403


def test_a_conclusion_of_before_there_were_bundles_is_still_read(rooms: Rooms) -> None:
    aggregated(rooms)
    concluded(rooms)
    rooms.proposals.collection.update_one({"key": PROPOSAL}, {"$unset": {"state.bundle_sha256": ""}})
    assert proposal_queries.proposal(rooms, ADMIN, PROPOSAL)["bundle_sha256"] is None
