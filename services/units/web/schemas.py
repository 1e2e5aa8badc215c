"""Bodies and query arguments of the API. Unknown fields are refused (shared.web.CommandSchema)."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from services.units.domain.institution import Kind
from services.units.domain.unit import AREAS, UnitState
from services.units.passwords import LONGEST, SHORTEST
from services.units.web.fields import Exact, Line, Moment, Predicate, Text, cycle, target, year
from shared.security import ROLES
from shared.web import CommandSchema, PageArguments

MOST_WINDOWS = 20
MOST_PLANS = 50


class Part(Schema):
    """A part of a body: unknown fields are refused there too."""

    class Meta:
        unknown = RAISE


class SignIn(Part):
    name = fields.String(required=True, validate=validate.Length(min=1, max=100))
    password = fields.String(required=True, load_only=True, validate=validate.Length(min=1, max=LONGEST))


class NewAccount(Part):
    name = fields.String(required=True, validate=validate.Regexp(r"^[a-z0-9][a-z0-9.-]{0,63}$"))
    display_name = Line(200, required=True)
    password = fields.String(required=True, load_only=True, validate=validate.Length(min=SHORTEST, max=LONGEST))
    roles = fields.List(
        fields.String(validate=validate.OneOf(ROLES)), required=True, validate=validate.Length(min=1, max=len(ROLES))
    )
    institution = Line(20, load_default=None, allow_none=True)
    unit = Line(100, load_default=None, allow_none=True)


class ImportArguments(Part):
    kind = fields.String(required=True, validate=validate.OneOf(["institutions", "units"]))
    dry_run = fields.Boolean(load_default=False)


class InstitutionArguments(PageArguments):
    kind = fields.String(load_default=None, validate=validate.OneOf([kind.value for kind in Kind]))
    q = fields.String(load_default=None, validate=validate.Length(max=100))


class UnitArguments(PageArguments):
    institution = fields.String(load_default=None, validate=validate.Length(max=20))
    state = fields.String(load_default=None, validate=validate.OneOf([state.value for state in UnitState]))


class ProposalArguments(PageArguments):
    cycle = cycle()


class PrerequisiteArguments(Part):
    cycle = cycle()
    target = target()


class InstitutionFactsBody(CommandSchema):
    year = year()
    bpk_opinion = Predicate("bpk_opinion", load_default=None, allow_none=True)
    sakip = Predicate("sakip", load_default=None, allow_none=True)
    rb_index = Predicate("rb_index", load_default=None, allow_none=True)
    spip_level = Exact(0, 5, load_default=None, allow_none=True)
    corruption_case = fields.Boolean(load_default=None, allow_none=True, truthy={True}, falsy={False})


class UnitFactsBody(CommandSchema):
    year = year()
    tlhp_percent = Exact(0, 100, load_default=None, allow_none=True)
    lhkpn_percent = Exact(0, 100, load_default=None, allow_none=True)
    lhkan_percent = Exact(0, 100, load_default=None, allow_none=True)
    sakip = Predicate("sakip", load_default=None, allow_none=True)


class NewUnit(Part):
    code = Line(100, required=True)
    name = Line(300, required=True)
    institution = Line(20, required=True)
    parent = Line(100, load_default=None, allow_none=True)
    province = Line(2, required=True)
    field = Line(40, required=True)
    affirmation_service = Line(40, load_default=None, allow_none=True)
    core_service = fields.Boolean(load_default=None, allow_none=True, truthy={True}, falsy={False})
    public_impact = fields.Boolean(load_default=None, allow_none=True, truthy={True}, falsy={False})


class DeclarationBody(CommandSchema):
    date = fields.Date(required=True)
    place = Line(300, required=True)
    signed = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1_000_000))
    staff = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1_000_000))


class Plan(Part):
    """What is planned in each of the six areas; none may be left out or empty."""


def _plans() -> fields.List[Any]:
    return fields.List(Line(500), required=True, validate=validate.Length(min=1, max=MOST_PLANS))


def _percent() -> fields.Integer:
    return fields.Integer(required=True, strict=True, validate=validate.Range(0, 100))


SixPlans = Plan.from_dict({area: _plans() for area in AREAS}, name="SixPlans")
SixPercents = Plan.from_dict({area: _percent() for area in AREAS}, name="SixPercents")


class DevelopmentBody(CommandSchema):
    started_on = fields.Date(required=True)
    plan = fields.Nested(SixPlans, required=True)


class ProgressBody(CommandSchema):
    period = fields.String(required=True, validate=validate.Regexp(r"^20\d\d-Q[1-4]$"))
    areas = fields.Nested(SixPercents, required=True)
    note = Text(2000, load_default="")


class OverrideBody(CommandSchema):
    cycle = cycle()
    target = target()
    rule = Line(60, required=True)
    reason = Line(1000, required=True)


class LetterBody(Part):
    number = Line(100, required=True)
    date = fields.Date(required=True)


class StatementBody(LetterBody):
    signatory_office = Line(200, required=True)


class ProposalBody(CommandSchema):
    cycle = cycle()
    target = target()
    worksheet_hash = fields.String(required=True, validate=validate.Regexp(r"^[A-Za-z0-9:_-]{16,128}$"))
    cover_letter = fields.Nested(LetterBody, required=True)
    sptjm = fields.Nested(StatementBody, required=True)


class WithdrawalBody(CommandSchema):
    proposal = Line(120, required=True)
    reason = Line(1000, required=True)


class WindowBody(Part):
    opens = Moment(required=True)
    closes = Moment(required=True)

    @validates_schema
    def _ends_after_it_begins(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data["opens"] >= data["closes"]:
            raise ValidationError("A window must close after it opens.", "closes")


class CycleBody(CommandSchema):
    cycle = fields.String(load_default=None, validate=validate.Regexp(r"^20\d\d$"))
    instrument = fields.String(required=True, validate=validate.Regexp(r"^[a-z0-9][a-z0-9.-]{0,39}$"))
    rules = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=60))
    windows = fields.Dict(
        keys=fields.String(validate=validate.Regexp(r"^[a-z][a-z_]{0,29}$")),
        values=fields.Nested(WindowBody),
        required=True,
        validate=validate.Length(max=MOST_WINDOWS),
    )
    quota_per_institution = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(0, 100_000)
    )
    evaluators_per_proposal = fields.Integer(load_default=3, strict=True, validate=validate.Range(1, 9))
    max_load = fields.Integer(load_default=30, strict=True, validate=validate.Range(1, 1000))

    @validates_schema
    def _has_a_window_for_proposals(self, data: dict[str, Any], **kwargs: Any) -> None:
        if "proposal" not in data.get("windows", {}):
            raise ValidationError("The window `proposal` is missing.", "windows")
