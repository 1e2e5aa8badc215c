"""What lists show of an aggregate: its `summary`, written with it."""

from __future__ import annotations

from typing import Any

from services.evaluation.domain.evaluator import Evaluator
from services.evaluation.domain.proposal import Proposal
from services.evaluation.domain.results import gate_documents
from services.evaluation.domain.review import Review


def proposal_row(proposal: Proposal) -> dict[str, Any]:
    """A proposal in a list."""
    return {
        "proposal": proposal.id,
        "unit": proposal.card.unit,
        "unit_name": proposal.card.unit_name,
        "institution": proposal.card.institution,
        "cycle": proposal.cycle,
        "target": proposal.target,
        "state": proposal.state.value,
        "outcome": proposal.outcome.value if proposal.outcome else None,
        "stage": proposal.stage.value if proposal.stage else None,
        "evaluators": list(proposal.evaluators),
        "scored_by": len(proposal.reviews),
        "surveyed": proposal.survey is not None,
        "gates": gate_documents(proposal.verdict.gates) if proposal.verdict else [],
        "submitted_at": proposal.submitted_at.isoformat(),
        "changed_at": proposal.changed_at.isoformat(),
    }


def evaluator_row(evaluator: Evaluator) -> dict[str, Any]:
    """An evaluator in a list, and as the choice sees them; loads by cycle."""
    return {
        "id": evaluator.id,
        "institution": evaluator.institution,
        "province": evaluator.province,
        "expertise": list(evaluator.expertise),
        "max_load": evaluator.max_load,
        "conflicts": list(evaluator.conflicts),
        "loads": dict(evaluator.loads),
    }


def review_row(review: Review) -> dict[str, Any]:
    """A review in a list."""
    return {
        "review": review.id,
        "proposal": review.proposal,
        "evaluator": review.evaluator,
        "unit": review.unit,
        "unit_name": review.unit_name,
        "cycle": review.cycle,
        "target": review.target,
        "instrument": review.instrument,
        "state": review.state.value,
        "opened_at": review.opened_at.isoformat(),
    }
