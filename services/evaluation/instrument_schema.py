"""The shape of an instrument file. Loading gives plain dicts with exact fractions; every misfit is named.

What one entry must have is said here; how entries must agree with each other is in `instrument_checks`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length, OneOf, Regexp

from services.evaluation.domain.instrument import Measure, ScaleKind

DECIMAL = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,9})?", re.ASCII)
FORMULA = re.compile(r"(?:\((?P<sum>\w+(?: [+-] \w+)*)\)|(?P<one>\w+)) / (?P<denominator>\w+)", re.ASCII)

NOT_DECIMAL = "Must be a decimal as text, such as '0.67': a YAML number is read as a binary float."
NOT_FORMULA = "Must read 'a / b' or '(a + b - c) / d' with the names of inputs."
INDONESIAN = {
    NOT_DECIMAL: "Harus desimal sebagai teks, misalnya '0.67': angka YAML dibaca sebagai float biner.",
    NOT_FORMULA: "Harus berbentuk 'a / b' atau '(a + b - c) / d' dengan nama isian.",
    "Missing data for required field.": "Wajib ada.",
    "Unknown field.": "Kunci ini tidak dikenal.",
    "Not a valid string.": "Harus teks.",
    "Not a valid list.": "Harus daftar.",
    "Not a valid mapping type.": "Harus pasangan kunci dan nilai.",
    "Not a valid boolean.": "Harus true atau false.",
    "Invalid input type.": "Harus pasangan kunci dan nilai.",
    "Field may not be null.": "Tidak boleh kosong.",
    "Shorter than minimum length 1.": "Tidak boleh kosong.",
}
"""The messages of the schemas below in Indonesian."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A ratio's formula as written, and its terms."""

    text: str
    plus: tuple[str, ...]
    minus: tuple[str, ...]
    denominator: str


class ExactDecimal(fields.Field[Fraction]):
    """A decimal as text, read without loss."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Fraction:
        if not isinstance(value, str) or DECIMAL.fullmatch(value) is None:
            raise ValidationError(NOT_DECIMAL)
        return Fraction(value)


class FormulaField(fields.Field[Formula]):
    """A ratio of sums of inputs."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Formula:
        found = FORMULA.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            raise ValidationError(NOT_FORMULA)
        words = ["+", *(found["sum"] or found["one"]).split(" ")]
        terms = list(zip(words[::2], words[1::2], strict=True))
        plus = tuple(name for sign, name in terms if sign == "+")
        minus = tuple(name for sign, name in terms if sign == "-")
        return Formula(value, plus, minus, found["denominator"])


class Keyed(fields.Dict):
    """A mapping whose faults stand under their keys, without marshmallow's "key" and "value" in between."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return super()._deserialize(value, *args, **kwargs)  # type: ignore[no-untyped-call] # marshmallow's own
        except ValidationError as error:
            if not isinstance(error.messages, dict):
                raise
            faults = {key: found.get("value", found.get("key")) for key, found in error.messages.items()}
            raise ValidationError(faults) from error


def _text() -> fields.String:
    return fields.String(required=True, validate=Length(min=1))


def _decimal() -> ExactDecimal:
    return ExactDecimal(required=True)


def _list(schema: type[Schema], *, required: bool = True) -> fields.List[Any]:
    return fields.List(fields.Nested(schema), required=required, validate=Length(min=1))


class ScaleSchema(Schema):
    kind = fields.String(required=True, validate=OneOf([kind.value for kind in ScaleKind]))
    values = Keyed(keys=fields.String(), values=ExactDecimal(), load_default=dict)
    maximum = ExactDecimal(load_default=None)


class GateSchema(Schema):
    gate = _text()
    measures = fields.String(required=True, validate=OneOf([measure.value for measure in Measure]))
    of = fields.String(load_default="")
    limit = _decimal()
    index = ExactDecimal(load_default=None)
    article = _text()


class InputSchema(Schema):
    key = fields.String(required=True, validate=Regexp(r"^[a-z0-9_]+$"))
    label = _text()
    gloss = _text()
    sum_of = fields.List(fields.String(), load_default=list)
    informational = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class ZeroSchema(Schema):
    value = _decimal()
    value_if_numerator_zero = ExactDecimal(load_default=None)
    status = fields.String(required=True, validate=OneOf(["guess", "practice", "sourced"]))
    source = _text()


class RatioSchema(Schema):
    formula = FormulaField(required=True)
    inputs = _list(InputSchema)
    clamp = fields.List(ExactDecimal(), required=True, validate=Length(equal=2))
    zero_denominator = fields.Nested(ZeroSchema, required=True)


class QuestionSchema(Schema):
    id = _text()
    text = fields.String(load_default="")
    gloss = fields.String(load_default="")
    scale = _text()
    options = Keyed(keys=fields.String(), values=fields.String(), load_default=None)
    ratio = fields.Nested(RatioSchema, load_default=None)
    survey = fields.String(load_default=None)
    note = fields.String(load_default="")


class NamedSchema(Schema):
    """What every level of the sheet has."""

    code = _text()
    name = _text()
    gloss = _text()
    weight = _decimal()


class SubIndicatorSchema(NamedSchema):
    questions = _list(QuestionSchema)


class AreaSchema(NamedSchema):
    subindicators = _list(SubIndicatorSchema)


class ItemSchema(Schema):
    weight = _decimal()
    question = fields.Nested(QuestionSchema, required=True)


class AspectSchema(NamedSchema):
    areas = _list(AreaSchema, required=False)
    items = _list(ItemSchema, required=False)


class ComponentSchema(NamedSchema):
    aspects = _list(AspectSchema)


class KawasanSchema(Schema):
    """Limits of an area of several units (kawasan); kept as data, not scored."""

    article = _text()
    measures = _text()
    limits = Keyed(keys=fields.String(), values=ExactDecimal(), required=True)


class InstrumentSchema(Schema):
    id = _text()
    version = _text()
    name = _text()
    gloss = _text()
    effective_from = _text()
    legal_basis = _text()
    provenance = Keyed(keys=fields.String(), values=fields.String(), required=True)
    scales = Keyed(keys=fields.String(), values=fields.Nested(ScaleSchema), required=True)
    thresholds = Keyed(keys=fields.String(), values=_list(GateSchema), required=True)
    kawasan = fields.Nested(KawasanSchema, load_default=None)
    components = _list(ComponentSchema)
