"""The form of a rule file: what may stand in it, and where."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

from services.units.domain.dates import Target
from services.units.domain.prerequisites import Comparison

GROUPS = ("national", "local")
TARGETS = tuple(target.value for target in Target)


class Strict(Schema):
    """What a rule file says is what is read: a name that is not known is a fault."""

    class Meta:
        unknown = RAISE


class Both(Strict):
    id = fields.String(required=True)
    en = fields.String(required=True)


class InForce(Strict):
    since = fields.Date(required=True, data_key="from")
    until = fields.Date(required=True, allow_none=True)


class ScaleData(Strict):
    values = fields.List(fields.String(), required=True, validate=validate.Length(min=2))
    above = fields.Dict(keys=fields.String(), values=fields.String())


class DeclarationData(Strict):
    signed_more_than = fields.String(required=True)
    article = fields.String(required=True)


class AffirmationData(Strict):
    article = fields.String(required=True)
    groups = fields.List(fields.String(validate=validate.OneOf(GROUPS)), required=True)
    targets = fields.List(fields.String(validate=validate.OneOf(TARGETS)), required=True)
    covers = fields.List(fields.String(), required=True)
    services = fields.Dict(keys=fields.String(), values=fields.Nested(Both), required=True)


class ByTarget(Strict):
    WBK = fields.String(required=True, allow_none=True)
    WBBM = fields.String(required=True, allow_none=True)


class ByGroup(Strict):
    national = fields.Nested(ByTarget, required=True)
    local = fields.Nested(ByTarget, required=True)


class RuleData(Strict):
    id = fields.String(required=True)
    about = fields.String(required=True, validate=validate.OneOf(["institution", "unit"]))
    fact = fields.String(required=True)
    test = fields.Enum(Comparison, by_value=True, required=True)
    scale = fields.String(load_default=None)
    article = fields.String(required=True)
    text = fields.Nested(Both, required=True)
    required = fields.Nested(ByGroup, required=True)
    enabled = fields.Boolean(load_default=True)
    overridable = fields.Boolean(load_default=True)


class RuleFile(Strict):
    id = fields.String(required=True)
    title = fields.Nested(Both, required=True)
    in_force = fields.Nested(InForce, required=True)
    facts_count_for_years = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    scales = fields.Dict(keys=fields.String(), values=fields.Nested(ScaleData), required=True)
    declaration = fields.Nested(DeclarationData, required=True)
    affirmation = fields.Nested(AffirmationData, required=True, allow_none=True)
    rules = fields.List(fields.Nested(RuleData), required=True, validate=validate.Length(min=1))
