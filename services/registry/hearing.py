"""Reading what other services said; additions of newer producers pass unseen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from services.registry.domain.conclusion import Conclusion, Predicate
from services.registry.errors import BrokenConclusion
from services.registry.store import ResultDocument, UnitCardDocument


class _Concluded(Schema):
    class Meta:
        unknown = EXCLUDE

    proposal = fields.String(required=True)
    cycle = fields.String(required=True)
    outcome = fields.String(required=True)
    predicate = fields.Enum(Predicate, by_value=True, required=True, allow_none=True)


def conclusion_of(data: Mapping[str, Any]) -> Conclusion:
    """The part of `evaluation.concluded` that the registry keeps: no evaluators, no panel's reason.

    Raises BrokenConclusion, which dead-letters the event with its reason.
    """
    try:
        head = _Concluded().load(data)
        return Conclusion(**head, card=UnitCardDocument().load(data), result=ResultDocument().load(data))
    except ValidationError as error:
        raise BrokenConclusion(
            (f"evaluation.concluded tidak terbaca: {error}", f"evaluation.concluded can't be read: {error}"),
            remedy=("Periksa kontrak peristiwanya.", "Check the event's contract."),
        ) from error
