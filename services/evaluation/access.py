"""Who may reach what: roles say what an account does, its institution and unit say for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.evaluation.domain.proposal import Proposal
from services.evaluation.domain.review import Review
from services.evaluation.domain.worksheet import Layer, Worksheet
from services.evaluation.errors import NotYours

if TYPE_CHECKING:
    # At run time it would bring the token library, which workers do without.
    from shared.security import Actor

SEES_EVERYTHING = ("admin", "panel", "surveyor", "registrar")
SEES_EVALUATORS = ("admin", "panel")
"""Units and institutions never learn who scored them."""
SEES_EVIDENCE = ("admin", "panel")
SEES_UNDECIDED = ("admin", "panel")
"""A final score is told only when the panel has concluded."""


def require_unit(actor: Actor, unit: str) -> None:
    """The unit's own officer; raises NotYours."""
    _require(actor.has("unit_officer") and actor.unit == unit, "petugas unit ini", "this unit's officer")


def require_tpi(actor: Actor, institution: str) -> None:
    """An internal evaluator of the institution; raises NotYours."""
    own = actor.has("tpi") and actor.institution == institution
    _require(own, "TPI instansi ini", "the internal evaluators of this institution")


def require_layer(actor: Actor, sheet: Worksheet, layer: Layer) -> None:
    """Who may answer in a layer; raises NotYours."""
    if layer is Layer.UNIT:
        require_unit(actor, sheet.unit)
    else:
        require_tpi(actor, sheet.institution)


def require_worksheet_reader(actor: Actor, sheet: Worksheet) -> None:
    """The unit, its institution, and those who see everything; raises NotYours."""
    allowed = actor.has(*SEES_EVERYTHING) or _bound_to(actor, sheet.unit, sheet.institution)
    _require(allowed, "unit ini, instansinya, atau panitia", "this unit, its institution, or the panel")


def require_evidence_reader(actor: Actor, sheet: Worksheet) -> None:
    """The unit, its institution, admin and panel; evaluators read through their review. Raises NotYours."""
    allowed = actor.has(*SEES_EVIDENCE) or _bound_to(actor, sheet.unit, sheet.institution)
    _require(allowed, "unit ini, instansinya, atau panel", "this unit, its institution, or the panel")


def require_proposal_reader(actor: Actor, proposal: Proposal) -> None:
    """As for worksheets, and the proposal's evaluators; raises NotYours."""
    bound = _bound_to(actor, proposal.card.unit, proposal.card.institution)
    scores_it = actor.has("evaluator") and actor.id in proposal.evaluators
    _require(
        actor.has(*SEES_EVERYTHING) or bound or scores_it,
        "unit ini, instansinya, atau penilainya",
        "this unit, its institution, or those who judge it",
    )


def require_own_review(actor: Actor, review: Review) -> None:
    """Nobody but the review's evaluator; raises NotYours."""
    _require(
        actor.has("evaluator") and actor.id == review.evaluator, "evaluator penilaian ini", "this review's evaluator"
    )


def proposal_scope(actor: Actor) -> dict[str, Any]:
    """The filter on proposal rows that `actor` may list."""
    if actor.has(*SEES_EVERYTHING):
        return {}
    scopes: list[dict[str, Any]] = []
    if actor.has("institution_officer", "tpi") and actor.institution:
        scopes.append({"summary.institution": actor.institution})
    if actor.has("unit_officer") and actor.unit:
        scopes.append({"summary.unit": actor.unit})
    if actor.has("evaluator"):
        scopes.append({"summary.evaluators": actor.id})
    if not scopes:
        raise _not_yours("akun yang terikat pada unit atau instansi", "an account bound to a unit or institution")
    return scopes[0] if len(scopes) == 1 else {"$or": scopes}


def _bound_to(actor: Actor, unit: str, institution: str) -> bool:
    by_unit = actor.has("unit_officer") and actor.unit == unit
    by_institution = actor.has("institution_officer", "tpi") and actor.institution == institution
    return by_unit or by_institution


def _require(allowed: bool, indonesian: str, english: str) -> None:
    if not allowed:
        raise _not_yours(indonesian, english)


def _not_yours(indonesian: str, english: str) -> NotYours:
    return NotYours(
        (f"Hanya untuk {indonesian}.", f"Only for {english}."),
        remedy=("Masuk dengan akun yang berwenang.", "Sign in with an account that may."),
    )
