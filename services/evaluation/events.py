"""What evaluation says: each event from the state that it tells of. The forms stand in `shared.contracts`."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.evaluation.domain.adopted import AdoptedInstrument
from services.evaluation.domain.bundle import Bundle
from services.evaluation.domain.proposal import Outcome, Proposal, Reason, conclusion_of
from services.evaluation.domain.results import decimal_text, exact_points, verdict_document
from services.evaluation.domain.review import Review
from services.evaluation.domain.verdict import Verdict
from services.evaluation.domain.worksheet import Seal, Worksheet
from shared.storage import Event


def worksheet_sealed(sheet: Worksheet, seal: Seal) -> Event:
    return Event(
        "evaluation.worksheet_sealed",
        {
            "unit": sheet.unit,
            "institution": sheet.institution,
            "cycle": sheet.cycle,
            "instrument": sheet.instrument,
            "worksheet_hash": seal.worksheet_hash,
            "revision": seal.revision,
            "sealed_at": seal.at.isoformat(),
        },
    )


def proposal_returned(proposal: Proposal, reason: Reason) -> Event:
    told = {"code": reason.code, "id": reason.said[0], "en": reason.said[1]}
    return Event("evaluation.proposal_returned", {**_card(proposal), "target": proposal.target, "reason": told})


def proposal_screened(proposal: Proposal) -> Event:
    return Event("evaluation.proposal_screened", {**_card(proposal), "target": proposal.target})


def evaluators_assigned(proposal: Proposal) -> Event:
    return Event("evaluation.evaluators_assigned", {**_card(proposal), "evaluators": list(proposal.evaluators)})


def review_submitted(review: Review) -> Event:
    return Event(
        "evaluation.review_submitted",
        {
            "proposal": review.proposal,
            "review": review.id,
            "evaluator": review.evaluator,
            "answers": {
                question: answer if isinstance(answer, str) else dict(answer)
                for question, answer in review.answers.items()
            },
        },
    )


def scores_aggregated(proposal: Proposal, final: Verdict) -> Event:
    told = {"target": proposal.target, "total": decimal_text(final.total), "passed": final.passed}
    return Event("evaluation.scores_aggregated", {**_card(proposal), **told})


def proposal_withdrawn(proposal: Proposal) -> Event:
    return Event("evaluation.proposal_withdrawn", {**_card(proposal), "evaluators": list(proposal.evaluators)})


def instrument_adopted(adopted: AdoptedInstrument) -> Event:
    """The instrument's whole content, once for each hash: bundles then name it."""
    return Event(
        "evaluation.instrument_adopted",
        {
            "instrument": adopted.id,
            "version": adopted.version,
            "content_hash": adopted.content_hash,
            "document": json.loads(adopted.content),
        },
    )


def bundle_published(proposal: Proposal, bundle: Bundle) -> Event:
    """The public bundle of a positive conclusion, its instrument by hash."""
    return Event(
        "evaluation.bundle_published",
        {
            "proposal": proposal.id,
            "bundle_sha256": proposal.bundle_sha256,
            "instrument_hash": proposal.instrument_hash,
            "bundle": bundle,
        },
    )


def concluded(proposal: Proposal) -> Event:
    """The explained result; decimals with six places for persons, `exact` for machines."""
    end = conclusion_of(proposal)
    return Event(
        "evaluation.concluded",
        {
            **asdict(proposal.card),
            "proposal": proposal.id,
            "cycle": proposal.cycle,
            "target": proposal.target,
            "outcome": end.outcome.value,
            "stage": end.stage.value,
            "predicate": proposal.target if end.outcome is Outcome.QUALIFIED else None,
            "instrument": proposal.instrument,
            "instrument_hash": proposal.instrument_hash,
            "worksheet_hash": proposal.worksheet_hash,
            "bundle_sha256": proposal.bundle_sha256,
            **verdict_document(end.verdict),
            "exact": exact_points(end.verdict),
            "decision": decision_document(proposal),
            "evaluators": list(proposal.evaluators),
            "concluded_at": proposal.changed_at.isoformat(),
        },
    )


def decision_document(proposal: Proposal) -> dict[str, Any] | None:
    """The panel's word without the person who typed it."""
    decision = proposal.decision
    if decision is None:
        return None
    return {
        "decided_by_role": decision.decided_by_role,
        "reason": decision.reason,
        "decided_at": _moment(decision.decided_at),
    }


def _card(proposal: Proposal) -> dict[str, Any]:
    card = proposal.card
    return {
        "proposal": proposal.id,
        "unit": card.unit,
        "unit_name": card.unit_name,
        "institution": card.institution,
        "cycle": proposal.cycle,
    }


def _moment(at: datetime) -> str:
    return at.isoformat()
