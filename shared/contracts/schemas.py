"""Pieces that several contracts share. Field names are the wire's; nothing personal stands in them."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields, validate

ContractTable = dict[str, tuple[int, type[Schema], tuple[str, ...]]]
"""Event type → version, schema, queues that hear it."""

NOTIFY = "notifications.notify"

DECIMAL = validate.Regexp(r"^-?\d+(\.\d+)?$", error="not a decimal number")
EXACT = validate.Regexp(r"^-?\d+/\d+$", error='not an exact number "n/d"')
SHA256 = validate.Regexp(r"^[0-9a-f]{64}$", error="not a SHA-256 in hexadecimal digits")
TARGET = validate.OneOf(["WBK", "WBBM"])


class Strict(Schema):
    """What a producer says is what the contract says: nothing more, nothing else."""

    class Meta:
        unknown = RAISE


def text(**kwargs: object) -> fields.String:
    return fields.String(required=True, **kwargs)  # type: ignore[arg-type]  # passes marshmallow's own options on


def target() -> fields.String:
    return text(validate=TARGET)


def moment() -> fields.AwareDateTime:
    return fields.AwareDateTime(required=True, format="iso")


def day() -> fields.Date:
    return fields.Date(required=True)


class BothLanguages(Strict):
    code = text()
    id = text()
    en = text()


class UnitCard(Strict):
    """A unit as others need to know it."""

    unit = text()
    unit_name = text()
    institution = text()
    institution_name = text()
    institution_kind = text()
    province = text()
    field = text()


class Letter(Strict):
    number = text()
    date = day()


class Decree(Letter):
    """A decree or statement with the office that signed it, never the person."""

    signatory_office = text()


class ProposalCard(Strict):
    """A proposal as others need to know it."""

    proposal = text()
    unit = text()
    unit_name = text()
    institution = text()
    cycle = text()
