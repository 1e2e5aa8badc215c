"""The stages of the national evaluation: assignment by the system, reviews, surveys, withdrawal, the panel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from shared.journey.client import JourneyError, Person, Refused
from shared.journey.plan import Turn
from shared.journey.tour import Record, Tour
from shared.journey.waiting import Look

Proposals = Mapping[str, Mapping[str, Any]]
"""Proposal id → what the evaluation service shows of it."""
SETTLED = frozenset({"returned", "withdrawn", "concluded"})
CONFLICT = 409
RESPONDENTS, FEW_RESPONDENTS = 45, 21


def judge_all(tour: Tour, wave: Sequence[Record]) -> None:
    """From the accepted proposals to a final result of each."""
    mine = {record.proposal: record for record in wave if record.proposal}
    screened = settle(tour, "Seleksi dan penugasan · assignment", mine, SETTLED | {"assigned"})
    assigned = [mine[proposal] for proposal, seen in screened.items() if seen["state"] == "assigned"]
    leaving = [record for record in assigned if record.filing.takes(Turn.WITHDRAWN)]
    tour.crew.each("Penarikan · withdrawal", leaving, lambda record: withdraw(tour, record))
    staying = [record for record in assigned if not record.filing.takes(Turn.WITHDRAWN)]
    review_all(tour, staying, screened)
    tour.crew.each("Survei · surveys", staying, lambda record: report_survey(tour, record))
    aggregated = settle(tour, "Nilai akhir · final scores", mine, SETTLED | {"aggregated"})
    ready = [(mine[one], seen) for one, seen in aggregated.items() if seen["state"] == "aggregated"]
    tour.crew.each("Panel · panel", ready, lambda one: decide(tour, *one))
    settle(tour, "Hasil · conclusions", mine, SETTLED)


def settle(tour: Tour, stage: str, mine: Collection[str], states: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """Waits until each of these proposals is in one of the states, and returns what is shown of them."""
    tour.crew.expect(stage, len(mine))
    shown = 0

    def look() -> Look[dict[str, Mapping[str, Any]]]:
        nonlocal shown
        seen = {one: card for one, card in proposals_of(tour, tour.company.admin).items() if one in mine}
        there = sum(card["state"] in states for card in seen.values())
        tour.crew.advance(stage, there - shown)
        shown = there
        counts = Counter(str(card["state"]) for card in seen.values())
        return Look(there == len(mine), seen, f"{dict(counts)}, {len(mine) - len(seen)} not heard of yet")

    return tour.until(f"{len(mine)} proposals to be {' or '.join(sorted(states))}", look)


def proposals_of(tour: Tour, person: Person) -> dict[str, Mapping[str, Any]]:
    """What the evaluation service shows of all proposals of both cycles."""
    return {
        card["proposal"]: card for cycle in tour.cycles for card in person.each("evaluation", "/proposals", cycle=cycle)
    }


def withdraw(tour: Tour, record: Record) -> None:
    """The institution takes its proposal back while the evaluators already have it."""
    body = {"proposal": record.proposal, "reason": "Unit sedang direorganisasi"}
    tour.proposer(record).post("units", f"/units/{record.filing.unit.code}/withdrawal", body)
    record.withdrawn = True


def review_all(tour: Tour, records: Sequence[Record], shown: Proposals) -> None:
    """Every assigned evaluator signs in and answers, in an order that gives each of them another of the sheets."""
    work: dict[str, list[tuple[Record, int]]] = {}
    for record in records:
        for place, evaluator in enumerate(sorted(shown[record.proposal]["evaluators"])):
            work.setdefault(evaluator, []).append((record, place))
    stage = "Penilaian · reviews"
    tour.crew.each(f"{stage} (evaluator)", work.items(), lambda one: review(tour, *one))


def review(tour: Tour, evaluator: str, work: Sequence[tuple[Record, int]]) -> None:
    """One evaluator waits until all their reviews are open, then submits them."""
    person = tour.company.person(evaluator)
    wanted = {record.proposal: (record, place) for record, place in work}
    opened = tour.until(f"{len(wanted)} open reviews of {evaluator}", open_reviews(person, wanted))
    for proposal, review_id in opened.items():
        record, place = wanted[proposal]
        sheet = record.filing.sheets.reviews[place]
        person.post("evaluation", f"/reviews/{review_id}/submission", {"answers": sheet})
        record.reviews[evaluator] = sheet


def open_reviews(person: Person, wanted: Collection[str]) -> Callable[[], Look[dict[str, str]]]:
    """A look at whether a person's reviews of these proposals are open: proposal → review."""

    def look() -> Look[dict[str, str]]:
        mine = person.each("evaluation", "/reviews", mine="true", state="open")
        found = {one["proposal"]: one["review"] for one in mine if one["proposal"] in wanted}
        return Look(len(found) == len(wanted), found, f"{len(found)} of {len(wanted)} are open")

    return look


def report_survey(tour: Tour, record: Record) -> None:
    """The external survey's two indices; with few respondents, the reason why they suffice."""
    sheets = record.filing.sheets
    body: dict[str, Any] = {"ipak": sheets.ipak, "ipkp": sheets.ipkp, "respondents": RESPONDENTS}
    body["surveyor"] = "Lembaga survei independen"
    if record.filing.takes(Turn.FEW_RESPONDENTS):
        body["respondents"] = FEW_RESPONDENTS
        body["fewer_respondents_reason"] = "Hanya 24 orang selesai dilayani pada masa survei"
    tour.one("surveyor").post("evaluation", f"/proposals/{record.proposal}/survey", body)


def decide(tour: Tour, record: Record, shown: Mapping[str, Any]) -> None:
    """The panel approves what holds every gate, unless the plan has it refuse; what fails a gate it must refuse.

    Raises:
        JourneyError: the service lets the panel approve a proposal that fails a gate.
    """
    passed = all(gate["passed"] for gate in shown["gates"])
    if not passed:
        try_to_approve(tour, record)
    record.decision = "approve" if passed and not record.filing.takes(Turn.PANEL_REJECTS) else "reject"
    reason = "Seluruh syarat terpenuhi" if record.decision == "approve" else "Belum memenuhi syarat, perlu pembinaan"
    body = {"decision": record.decision, "reason": reason}
    tour.one("panel").post("evaluation", f"/proposals/{record.proposal}/panel-decision", body)


def try_to_approve(tour: Tour, record: Record) -> None:
    """Approving against a failed gate must be refused and change nothing."""
    body = {"decision": "approve", "reason": "Mencoba menyetujui tanpa memenuhi syarat"}
    try:
        tour.one("panel").post("evaluation", f"/proposals/{record.proposal}/panel-decision", body)
    except Refused as refusal:
        if refusal.status != CONFLICT:
            raise
    else:
        raise JourneyError(f"{record.proposal} fails a gate and the panel could approve it all the same")
