"""Documents keep what the dataclasses hold, and lists use their summaries."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.units import handlers, queries
from services.units.documents import UnitDocument
from services.units.domain import lifecycle
from services.units.domain.dates import Target
from services.units.domain.institution import Reservation
from services.units.domain.unit import Designation, Override, Progress
from services.units.rooms import Rooms
from tests.services.units.samples import CITY, GOOD_INSTITUTION, MINISTRY, NOW, building, cause, cycle, filing, stand


def whole_unit():
    """A unit with everything that a unit may have."""
    unit = lifecycle.report_progress(building(), Progress("2026-Q1", {"MP": 10}, "baik", NOW), NOW)
    unit = lifecycle.record_override(unit, Override("2026", Target.WBK, "tlhp", "surat", "admin", NOW))
    unit = lifecycle.propose(unit, filing(), ("tlhp",), NOW)
    word = Designation("WBK-2026-x", Target.WBK, "2026", unit.proposals[0].id, 2, True, date(2028, 1, 1))
    return lifecycle.record_designation(unit, word)


def test_a_unit_is_read_back_as_it_was_written(rooms: Rooms) -> None:
    rooms.units.create("L3171-PKM-01", whole_unit(), [], cause())
    assert rooms.units.load("L3171-PKM-01").state == whole_unit()


def test_an_institution_and_a_cycle_are_read_back_as_they_were_written(rooms: Rooms) -> None:
    place = Reservation("2026", "L3171-PKM-01.2026.1", "L3171-PKM-01", NOW)
    city = replace(CITY, facts={"2025": GOOD_INSTITUTION}, reservations=(place,))
    rooms.institutions.create(city.code, city, [], cause())
    rooms.cycles.create("2026", cycle(), [], cause())
    assert rooms.institutions.load(city.code).state == city
    assert rooms.cycles.load("2026").state == cycle()


def test_a_document_of_a_newer_version_can_still_be_read() -> None:
    data = UnitDocument().dump(whole_unit()) | {"invented_later": 1}
    assert UnitDocument().load(data) == whole_unit()


def test_institutions_are_found_by_kind_and_by_a_part_of_the_name(rooms: Rooms) -> None:
    for one in (CITY, MINISTRY):
        handlers.import_institution(rooms, one, cause())
    look = {"kind": None, "q": None, "after": "", "limit": 10}
    assert [one["code"] for one in queries.institutions(rooms, **look)] == ["K16", "L3171"]
    assert [one["code"] for one in queries.institutions(rooms, **{**look, "q": "KEUANGAN"})] == ["K16"]
    assert [one["code"] for one in queries.institutions(rooms, **{**look, "kind": "city"})] == ["L3171"]
    assert queries.institutions(rooms, **{**look, "q": ".*"}) == []
    assert [one["code"] for one in queries.institutions(rooms, **{**look, "after": "K16"})] == ["L3171"]


def test_the_list_of_proposals_has_each_once_whatever_the_size_of_its_pages(rooms: Rooms) -> None:
    codes = stand(rooms, units=5)
    for code in codes:
        handlers.propose(rooms, code, filing(), cause())
    first = codes[0]
    rooms.units.change(first, lambda one: (lifecycle.take_back(one, f"{first}.2026.1", "x"), []), cause())
    handlers.propose(rooms, first, filing(), cause())
    every = [f"{first}.2026.1", f"{first}.2026.2", *(f"{code}.2026.1" for code in codes[1:])]
    for size in (1, 2, 3, 50):
        seen: list[str] = []
        while page := queries.proposals(
            rooms, "2026", institution=None, unit=None, after=seen[-1] if seen else "", limit=size
        ):
            seen += [one["proposal"] for one in page]
        assert seen == every, size
    assert queries.proposals(rooms, "2027", institution=None, unit=None, after="", limit=9) == []


def test_proposals_of_one_institution_or_unit(rooms: Rooms) -> None:
    first, second = stand(rooms, units=2)
    for code in (first, second):
        handlers.propose(rooms, code, filing(), cause())
    look = {"institution": None, "unit": None, "after": "", "limit": 9}
    assert len(queries.proposals(rooms, "2026", **{**look, "institution": CITY.code})) == 2
    assert queries.proposals(rooms, "2026", **{**look, "institution": "K16"}) == []
    assert [one["unit"] for one in queries.proposals(rooms, "2026", **{**look, "unit": second})] == [second]
    assert queries.proposals(rooms, "2026", **{**look, "unit": "L3171-NONE"}) == []
