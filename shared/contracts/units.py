"""What units says."""

from __future__ import annotations

from marshmallow import fields, validate

from shared.contracts.schemas import (
    NOTIFY,
    ContractTable,
    Decree,
    Letter,
    Strict,
    UnitCard,
    day,
    moment,
    target,
    text,
)


class InstitutionRegistered(Strict):
    code = text()
    name = text()
    kind = text(validate=validate.OneOf(["ministry", "agency", "province", "regency", "city", "other"]))
    province = fields.String(required=True, allow_none=True)


class AccountRegistered(Strict):
    account = text()
    roles = fields.List(fields.String(), required=True)
    institution = fields.String(required=True, allow_none=True)
    unit = fields.String(required=True, allow_none=True)


class Window(Strict):
    opens = moment()
    closes = moment()


class CycleChanged(Strict):
    cycle = text()
    instrument = text()
    rules = text()
    windows = fields.Dict(keys=fields.String(), values=fields.Nested(Window), required=True)
    quota_per_institution = fields.Integer(required=True, allow_none=True)
    evaluators_per_proposal = fields.Integer(required=True, validate=validate.Range(1, 9))
    max_load = fields.Integer(required=True, validate=validate.Range(1))
    aggregation = text(validate=validate.OneOf(["mean"]))


class UnitDeclared(UnitCard):
    date = day()
    place = text()
    signed = fields.Integer(required=True)
    staff = fields.Integer(required=True)


class DevelopmentStarted(UnitCard):
    started_on = day()


class ProgressReported(UnitCard):
    period = text()


class ProposalSubmitted(UnitCard):
    proposal = text()
    cycle = text()
    target = target()
    worksheet_hash = text()
    submitted_at = moment()
    cover_letter = fields.Nested(Letter, required=True)
    sptjm = fields.Nested(Decree, required=True)
    overrides = fields.List(fields.String(), required=True)


class ProposalWithdrawalRequested(Strict):
    proposal = text()
    unit = text()
    institution = text()
    cycle = text()
    reason = text()


CONTRACTS: ContractTable = {
    "units.institution_registered": (1, InstitutionRegistered, ("registry.learn_institution",)),
    "units.unit_registered": (1, UnitCard, ("evaluation.learn_unit",)),
    "units.account_registered": (1, AccountRegistered, ("notifications.learn_account",)),
    "units.cycle_changed": (1, CycleChanged, ("evaluation.learn_cycle",)),
    "units.unit_declared": (1, UnitDeclared, (NOTIFY,)),
    "units.development_started": (1, DevelopmentStarted, (NOTIFY,)),
    "units.progress_reported": (1, ProgressReported, (NOTIFY,)),
    "units.proposal_submitted": (1, ProposalSubmitted, ("evaluation.receive_proposal", NOTIFY)),
    "units.proposal_withdrawal_requested": (1, ProposalWithdrawalRequested, ("evaluation.withdraw_proposal", NOTIFY)),
}
