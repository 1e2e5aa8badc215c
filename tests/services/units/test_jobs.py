"""Imports as jobs, on the nation's real institutions: whole or not at all, and on from where a kill stopped them."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from services.units import handlers
from services.units.cli import institutions
from services.units.domain.csvfile import read_table
from services.units.domain.importing import INSTITUTION_COLUMNS, UNIT_COLUMNS, institutions_from
from services.units.domain.institution import Institution, Kind
from services.units.jobs import JOBS, MOST_FAULTS
from services.units.rooms import Rooms
from shared.jobs import JobFault, submit
from shared.jobs.running import run_job
from tests.services.units.samples import CITY, cause, said

UNIT = ["L3171-PKM-01", "Puskesmas Gambir", "L3171", "", "31", "health", "", "true", "true"]


def as_csv(columns: tuple[str, ...], rows: list[Any]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([columns, *rows])
    return out.getvalue().encode()


def nation() -> bytes:
    return as_csv(INSTITUTION_COLUMNS, list(institutions()))


def units_file(*rows: list[str]) -> bytes:
    return as_csv(UNIT_COLUMNS, list(rows))


@pytest.fixture
def run(rooms: Rooms) -> Callable[..., Any]:
    """Submit an import and run it here; gives the job at its end."""

    def run(kind: str, body: bytes, *, dry_run: bool = False) -> Any:
        id = submit(rooms.jobs, "import", {"kind": kind, "dry_run": dry_run}, cause(), body=body)
        run_job(rooms, JOBS, id)
        return rooms.jobs.load(id).state

    return run


def test_the_nation_has_the_institutions_that_the_law_gives_it() -> None:
    kinds = Counter(kind for _, _, kind, _ in institutions())
    assert kinds["ministry"] == 48
    assert (kinds["province"], kinds["regency"], kinds["city"]) == (38, 416, 98)
    assert 100 <= kinds["ministry"] + kinds["agency"] + kinds["other"] <= 130


def test_every_institution_of_the_nation_is_valid_and_named_once() -> None:
    made, faults = institutions_from(read_table(nation(), INSTITUTION_COLUMNS).rows)
    assert faults == []
    assert len({one.code for one in made}) == len({one.name for one in made}) == len(made)


def test_the_whole_nation_is_imported_once_however_often_it_is_sent(rooms: Rooms, run: Callable[..., Any]) -> None:
    total = len(list(institutions()))
    dry = run("institutions", nation(), dry_run=True)
    assert (dry.state, dry.result) == ("done", {"created": total, "unchanged": 0})
    assert rooms.institutions.find("L3171") is None
    first = run("institutions", nation())
    assert (first.state, first.result, first.done) == ("done", {"created": total, "unchanged": 0}, total)
    assert run("institutions", nation()).result == {"created": 0, "unchanged": total}
    assert rooms.institutions.load("L3578").state.name == "Pemerintah Kota Surabaya"
    assert [event["type"] for event in said(rooms, "institutions", "L3578")] == ["units.institution_registered"]


def test_one_bad_row_keeps_every_row_out(rooms: Rooms, run: Callable[..., Any]) -> None:
    handlers.import_institution(rooms, CITY, cause())
    bad = ["L3171-PKM-02", "", "L9999", "", "31", "health", "", "maybe", "true"]
    job = run("units", units_file(UNIT, bad))
    assert job.state == "failed"
    assert [(one["line"], one["column"], one["code"]) for one in job.errors] == [
        (3, "code", "code"),
        (3, "core_service", "boolean"),
        (3, "institution", "unknown_institution"),
        (3, "name", "name"),
    ]
    assert all(set(one["messages"]) == {"id", "en"} for one in job.errors)
    assert rooms.units.find("L3171-PKM-01") is None


def test_a_unit_that_stands_differently_keeps_the_file_out(rooms: Rooms, run: Callable[..., Any]) -> None:
    handlers.import_institution(rooms, CITY, cause())
    assert run("units", units_file(UNIT)).result == {"created": 1, "unchanged": 0}
    changed = run("units", units_file([*UNIT[:1], "Nama lain", *UNIT[2:]]))
    assert [one["code"] for one in changed.errors] == ["exists_differently"]
    assert rooms.units.load("L3171-PKM-01").state.name == "Puskesmas Gambir"


def test_parents_may_stand_in_the_store_or_in_the_file(rooms: Rooms, run: Callable[..., Any]) -> None:
    handlers.import_institution(rooms, CITY, cause())
    run("units", units_file(["L3171-DINKES", "Dinas Kesehatan", *UNIT[2:]]))
    child = ["L3171-PKM-02", "Puskesmas Senen", "L3171", "L3171-PKM-01", *UNIT[4:]]
    job = run("units", units_file(child, [*UNIT[:3], "L3171-DINKES", *UNIT[4:]]))
    assert job.result == {"created": 2, "unchanged": 0}
    assert rooms.units.load("L3171-PKM-02").state.parent == "L3171-PKM-01"


class Killed(BaseException):
    """What a kill looks like from inside: nothing after it runs."""


def test_a_killed_import_goes_on_and_counts_its_own_rows(rooms: Rooms) -> None:
    body = as_csv(INSTITUTION_COLUMNS, list(institutions())[:40])
    id = submit(rooms.jobs, "import", {"kind": "institutions", "dry_run": False}, cause(), body=body)
    job = rooms.jobs.load(id).state
    same = cause(correlation_id=f"job-{id}")

    def dying(done: int, total: int) -> None:
        if done == 25:
            raise Killed

    with pytest.raises(Killed):
        JOBS["import"](rooms, job, body, dying, same)
    assert len(rooms.institutions.select({}, limit=100)) == 25
    progress: list[int] = []
    result = JOBS["import"](rooms, job, body, lambda done, total: progress.append(done), same)
    assert result == {"created": 40, "unchanged": 0}
    assert len(rooms.institutions.select({}, limit=100)) == 40
    assert progress[-1] == 40


def test_of_very_many_faults_the_first_are_listed_and_the_rest_counted(run: Callable[..., Any]) -> None:
    job = run("institutions", as_csv(INSTITUTION_COLUMNS, [["x", "Nama", "kind", ""]] * (MOST_FAULTS + 5)))
    assert len(job.errors) == MOST_FAULTS + 1
    assert job.errors[-1]["code"] == "more"


def test_an_empty_file_is_a_fault_and_a_header_alone_is_not(run: Callable[..., Any]) -> None:
    assert [one["code"] for one in run("units", b"").errors] == ["empty"]
    assert run("units", units_file()).result == {"created": 0, "unchanged": 0}


@pytest.mark.parametrize("name", ["Kementerian A", "Kementerian B"])
def test_a_row_that_somebody_else_made_meanwhile_is_as_good_if_it_says_the_same(rooms: Rooms, name: str) -> None:
    handlers.import_institution(rooms, CITY, cause())
    body = as_csv(INSTITUTION_COLUMNS, [[CITY.code, CITY.name, "city", "31"], ["K01", "Kementerian A", "ministry", ""]])
    job = rooms.jobs.load(submit(rooms.jobs, "import", {"kind": "institutions", "dry_run": False}, cause())).state

    def meanwhile(done: int, total: int) -> None:
        if rooms.institutions.find("K01") is None:
            handlers.import_institution(rooms, Institution("K01", name, Kind.MINISTRY, None), cause())

    if name == "Kementerian A":
        assert JOBS["import"](rooms, job, body, meanwhile, cause()) == {"created": 1, "unchanged": 1}
        return
    with pytest.raises(JobFault) as fault:
        JOBS["import"](rooms, job, body, meanwhile, cause())
    assert fault.value.errors[0]["code"] == "exists_differently"
