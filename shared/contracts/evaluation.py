"""What evaluation says."""

from __future__ import annotations

from marshmallow import fields, validate

from shared.contracts.schemas import (
    DECIMAL,
    EXACT,
    NOTIFY,
    SHA256,
    BothLanguages,
    ContractTable,
    ProposalCard,
    Strict,
    UnitCard,
    moment,
    target,
    text,
)


class WorksheetSealed(Strict):
    unit = text()
    institution = text()
    cycle = text()
    instrument = text()
    worksheet_hash = text()
    revision = fields.Integer(required=True)
    sealed_at = moment()


class ProposalReturned(ProposalCard):
    target = target()
    reason = fields.Nested(BothLanguages, required=True)


class ProposalScreened(ProposalCard):
    target = target()


class EvaluatorsAssigned(ProposalCard):
    evaluators = fields.List(fields.String(), required=True)


class ReviewSubmitted(Strict):
    proposal = text()
    review = text()
    evaluator = text()
    answers = fields.Dict(keys=fields.String(), required=True)


class ScoresAggregated(ProposalCard):
    target = target()
    total = text(validate=DECIMAL)
    passed = fields.Boolean(required=True)


class ProposalWithdrawn(ProposalCard):
    evaluators = fields.List(fields.String(), required=True)


class AreaScore(Strict):
    score = text(validate=DECIMAL)
    percent = text(validate=DECIMAL)


class Gate(Strict):
    gate = text()
    measured = text(validate=DECIMAL)
    limit = text(validate=DECIMAL)
    passed = fields.Boolean(required=True)
    article = text()


class PanelDecision(Strict):
    decided_by_role = text()
    reason = text()
    decided_at = moment()


class Concluded(UnitCard):
    """The explained result; points as decimals with six places, `exact` as fractions."""

    proposal = text()
    cycle = text()
    target = target()
    outcome = text(validate=validate.OneOf(["qualified", "failed"]))
    stage = text(validate=validate.OneOf(["screening", "panel"]))
    predicate = fields.String(required=True, allow_none=True)
    instrument = text()
    instrument_hash = text()
    worksheet_hash = text()
    # Not required: conclusions of before bundles say nothing of it.
    bundle_sha256 = fields.String(validate=SHA256, allow_none=True)
    total = text(validate=DECIMAL)
    pengungkit = text(validate=DECIMAL)
    hasil = text(validate=DECIMAL)
    exact = fields.Dict(keys=fields.String(), values=fields.String(validate=EXACT), required=True)
    areas = fields.Dict(keys=fields.String(), values=fields.Nested(AreaScore), required=True)
    gates = fields.List(fields.Nested(Gate), required=True)
    decision = fields.Nested(PanelDecision, required=True, allow_none=True)
    evaluators = fields.List(fields.String(), required=True)
    concluded_at = moment()


class InstrumentAdopted(Strict):
    """An instrument's whole content, said once; `content_hash` is the SHA-256 of the document's canonical JSON."""

    instrument = text()
    version = text()
    content_hash = text(validate=SHA256)
    document = fields.Dict(keys=fields.String(), required=True)


class BundlePublished(Strict):
    """The public bundle of a positive conclusion, the instrument's document left out.

    `bundle_sha256` is the SHA-256 of its canonical JSON with that document in it, as `instrument.document`.
    """

    proposal = text()
    bundle_sha256 = text(validate=SHA256)
    instrument_hash = text(validate=SHA256)
    bundle = fields.Dict(keys=fields.String(), required=True)


CONTRACTS: ContractTable = {
    "evaluation.worksheet_sealed": (1, WorksheetSealed, (NOTIFY,)),
    "evaluation.proposal_returned": (1, ProposalReturned, ("units.take_back_proposal", NOTIFY)),
    "evaluation.proposal_screened": (1, ProposalScreened, ("evaluation.assign_evaluators", NOTIFY)),
    "evaluation.evaluators_assigned": (1, EvaluatorsAssigned, ("evaluation.open_reviews", NOTIFY)),
    "evaluation.review_submitted": (1, ReviewSubmitted, ("evaluation.take_scores",)),
    "evaluation.scores_aggregated": (1, ScoresAggregated, (NOTIFY,)),
    "evaluation.proposal_withdrawn": (
        1,
        ProposalWithdrawn,
        ("units.record_withdrawal", "evaluation.release_evaluators", NOTIFY),
    ),
    "evaluation.instrument_adopted": (1, InstrumentAdopted, ("registry.keep_bundle",)),
    "evaluation.bundle_published": (1, BundlePublished, ("registry.keep_bundle",)),
    "evaluation.concluded": (1, Concluded, ("units.record_outcome", "registry.draft_designation", NOTIFY)),
}
