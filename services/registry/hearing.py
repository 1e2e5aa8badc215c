"""Reading what other services said; additions of newer producers pass unseen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from services.registry.domain.conclusion import Conclusion, Predicate
from services.registry.errors import BrokenConclusion
from services.registry.store import ResultDocument, UnitCardDocument

CONCLUDED = "evaluation.concluded"
INSTITUTION_REGISTERED = "units.institution_registered"
BUNDLE_PUBLISHED = "evaluation.bundle_published"
INSTRUMENT_ADOPTED = "evaluation.instrument_adopted"


class _Concluded(Schema):
    class Meta:
        unknown = EXCLUDE

    proposal = fields.String(required=True)
    cycle = fields.String(required=True)
    outcome = fields.String(required=True)
    predicate = fields.Enum(Predicate, by_value=True, required=True, allow_none=True)


_HEAD, _CARD, _RESULT = _Concluded(), UnitCardDocument(), ResultDocument()
_TAKEN_IN = {
    CONCLUDED: frozenset({*_HEAD.fields, *_CARD.fields, *_RESULT.fields}),
    INSTITUTION_REGISTERED: frozenset({"code", "name", "kind", "province"}),
    BUNDLE_PUBLISHED: frozenset({"proposal", "bundle_sha256", "instrument_hash", "bundle"}),
    INSTRUMENT_ADOPTED: frozenset({"instrument", "version", "content_hash", "document"}),
}


def taken_in(type: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an event's data that the registry takes in: of a conclusion no evaluators, no panel's reason."""
    return {name: value for name, value in data.items() if name in _TAKEN_IN[type]}


def conclusion_of(data: Mapping[str, Any]) -> Conclusion:
    """The part of `evaluation.concluded` that the registry keeps: no evaluators, no panel's reason.

    Raises BrokenConclusion, which dead-letters the event with its reason.
    """
    try:
        return Conclusion(**_HEAD.load(data), card=_CARD.load(data), result=_RESULT.load(data))
    except ValidationError as error:
        raise BrokenConclusion(
            (f"evaluation.concluded tidak terbaca: {error}", f"evaluation.concluded can't be read: {error}"),
            remedy=("Periksa kontrak peristiwanya.", "Check the event's contract."),
        ) from error


def institution_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """The part of `units.institution_registered` that the registry keeps."""
    return {name: data[name] for name in ("code", "name", "kind", "province")}
