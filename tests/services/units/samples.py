"""Sample values for the tests of units."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from services.units import handlers
from services.units.domain import lifecycle
from services.units.domain.cycle import Cycle, Window
from services.units.domain.dates import Target
from services.units.domain.institution import Institution, InstitutionFacts, Kind
from services.units.domain.unit import (
    AREAS,
    Declaration,
    Development,
    Filing,
    Letter,
    Statement,
    Unit,
    UnitFacts,
)
from services.units.rooms import Rooms
from shared.contracts.received import Received
from shared.storage import Cause

NOW = datetime(2026, 5, 20, 3, 0, tzinfo=UTC)
CITY = Institution("L3171", "Pemerintah Kota Administrasi Jakarta Pusat", Kind.CITY, "31")
MINISTRY = Institution("K16", "Kementerian Keuangan", Kind.MINISTRY, None)
HASH = "a" * 64
HALF = Fraction(1, 2)
_numbers = itertools.count(1)


def cause(**changes: Any) -> Cause:
    """A cause like that of a command; `event_id` or `command_id` where a test repeats it."""
    return replace(Cause(NOW, f"test-{next(_numbers)}", actor="tester"), **changes)


def unit(**changes: Any) -> Unit:
    """A registered unit of the city, not of an affirmed service."""
    plain = Unit(
        code="L3171-PKM-01",
        name="Puskesmas Gambir",
        institution=CITY.code,
        institution_name=CITY.name,
        institution_kind=CITY.kind.value,
        parent=None,
        province="31",
        field="health",
        affirmation_service=None,
        core_service=True,
        public_impact=True,
    )
    return replace(plain, **changes)


DECLARATION = Declaration(date(2025, 1, 15), "Jakarta", 40, 42)
DEVELOPMENT = Development(date(2025, 2, 1), {area: (f"Rencana {area}",) for area in AREAS})
GOOD_UNIT = UnitFacts(Fraction(100), Fraction(100), Fraction(100), "A")
GOOD_INSTITUTION = InstitutionFacts("WTP", "A", "A", Fraction(3), corruption_case=False)


def building(**changes: Any) -> Unit:
    """A unit that has built for more than a year, with good facts."""
    declared = lifecycle.declare(unit(**changes), DECLARATION, NOW, signed_more_than=HALF, article="-")
    begun = lifecycle.start_development(declared, DEVELOPMENT, NOW)
    return replace(begun, facts={"2025": GOOD_UNIT})


def filing(cycle: str = "2026", target: Target = Target.WBK) -> Filing:
    return Filing(
        cycle,
        target,
        HASH,
        Letter("B/1/2026", date(2026, 5, 19)),
        Statement("SPTJM/1/2026", date(2026, 5, 19), "Wali Kota"),
    )


def cycle(year: str = "2026", **changes: Any) -> Cycle:
    plain = Cycle(
        cycle=year,
        instrument="lke-2021",
        rules="prerequisites-r5",
        windows={
            "proposal": Window(datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)),
            "objection": Window(datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 6, tzinfo=UTC)),
        },
        quota_per_institution=None,
        evaluators_per_proposal=3,
        max_load=30,
    )
    return replace(plain, **changes)


def stand(rooms: Rooms, *, quota: int | None = None, units: int = 1) -> list[str]:
    """A city with good facts, a cycle whose window is open, and so many units that may propose; gives their codes."""
    city = replace(CITY, facts={"2025": GOOD_INSTITUTION})
    handlers.import_institution(rooms, city, cause())
    handlers.open_cycle(rooms, cycle(quota_per_institution=quota), cause())
    codes = [f"L3171-PKM-{number:02d}" for number in range(1, units + 1)]
    for code in codes:
        rooms.units.create(code, building(code=code), [], cause())
    return codes


def heard(sequence: int = 1, **data: Any) -> Received:
    """An event about the first unit's first proposal."""
    about = {"unit": "L3171-PKM-01", "institution": "L3171", "proposal": "L3171-PKM-01.2026.1", "cycle": "2026"}
    id = f"event-{next(_numbers)}"
    return Received(id, "-", "-", sequence, NOW, {**about, **data}, cause(event_id=id))


def designation(sequence: int = 1, **data: Any) -> Received:
    number = "WBK-2026-L3171-PKM-01"
    return heard(sequence, **{"number": number, "predicate": "WBK", **data})


def said(rooms: Rooms, store: str, key: str) -> list[dict[str, Any]]:
    """The events that an aggregate has to say, oldest first."""
    kind = store.removesuffix("s")
    found = rooms.database[store].find_one({"_id": f"{kind}:{key}"})
    return list(found["outbox"]) if found else []
