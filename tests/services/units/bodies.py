"""Bodies of requests, and the way of a unit over the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from services.units.domain.unit import AREAS
from tests.services.units.samples import HASH

UNIT = "L3171-RSUD-01"
PASSWORD = "correct horse battery"
CARD = {
    "code": UNIT,
    "name": "RSUD Tarakan",
    "institution": "L3171",
    "province": "31",
    "field": "health",
    "affirmation_service": "rsud",
    "core_service": True,
    "public_impact": True,
}
YEAR = datetime.now(UTC).year


def cycle_body(**changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    opens, closes = (now + timedelta(days=days) for days in (-10, 10))
    window = {"opens": opens.isoformat(), "closes": closes.isoformat()}
    return {
        "cycle": str(YEAR),
        "instrument": "lke-2021",
        "rules": "prerequisites-r5",
        "windows": {"proposal": window},
        "quota_per_institution": None,
        "evaluators_per_proposal": 3,
        "max_load": 30,
        **changes,
    }


def proposal_body(**changes: Any) -> dict[str, Any]:
    letter = {"number": "B/1", "date": f"{YEAR}-01-02"}
    statement = {**letter, "signatory_office": "Wali Kota"}
    body = {"cycle": str(YEAR), "target": "WBK", "worksheet_hash": HASH, "cover_letter": letter, "sptjm": statement}
    return {**body, **changes}


BODIES = {
    "declaration": {"date": "2025-01-01", "place": "x", "signed": 1, "staff": 1},
    "development": {"started_on": "2025-01-01", "plan": {area: ["x"] for area in AREAS}},
    "progress": {"period": "2025-Q1", "areas": dict.fromkeys(AREAS, 1)},
    "facts": {"year": 2026},
    "proposal": proposal_body(),
    "withdrawal": {"proposal": "x", "reason": "y"},
}


def build_up(send: Callable[..., Any]) -> None:
    """From the registration to good facts, over the API."""
    send("POST", "/units", CARD, status=201)
    officer = {"role": "unit_officer", "unit": UNIT}
    pact = {"date": f"{YEAR - 2}-01-15", "place": "Jakarta", "signed": 90, "staff": 100}
    assert send("POST", f"/units/{UNIT}/declaration", pact, **officer)["state"] == "declared"
    plan = {"started_on": f"{YEAR - 2}-02-01", "plan": {area: ["Rencana"] for area in AREAS}}
    assert send("POST", f"/units/{UNIT}/development", plan, **officer)["state"] == "building"
    report = {"period": f"{YEAR - 1}-Q4", "areas": dict.fromkeys(AREAS, 80), "note": "Sesuai rencana"}
    assert len(send("POST", f"/units/{UNIT}/progress", report, **officer)["progress"]) == 1
    facts = {"year": YEAR, "tlhp_percent": "100", "lhkpn_percent": 100, "lhkan_percent": "100.0", "sakip": "BB"}
    send("PUT", f"/units/{UNIT}/facts", facts, role="tpi", institution="L3171")
