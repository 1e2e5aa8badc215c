"""Documents ↔ frozen dataclasses, by marshmallow schemas."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load


class FractionField(fields.Field[Fraction]):
    """An exact number, stored as "n/d"."""

    def _serialize(self, value: Fraction | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else f"{value.numerator}/{value.denominator}"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Fraction:
        try:
            return Fraction(str(value))
        except (ValueError, ZeroDivisionError) as error:
            raise ValidationError("not an exact number, such as 3/4") from error


class Document(Schema):
    """A schema that builds the dataclass named by `makes`; fields it doesn't know are left in the database.

    An older process can so read what a newer one wrote (expand, migrate, contract).
    """

    makes: ClassVar[type]

    class Meta:
        unknown = EXCLUDE

    @post_load
    def _make(self, data: dict[str, Any], **kwargs: Any) -> Any:
        return self.makes(**data)
