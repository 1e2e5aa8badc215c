"""Commands on worksheets, against a real database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import pytest

from services.evaluation import handlers, queries
from services.evaluation.domain.worksheet import Layer, hash_of
from services.evaluation.errors import NotReopenable, NotYours, StaleAnswer, WorksheetIsSealed
from services.evaluation.rooms import Rooms
from shared.failures import AlreadyExists, Away, Early, InvalidInput, StaleVersion
from shared.security import Actor
from tests.services.evaluation.samples import (
    CYCLE,
    OFFICER,
    PROPOSAL,
    TPI,
    UNIT,
    answer,
    answers_at,
    card,
    cause,
    cycle,
    given,
    know,
    sealed,
    submission,
    told,
)

KEY = f"{UNIT}.{CYCLE}"


def begin(rooms: Rooms, command: str | None = None) -> None:
    handlers.begin_worksheet(rooms, OFFICER, cause(command=command), unit=UNIT, cycle=CYCLE)


def put(rooms: Rooms, question: str, value: object, revision: int = 0, version: int | None = None) -> None:
    handlers.answer_questions(
        rooms,
        OFFICER,
        cause(),
        unit=UNIT,
        cycle=CYCLE,
        layer=Layer.UNIT,
        answers={question: {"value": value, "revision": revision}},
        version=version,
    )


def test_a_worksheet_waits_until_its_unit_and_cycle_are_heard_of(rooms: Rooms) -> None:
    with pytest.raises(Early):
        begin(rooms)
    handlers.learn_unit(rooms, told("units.unit_registered", card()))
    with pytest.raises(Early):
        begin(rooms)
    handlers.learn_cycle(rooms, told("units.cycle_changed", cycle()))
    begin(rooms)
    assert rooms.worksheets.load(KEY).state.instrument == "lke-2021"


def test_the_newest_state_of_a_cycle_counts_in_any_order(rooms: Rooms) -> None:
    handlers.learn_cycle(rooms, told("units.cycle_changed", cycle(max_load=9), sequence=2))
    handlers.learn_cycle(rooms, told("units.cycle_changed", cycle(max_load=5), sequence=1))
    assert rooms.known.cycle(CYCLE).max_load == 9


def test_a_worksheet_begins_once_and_the_same_command_twice_is_one(rooms: Rooms) -> None:
    know(rooms)
    begin(rooms, "c1")
    begin(rooms, "c1")
    with pytest.raises(AlreadyExists):
        begin(rooms, "c2")


def test_ids_with_dots_and_counts_come_back_as_they_were_given(rooms: Rooms) -> None:
    know(rooms)
    begin(rooms)
    answers = answers_at(Fraction(1))
    answer(rooms, OFFICER, Layer.UNIT, answers)
    assert rooms.worksheets.load(KEY).state.values_of(Layer.UNIT) == answers


def test_many_officers_at_once_lose_nothing(rooms: Rooms) -> None:
    know(rooms)
    begin(rooms)
    answers = dict(list(answers_at(Fraction(1)).items())[:24])

    def insist(question: str, value: object) -> None:
        """As a client does: a 503 is sent again."""
        for _ in range(20):
            try:
                return put(rooms, question, value)
            except Away:
                continue
        raise AssertionError(f"{question} was never taken")

    with ThreadPoolExecutor(6) as people:
        list(people.map(lambda one: insist(*one), answers.items()))
    assert rooms.worksheets.load(KEY).state.values_of(Layer.UNIT) == answers


def test_of_two_answers_to_the_same_question_one_is_stale(rooms: Rooms) -> None:
    know(rooms)
    begin(rooms)

    def attempt(value: str) -> str:
        try:
            put(rooms, "A.I.MP.i.a", value)
        except StaleAnswer:
            return "stale"
        return value

    with ThreadPoolExecutor(4) as people:
        done = list(people.map(attempt, ["Ya", "Tidak", "Ya", "Tidak"]))
    assert done.count("stale") == 3
    standing = rooms.worksheets.load(KEY).state.unit_answers["A.I.MP.i.a"]
    assert (standing.value, standing.revision) == (next(one for one in done if one != "stale"), 1)


def test_all_faults_come_at_once_and_change_nothing(rooms: Rooms) -> None:
    know(rooms)
    begin(rooms)
    wrong = given({"A.I.MP.i.a": "Mungkin", "A.I.MP.i.b": "A", "no.such": "A", "B.I.a": "4.5"})
    with pytest.raises(InvalidInput) as refusal:
        handlers.answer_questions(rooms, OFFICER, cause(), unit=UNIT, cycle=CYCLE, layer=Layer.UNIT, answers=wrong)
    assert [one["pointer"] for one in refusal.value.errors] == [
        "/answers/A.I.MP.i.a",
        "/answers/no.such",
        "/answers/B.I.a",
    ]
    assert rooms.worksheets.load(KEY).state.unit_answers == {}


def test_a_version_that_has_moved_on_is_refused(rooms: Rooms) -> None:
    know(rooms)
    begin(rooms)
    put(rooms, "A.I.MP.i.a", "Ya")
    with pytest.raises(StaleVersion) as refusal:
        put(rooms, "A.I.MP.i.b", "A", version=1)
    assert refusal.value.members["current_version"] == 2


def test_every_replaced_answer_stays_with_who_and_when(rooms: Rooms) -> None:
    know(rooms)
    begin(rooms)
    for revision, value in enumerate(["Ya", "Tidak", "Ya"]):
        put(rooms, "A.I.MP.i.a", value, revision)
    put(rooms, "A.I.MP.i.b", "A")
    page = queries.superseded_answers(rooms, OFFICER, UNIT, CYCLE, layer=Layer.UNIT, after=None, limit=10)
    assert [(one["question"], one["value"], one["revision"], one["by"]) for one in page] == [
        ("A.I.MP.i.a", "Ya", 1, OFFICER.id),
        ("A.I.MP.i.a", "Tidak", 2, OFFICER.id),
    ]
    rest = queries.superseded_answers(rooms, OFFICER, UNIT, CYCLE, layer=Layer.UNIT, after=page[0]["place"], limit=10)
    assert [one["revision"] for one in rest] == [2]
    assert queries.superseded_answers(rooms, OFFICER, UNIT, CYCLE, layer=Layer.TPI, after=None, limit=10) == []


@pytest.mark.parametrize(
    ("actor", "layer"),
    [
        (OFFICER, Layer.TPI),
        (TPI, Layer.UNIT),
        (Actor("x", "x", frozenset({"unit_officer"}), unit="L3171-RSUD-02"), Layer.UNIT),
        (Actor("x", "x", frozenset({"tpi"}), institution="L3172"), Layer.TPI),
        (Actor("x", "x", frozenset({"admin"})), Layer.UNIT),
    ],
)
def test_each_layer_belongs_to_its_own_people(rooms: Rooms, actor: Actor, layer: Layer) -> None:
    know(rooms)
    begin(rooms)
    with pytest.raises(NotYours):
        answer(rooms, actor, layer, {"A.I.MP.i.a": "Ya"})


def test_the_receipt_is_the_hash_of_the_kept_manifest(rooms: Rooms) -> None:
    know(rooms)
    receipt = sealed(rooms)
    manifest = queries.sealed_manifest(rooms, OFFICER, UNIT, CYCLE, 1)
    assert hash_of(manifest) == receipt
    [event] = rooms.worksheets.collection.find_one({"key": KEY})["outbox"]
    assert (event["type"], event["data"]["worksheet_hash"]) == ("evaluation.worksheet_sealed", receipt)
    with pytest.raises(WorksheetIsSealed):
        put(rooms, "A.I.MP.i.a", "Ya")


def test_sealing_twice_with_one_command_gives_one_receipt(rooms: Rooms) -> None:
    know(rooms)
    begin(rooms)
    answer(rooms, TPI, Layer.TPI, {"A.I.MP.i.a": "Ya"})
    seals = {
        handlers.seal_worksheet(rooms, TPI, cause(command="s"), unit=UNIT, cycle=CYCLE).state.seals for _ in range(2)
    }
    assert len(seals) == 1


def test_a_returned_proposal_lets_the_worksheet_begin_its_next_revision(rooms: Rooms) -> None:
    know(rooms)
    sealed(rooms)
    with pytest.raises(NotReopenable):
        handlers.reopen_worksheet(rooms, TPI, cause(), unit=UNIT, cycle=CYCLE)
    handlers.receive_proposal(rooms, told("units.proposal_submitted", submission("0" * 64)))
    assert rooms.proposals.load(PROPOSAL).state.state.value == "returned"
    reopened = handlers.reopen_worksheet(rooms, TPI, cause(), unit=UNIT, cycle=CYCLE).state
    assert (reopened.revision, reopened.sealed, len(reopened.seals)) == (2, False, 1)
    answer(rooms, OFFICER, Layer.UNIT, {"A.I.MP.i.a": "Ya"})
    again = handlers.seal_worksheet(rooms, TPI, cause(), unit=UNIT, cycle=CYCLE).state
    assert [seal.revision for seal in again.seals] == [1, 2]
    assert len({seal.worksheet_hash for seal in again.seals}) == 2


def test_a_proposal_under_way_keeps_its_worksheet_sealed(rooms: Rooms) -> None:
    know(rooms)
    handlers.receive_proposal(rooms, told("units.proposal_submitted", submission(sealed(rooms))))
    with pytest.raises(NotReopenable):
        handlers.reopen_worksheet(rooms, TPI, cause(), unit=UNIT, cycle=CYCLE)


def test_the_score_of_a_layer_is_read_without_sealing(rooms: Rooms) -> None:
    know(rooms)
    begin(rooms)
    answer(rooms, OFFICER, Layer.UNIT, answers_at(Fraction(1)))
    score = queries.worksheet_score(rooms, OFFICER, UNIT, CYCLE, layer=Layer.UNIT, target="WBBM")
    assert score["passed"] is True
    with pytest.raises(InvalidInput):
        queries.worksheet_score(rooms, OFFICER, UNIT, CYCLE, layer=Layer.UNIT, target="WBX")
