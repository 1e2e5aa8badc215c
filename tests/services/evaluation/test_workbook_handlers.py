"""Uploads and copies against a real database: partial, repeated, beside others, and after the seal."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest

from services.evaluation import handlers, workbook_queries
from services.evaluation.domain.workbook.cells import Sheets
from services.evaluation.domain.worksheet import Layer
from services.evaluation.errors import NotThisWorksheet, NotYours, WorksheetIsSealed
from services.evaluation.rooms import Rooms
from services.evaluation.workbooks import read_workbook
from shared.failures import InvalidInput, NotFound
from shared.security import Actor
from tests.services.evaluation.samples import (
    ADMIN,
    CYCLE,
    OFFICER,
    TPI,
    UNIT,
    answer,
    answers_at,
    cause,
    cycle,
    given,
    know,
    told,
)
from tests.services.evaluation.workbook.files import address_of

KEY = f"{UNIT}.{CYCLE}"
AT = datetime(2026, 5, 20, tzinfo=UTC)
OPTION, OTHER_OPTION, INDEX = "A.I.MP.i.b", "A.I.MP.ii.b", "B.I.a"
COLLEAGUE = Actor("rsud.colleague", "Colleague", frozenset({"unit_officer"}), unit=UNIT)


@pytest.fixture
def begun(rooms: Rooms) -> Rooms:
    know(rooms)
    handlers.begin_worksheet(rooms, OFFICER, cause(), unit=UNIT, cycle=CYCLE)
    return rooms


def downloaded(rooms: Rooms, *, layer: Layer = Layer.UNIT, unit: str = UNIT, cycle: str = CYCLE) -> Sheets:
    content = workbook_queries.workbook(rooms, ADMIN, unit, cycle, layer=layer, at=AT)
    return read_workbook(content)


def edited(cells: Sheets, changes: Mapping[tuple[str, str], Any]) -> Sheets:
    """The cells after a person wrote into some of them."""
    made = {sheet: dict(every) for sheet, every in cells.items()}
    for (sheet, address), value in changes.items():
        made[sheet][int(address[1:]) - 1, ord(address[0]) - ord("A")] = value
    return made


def upload(rooms: Rooms, cells: Sheets, actor: Actor = OFFICER, command: str | None = None) -> dict[str, Any]:
    return handlers.take_workbook(
        rooms,
        actor,
        cause(command=command),
        unit=UNIT,
        cycle=CYCLE,
        layer=Layer.TPI if actor is TPI else Layer.UNIT,
        cells=cells,
    )


def put(rooms: Rooms, question: str, value: str, revision: int, actor: Actor = OFFICER) -> None:
    handlers.answer_questions(
        rooms,
        actor,
        cause(),
        unit=UNIT,
        cycle=CYCLE,
        layer=Layer.UNIT,
        answers={question: {"value": value, "revision": revision}},
    )


def values(rooms: Rooms, layer: Layer = Layer.UNIT) -> dict[str, Any]:
    return rooms.worksheets.load(KEY).state.values_of(layer)


def test_good_cells_are_taken_and_bad_ones_named(begun: Rooms) -> None:
    filled = edited(downloaded(begun), {address_of(OPTION): "B", address_of(INDEX): 7, address_of(OTHER_OPTION): "C"})
    report = upload(begun, filled)
    assert values(begun) == {OPTION: "B", OTHER_OPTION: "C"}
    [fault] = report["faults"]
    assert (fault["sheet"], fault["address"], fault["question"]) == (*address_of(INDEX), INDEX)
    sheet, address = address_of(OPTION)
    assert {"sheet": sheet, "address": address, "question": OPTION, "revision": 1} in report["taken"]


def test_the_same_file_twice_changes_nothing(begun: Rooms) -> None:
    filled = edited(downloaded(begun), {address_of(OPTION): "B"})
    first, second = upload(begun, filled), upload(begun, filled)
    assert (second["taken"], second["conflicts"], second["unchanged"]) == ([], [], 1)
    assert second["version"] == first["version"]


def test_the_same_command_twice_tells_what_stands(begun: Rooms) -> None:
    filled = edited(downloaded(begun), {address_of(OPTION): "B"})
    upload(begun, filled, command="c1")
    again = upload(begun, filled, command="c1")
    assert (again["taken"], again["unchanged"]) == ([], 1)


def test_a_file_can_be_filled_on_and_uploaded_again(begun: Rooms) -> None:
    filled = edited(downloaded(begun), {address_of(OPTION): "B"})
    upload(begun, filled)
    report = upload(begun, edited(filled, {address_of(OPTION): "A", address_of(OTHER_OPTION): "A"}))
    assert (len(report["taken"]), report["conflicts"]) == (2, [])
    assert values(begun) == {OPTION: "A", OTHER_OPTION: "A"}


def test_what_a_colleague_answered_meanwhile_is_a_conflict_and_the_rest_is_taken(begun: Rooms) -> None:
    put(begun, OPTION, "C", 0)
    file = downloaded(begun)
    put(begun, OPTION, "B", 1, COLLEAGUE)
    report = upload(begun, edited(file, {address_of(OPTION): "A", address_of(OTHER_OPTION): "A"}))
    [conflict] = report["conflicts"]
    assert (conflict["yours"], conflict["current"]) == ("A", {"value": "B", "revision": 2})
    assert values(begun) == {OPTION: "B", OTHER_OPTION: "A"}


def test_an_old_file_never_undoes_later_answers_of_the_same_person(begun: Rooms) -> None:
    filled = edited(downloaded(begun), {address_of(OPTION): "B"})
    upload(begun, filled)
    put(begun, OPTION, "A", 1)
    report = upload(begun, filled)
    assert ([one["question"] for one in report["conflicts"]], values(begun)) == ([OPTION], {OPTION: "A"})


def test_what_an_upload_replaces_is_kept_in_the_history(begun: Rooms) -> None:
    put(begun, OPTION, "C", 0)
    upload(begun, edited(downloaded(begun), {address_of(OPTION): "A"}))
    [old] = begun.history.page(KEY, "unit", after=None, limit=10)
    assert (old["question"], old["value"], old["revision"]) == (OPTION, "C", 1)


def test_an_emptied_cell_is_told_and_the_answer_stays(begun: Rooms) -> None:
    put(begun, OPTION, "C", 0)
    report = upload(begun, edited(downloaded(begun), {address_of(OPTION): None}))
    assert [one["question"] for one in report["emptied"]] == [OPTION]
    assert values(begun) == {OPTION: "C"}


def test_many_people_upload_at_once_and_nothing_is_lost(begun: Rooms) -> None:
    file = downloaded(begun)
    questions = [id for id, one in answers_at(Fraction(1)).items() if isinstance(one, str) and one in ("A", "Ya")][:12]
    answers = answers_at(Fraction(1))
    people = [Actor(f"officer.{nth}", "x", frozenset({"unit_officer"}), unit=UNIT) for nth in range(4)]
    shares = [questions[nth::4] for nth in range(4)]
    files = [edited(file, {address_of(id): answers[id] for id in share}) for share in shares]
    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda one: upload(begun, one[0], one[1]), zip(files, people, strict=True)))
    assert [(len(report["taken"]), report["conflicts"]) for report in reports] == [(3, [])] * 4
    assert values(begun) == {id: answers[id] for id in questions}


def test_a_file_of_another_cycle_unit_or_layer_is_refused(begun: Rooms) -> None:
    handlers.learn_cycle(begun, told("units.cycle_changed", cycle("2027")))
    handlers.begin_worksheet(begun, OFFICER, cause(), unit=UNIT, cycle="2027")
    know(begun, "L3171-RSUD-02")
    neighbour = Actor("x", "x", frozenset({"unit_officer"}), unit="L3171-RSUD-02")
    handlers.begin_worksheet(begun, neighbour, cause(), unit="L3171-RSUD-02", cycle=CYCLE)
    for content, pointer in [
        (downloaded(begun, unit="L3171-RSUD-02"), "/unit"),
        (downloaded(begun, cycle="2027"), "/cycle"),
        (downloaded(begun, layer=Layer.TPI), "/layer"),
    ]:
        with pytest.raises(NotThisWorksheet) as refused:
            upload(begun, content)
        assert [error["pointer"] for error in refused.value.errors] == [pointer]
    assert values(begun) == {}


def test_a_file_of_another_instrument_is_refused(begun: Rooms) -> None:
    handlers.learn_cycle(begun, told("units.cycle_changed", cycle("2015", instrument="lke-2014")))
    handlers.begin_worksheet(begun, OFFICER, cause(), unit=UNIT, cycle="2015")
    with pytest.raises(NotThisWorksheet) as refused:
        upload(begun, downloaded(begun, cycle="2015"))
    pointers = {error["pointer"] for error in refused.value.errors}
    assert {"/instrument", "/instrument_version", "/instrument_hash", "/cycle"} == pointers


def test_the_tpi_fills_in_its_own_layer(begun: Rooms) -> None:
    filled = edited(downloaded(begun, layer=Layer.TPI), {address_of(OPTION): "B"})
    upload(begun, filled, TPI)
    assert (values(begun), values(begun, Layer.TPI)) == ({}, {OPTION: "B"})
    with pytest.raises(NotYours):
        handlers.take_workbook(begun, OFFICER, cause(), unit=UNIT, cycle=CYCLE, layer=Layer.TPI, cells=filled)


def test_a_sealed_worksheet_takes_no_file(begun: Rooms) -> None:
    file = edited(downloaded(begun), {address_of(OPTION): "B"})
    answer(begun, TPI, Layer.TPI, answers_at(Fraction(1)))
    handlers.seal_worksheet(begun, TPI, cause(), unit=UNIT, cycle=CYCLE)
    with pytest.raises(WorksheetIsSealed):
        upload(begun, file)


def copied(rooms: Rooms, source: str = "2025") -> Any:
    return handlers.copy_answers(rooms, OFFICER, cause(), unit=UNIT, cycle=CYCLE, layer=Layer.UNIT, from_cycle=source)


def last_year(rooms: Rooms, year: str = "2025", instrument: str = "lke-2021") -> None:
    handlers.learn_cycle(rooms, told("units.cycle_changed", cycle(year, instrument=instrument)))
    handlers.begin_worksheet(rooms, OFFICER, cause(), unit=UNIT, cycle=year)


def test_last_years_answers_fill_what_is_unanswered(begun: Rooms) -> None:
    last_year(begun)
    old = answers_at(Fraction(1))
    handlers.answer_questions(begun, OFFICER, cause(), unit=UNIT, cycle="2025", layer=Layer.UNIT, answers=given(old))
    put(begun, OPTION, "C", 0)
    saved, instrument, carried = copied(begun)
    assert (instrument, saved.state.values_of(Layer.UNIT)) == ("lke-2021", {**old, OPTION: "C"})
    assert [(one.question, one.reason) for one in carried.left] == [(OPTION, "answered_already")]


def test_copying_twice_changes_nothing(begun: Rooms) -> None:
    last_year(begun)
    handlers.answer_questions(
        begun, OFFICER, cause(), unit=UNIT, cycle="2025", layer=Layer.UNIT, answers=given({OPTION: "A"})
    )
    first, _, _ = copied(begun)
    second, _, carried = copied(begun)
    assert (second.version, carried.copied) == (first.version, {})


def test_only_a_worksheet_that_exists_and_is_another_can_be_copied(begun: Rooms) -> None:
    with pytest.raises(NotFound):
        copied(begun, "2020")
    with pytest.raises(InvalidInput) as refused:
        copied(begun, CYCLE)
    assert refused.value.errors[0]["pointer"] == "/from_cycle"
