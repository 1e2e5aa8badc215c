"""What a stranger may send, field by field: bounded, trimmed, exact."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from marshmallow import ValidationError, fields, validate

from services.units.domain.dates import Target
from services.units.rules import rule_sets


class Line(fields.String):
    """One line of text without control characters, trimmed; never empty."""

    def __init__(self, longest: int, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(min=1, max=longest), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs)).strip()
        if not text.isprintable():
            raise ValidationError("Control characters are not allowed.")
        return text


class Text(fields.String):
    """Text of several lines, trimmed, without other control characters."""

    def __init__(self, longest: int, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(max=longest), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs)).strip()
        if not all(part.isprintable() for part in text.splitlines()):
            raise ValidationError("Control characters are not allowed.")
        return text


class Exact(fields.Field[Fraction]):
    """An exact number as text ("99.5") or integer, within bounds; never a binary fraction."""

    def __init__(self, lowest: int, highest: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.lowest, self.highest = lowest, highest

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Fraction:
        text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if len(text) > 20 or not text.replace(".", "", 1).isdecimal():
            raise ValidationError('Not an exact number such as "99.5".')
        number = Fraction(text)
        if not self.lowest <= number <= self.highest:
            raise ValidationError(
                f"Must be greater than or equal to {self.lowest} and less than or equal to {self.highest}."
            )
        return number


class Predicate(fields.String):
    """A value of an ordinal scale of the rules, or the number that its bands read."""

    def __init__(self, scale: str, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(max=20), **kwargs)
        self.scale = scale

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs)).strip()
        scales = [rules.scales[self.scale] for rules in rule_sets().values() if self.scale in rules.scales]
        if text in scales[-1].values or (scales[-1].above and 0 <= (_number(text) or -1) <= 200):
            return text
        raise ValidationError(f"Must be one of: {', '.join(scales[-1].values)}.")


class Moment(fields.AwareDateTime):
    """A moment with its zone, kept in UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        return super()._deserialize(value, attr, data, **kwargs).astimezone(UTC)


def cycle() -> fields.String:
    """A cycle's key: its year."""
    return fields.String(required=True, validate=validate.Regexp(r"^20\d\d$"))


def year() -> fields.Integer:
    return fields.Integer(required=True, strict=True, validate=validate.Range(2000, 2099))


def target() -> fields.Enum[Target]:
    return fields.Enum(Target, by_value=True, required=True)


def _number(text: str) -> Fraction | None:
    return Fraction(text) if text.replace(".", "", 1).isdecimal() else None
