"""Documents of the database ↔ dataclasses of the domain."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from services.units.domain.account import Account
from services.units.domain.cycle import Cycle, Window
from services.units.domain.dates import Target
from services.units.domain.institution import Institution, InstitutionFacts, Kind, Reservation
from services.units.domain.unit import (
    Declaration,
    Designation,
    Development,
    Filing,
    Letter,
    Override,
    Progress,
    Proposal,
    ProposalState,
    Statement,
    Unit,
    UnitFacts,
    UnitState,
)
from shared.storage import Document, FractionField


class Tuple(fields.List[Any]):
    """A list of the database as the tuple that a frozen dataclass holds."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return tuple(super()._deserialize(value, attr, data, **kwargs))


def moment() -> fields.AwareDateTime:
    return fields.AwareDateTime(format="iso")


def optional_text() -> fields.String:
    return fields.String(allow_none=True)


class ReservationDocument(Document):
    makes = Reservation
    cycle = fields.String()
    proposal = fields.String()
    unit = fields.String()
    at = moment()
    settled = fields.Boolean()


class InstitutionFactsDocument(Document):
    makes = InstitutionFacts
    bpk_opinion = optional_text()
    sakip = optional_text()
    rb_index = optional_text()
    spip_level = FractionField(allow_none=True)
    corruption_case = fields.Boolean(allow_none=True)


class InstitutionDocument(Document):
    makes = Institution
    code = fields.String()
    name = fields.String()
    kind = fields.Enum(Kind, by_value=True)
    province = optional_text()
    facts = fields.Dict(keys=fields.String(), values=fields.Nested(InstitutionFactsDocument))
    reservations = Tuple(fields.Nested(ReservationDocument))


class DeclarationDocument(Document):
    makes = Declaration
    date = fields.Date()
    place = fields.String()
    signed = fields.Integer()
    staff = fields.Integer()


class DevelopmentDocument(Document):
    makes = Development
    started_on = fields.Date()
    plan = fields.Dict(keys=fields.String(), values=Tuple(fields.String()))


class ProgressDocument(Document):
    makes = Progress
    period = fields.String()
    areas = fields.Dict(keys=fields.String(), values=fields.Integer())
    note = fields.String()
    reported_at = moment()


class UnitFactsDocument(Document):
    makes = UnitFacts
    tlhp_percent = FractionField(allow_none=True)
    lhkpn_percent = FractionField(allow_none=True)
    lhkan_percent = FractionField(allow_none=True)
    sakip = optional_text()


class OverrideDocument(Document):
    makes = Override
    cycle = fields.String()
    target = fields.Enum(Target, by_value=True)
    rule = fields.String()
    reason = fields.String()
    officer = fields.String()
    at = moment()


class LetterDocument(Document):
    makes = Letter
    number = fields.String()
    date = fields.Date()


class StatementDocument(Document):
    makes = Statement
    number = fields.String()
    date = fields.Date()
    signatory_office = fields.String()


class FilingDocument(Document):
    makes = Filing
    cycle = fields.String()
    target = fields.Enum(Target, by_value=True)
    worksheet_hash = fields.String()
    cover_letter = fields.Nested(LetterDocument)
    sptjm = fields.Nested(StatementDocument)


class ProposalDocument(Document):
    makes = Proposal
    id = fields.String()
    filing = fields.Nested(FilingDocument)
    state = fields.Enum(ProposalState, by_value=True)
    submitted_at = moment()
    overrides = Tuple(fields.String())
    reason = optional_text()


class DesignationDocument(Document):
    makes = Designation
    number = fields.String()
    predicate = fields.Enum(Target, by_value=True)
    cycle = fields.String()
    proposal = fields.String()
    sequence = fields.Integer()
    revoked = fields.Boolean()
    barred_until = fields.Date(allow_none=True)


class UnitDocument(Document):
    makes = Unit
    code = fields.String()
    name = fields.String()
    institution = fields.String()
    institution_name = fields.String()
    institution_kind = fields.String()
    parent = optional_text()
    province = fields.String()
    field = fields.String()
    affirmation_service = optional_text()
    core_service = fields.Boolean(allow_none=True)
    public_impact = fields.Boolean(allow_none=True)
    state = fields.Enum(UnitState, by_value=True)
    declaration = fields.Nested(DeclarationDocument, allow_none=True)
    development = fields.Nested(DevelopmentDocument, allow_none=True)
    progress = Tuple(fields.Nested(ProgressDocument))
    facts = fields.Dict(keys=fields.String(), values=fields.Nested(UnitFactsDocument))
    overrides = Tuple(fields.Nested(OverrideDocument))
    proposals = Tuple(fields.Nested(ProposalDocument))
    designations = Tuple(fields.Nested(DesignationDocument))


class WindowDocument(Document):
    makes = Window
    opens = moment()
    closes = moment()


class CycleDocument(Document):
    makes = Cycle
    cycle = fields.String()
    instrument = fields.String()
    rules = fields.String()
    windows = fields.Dict(keys=fields.String(), values=fields.Nested(WindowDocument))
    quota_per_institution = fields.Integer(allow_none=True)
    evaluators_per_proposal = fields.Integer()
    max_load = fields.Integer()
    aggregation = fields.String()


class AccountDocument(Document):
    makes = Account
    id = fields.String()
    display_name = fields.String()
    password_hash = fields.String()
    roles = Tuple(fields.String())
    institution = optional_text()
    unit = optional_text()
