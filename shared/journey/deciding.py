"""The stages of the minister's office: decrees that publish, decrees that revoke, and what the units hear of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from shared.journey.judging import proposals_of
from shared.journey.plan import Turn
from shared.journey.tour import Record, Tour
from shared.journey.waiting import Look

OFFICE = "Menteri Pendayagunaan Aparatur Negara dan Reformasi Birokrasi"
GROUND = "Maladministrasi terbukti setelah klarifikasi dengan TPI"


def publish_all(tour: Tour, wave: Sequence[Record]) -> None:
    """Waits for a draft of every qualified proposal, gives each its decree, and waits until the units know."""
    shown = proposals_of(tour, tour.company.admin)
    qualified = {
        record.proposal: record for record in wave if shown.get(record.proposal, {}).get("outcome") == "qualified"
    }
    drafts = tour.until(f"drafts of {len(qualified)} designations", lambda: look_at_drafts(tour, qualified))
    stage = "Keputusan Menteri · decrees"
    tour.crew.each(stage, drafts.items(), lambda one: publish(tour, qualified[one[0]], one[1]))
    wait_in_units(tour, [one.proposal for one in wave if one.number], {"designated"})
    wait_in_units(
        tour, [one.proposal for one in wave if one.proposal], {"withdrawn", "returned", "failed", "designated"}
    )


def look_at_drafts(tour: Tour, qualified: Collection[str]) -> Look[dict[str, str]]:
    """Proposal → number of its draft, for those that are there."""
    drafts = tour.one("registrar").each("registry", "/drafts")
    found = {draft["proposal"]: draft["number"] for draft in drafts if draft["proposal"] in qualified}
    return Look(len(found) == len(qualified), found, f"{len(found)} drafts")


def decree(number: str) -> dict[str, Any]:
    """A ministerial decree of today."""
    return {"number": number, "date": datetime.now(UTC).date().isoformat(), "signatory_office": OFFICE}


def publish(tour: Tour, record: Record, number: str) -> None:
    """Gives a draft its decree."""
    body = {"decree": decree(f"{record.filing.number + 100}/{record.filing.cycle}")}
    tour.one("registrar").post("registry", f"/designations/{number}/publication", body)
    record.number = number


def revoke_all(tour: Tour) -> None:
    """Revokes what the plan revokes, and waits until the units know of it."""
    falling = [one for one in tour.records if one.number and one.filing.takes(Turn.REVOKED)]
    tour.crew.each("Pencabutan · revocation", falling, lambda record: revoke(tour, record))
    wait_in_units(tour, [record.proposal for record in falling], {"revoked"})


def revoke(tour: Tour, record: Record) -> None:
    """Takes a designation back by decree; it stays visible as revoked."""
    body = {"decree": decree(f"{record.filing.number + 900}/{record.filing.cycle}"), "ground": GROUND}
    tour.one("registrar").post("registry", f"/designations/{record.number}/revocation", body)
    record.revoked = True


def wait_in_units(tour: Tour, proposals: Collection[str], states: Collection[str]) -> None:
    """Waits until the units service shows these proposals in one of the states."""

    def look() -> Look[None]:
        seen = {
            card["proposal"]: card["state"]
            for cycle in tour.cycles
            for card in tour.company.admin.each("units", "/proposals", cycle=cycle)
        }
        states_now = Counter(seen.get(proposal, "unknown") for proposal in proposals)
        there = sum(count for state, count in states_now.items() if state in states)
        return Look(there == len(proposals), None, str(dict(states_now)))

    tour.until(f"{len(proposals)} proposals {' or '.join(sorted(states))} in units", look)
