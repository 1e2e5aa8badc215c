"""The long work of units: imports. A file is checked whole before its first row is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.units import handlers, rules
from services.units.domain.csvfile import Fault, Row, read_table
from services.units.domain.importing import (
    INSTITUTION_COLUMNS,
    UNIT_COLUMNS,
    Known,
    card_of,
    differing,
    institutions_from,
    units_from,
)
from services.units.domain.institution import Institution
from services.units.rooms import Rooms
from services.units.store import standing
from shared.failures import AlreadyExists, said
from shared.jobs import Job, JobFault
from shared.storage import Aggregate, AggregateStore, Cause

Progress = Callable[[int, int], None]
MOST_FAULTS = 1000
"""Faults that the answer lists; how many more there are is said."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of file is read and written."""

    columns: Sequence[str]
    make: Callable[[Rooms, Sequence[Row]], tuple[list[Any], list[Fault]]]
    store: Callable[[Rooms], AggregateStore[Any]]
    card: Callable[[Any], object]
    write: Callable[[Rooms, Any, Cause], Aggregate[Any]]


def run_import(rooms: Rooms, job: Job, body: bytes | None, progress: Progress, cause: Cause) -> dict[str, Any]:
    """Check the whole file, then create what is not there yet; `dry_run` stops before the first write.

    Gives `{"created", "unchanged"}`. A second run after a kill finds its own rows by the id of their command and goes
    on. Raises JobFault with every fault, by line and column.
    """
    kind = KINDS[job.parameters["kind"]]
    table = read_table(body or b"", kind.columns)
    made, faults = kind.make(rooms, table.rows)
    known = standing(kind.store(rooms), (one.code for one in made))
    states = {code: aggregate.state for code, aggregate in known.items()}
    faults = [*table.faults, *faults, *differing(made, states, _lines(table.rows), kind.card)]
    if faults:
        raise JobFault(_shown(faults))
    if job.parameters["dry_run"]:
        progress(len(made), len(made))
        return {"created": len(made) - len(known), "unchanged": len(known)}
    return _create(rooms, kind, made, known, progress, cause)


def _create(
    rooms: Rooms,
    kind: Kind,
    made: Sequence[Any],
    known: Mapping[str, Aggregate[Any]],
    progress: Progress,
    cause: Cause,
) -> dict[str, Any]:
    created = 0
    for done, one in enumerate(made, start=1):
        own = replace(cause, command_id=f"{cause.correlation_id}:{one.code}")
        there = known.get(one.code)
        if there is None or own.command_id in there.commands:
            created += 1
        if there is None:
            _write(rooms, kind, one, own)
        progress(done, len(made))
    return {"created": created, "unchanged": len(made) - created}


def _write(rooms: Rooms, kind: Kind, one: Any, cause: Cause) -> None:
    """Create a row's aggregate. Somebody else's of the same content, made meanwhile, is as good."""
    try:
        kind.write(rooms, one, cause)
    except AlreadyExists:
        if kind.card(kind.store(rooms).load(one.code).state) != kind.card(one):
            text = (f"{one.code} dibuat orang lain dengan isi lain.", f"Somebody else made {one.code} otherwise.")
            fault = {"line": 0, "column": "code", "code": "exists_differently", "messages": said(text)}
            raise JobFault([fault]) from None


def _units(rooms: Rooms, rows: Sequence[Row]) -> tuple[list[Any], list[Fault]]:
    institutions = standing(rooms.institutions, (row.cells["institution"] for row in rows))
    inside = {row.cells["code"] for row in rows}
    parents = standing(rooms.units, {row.cells["parent"] for row in rows} - inside - {""})
    known = Known(
        institutions={code: aggregate.state for code, aggregate in institutions.items()},
        parents={code: aggregate.state.institution for code, aggregate in parents.items()},
        services=rules.affirmation_services(),
    )
    return units_from(rows, known)


def _institution_card(institution: Institution) -> tuple[object, ...]:
    return tuple(getattr(institution, name) for name in INSTITUTION_COLUMNS)


def _lines(rows: Sequence[Row]) -> dict[str, int]:
    return {row.cells["code"]: row.line for row in rows}


def _shown(faults: Sequence[Fault]) -> list[dict[str, Any]]:
    """In the order of the file; of very many the first, and how many more there are."""
    ordered = sorted(faults, key=lambda fault: (fault.line, fault.column))
    listed = [
        {"line": one.line, "column": one.column, "code": one.code, "messages": said(one.said)}
        for one in ordered[:MOST_FAULTS]
    ]
    more = len(ordered) - len(listed)
    if more:
        text = (f"Masih ada {more} kesalahan lain.", f"There are {more} more faults.")
        listed.append({"line": ordered[MOST_FAULTS].line, "column": "", "code": "more", "messages": said(text)})
    return listed


KINDS: Mapping[str, Kind] = {
    "institutions": Kind(
        columns=INSTITUTION_COLUMNS,
        make=lambda rooms, rows: institutions_from(rows),
        store=lambda rooms: rooms.institutions,
        card=_institution_card,
        write=handlers.import_institution,
    ),
    "units": Kind(
        columns=UNIT_COLUMNS,
        make=_units,
        store=lambda rooms: rooms.units,
        card=card_of,
        write=handlers.import_unit,
    ),
}
JOBS = {"import": run_import}
