"""Bodies and query arguments of the evaluation API: what a stranger may send, and how much of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate

from services.evaluation.domain.review import ReviewState
from services.evaluation.domain.states import ProposalState
from services.evaluation.domain.worksheet import Layer
from shared.web import CommandSchema, PageArguments

LONGEST_CODE = 64
LONGEST_TEXT = 2_000
MOST_ANSWERS = 500
LARGEST_REVISION = 1_000_000
CODE = r"\A[A-Za-z0-9][A-Za-z0-9._:-]*\Z"
ACCOUNT = r"\A[a-z0-9][a-z0-9.-]*\Z"


def code(pattern: str = CODE, longest: int = LONGEST_CODE, **options: Any) -> fields.String:
    """A code of the house: letters, digits, dot, colon, hyphen."""
    checks = [validate.Length(min=1, max=longest), validate.Regexp(pattern, error="Not a valid code.")]
    return fields.String(validate=checks, **options)


def words(*, least: int = 1, longest: int = LONGEST_TEXT, **options: Any) -> fields.String:
    """A text for persons."""
    return fields.String(validate=validate.Length(min=least, max=longest), **options)


class QuestionMap(fields.Field[dict[str, Any]]):
    """An object from question ids; what an answer may be is the instrument's to say."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise ValidationError("Not a valid mapping type.")
        if not 1 <= len(value) <= MOST_ANSWERS:
            raise ValidationError(f"Length must be between 1 and {MOST_ANSWERS}.")
        if any(len(question) > LONGEST_CODE for question in value):
            raise ValidationError(f"Longer than maximum length {LONGEST_CODE}.")
        return dict(value)


class AnswerMap(QuestionMap):
    """Each answer as {value, revision}; every fault at /answers/<question>."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        given = super()._deserialize(value, attr, data, **kwargs)
        faults = {question: fault for question, one in given.items() if (fault := _fault_of(one))}
        if faults:
            raise ValidationError(faults)
        return given


class WorksheetBody(CommandSchema):
    """Which worksheet to begin."""

    unit = code(required=True)
    cycle = code(required=True)


class AnswersBody(CommandSchema):
    """Answers to a worksheet's layer."""

    answers = AnswerMap(required=True)


class ReviewBody(CommandSchema):
    """An evaluator's answers."""

    answers = QuestionMap(required=True)


class EvaluatorBody(CommandSchema):
    """A national evaluator; `id` is the account."""

    id = code(ACCOUNT, required=True)
    institution = code(required=True)
    province = code(longest=8, load_default=None, allow_none=True)
    expertise = fields.List(code(), load_default=list, validate=validate.Length(max=50))
    conflicts = fields.List(code(longest=100), load_default=list, validate=validate.Length(max=200))
    max_load = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1000))


class SurveyBody(CommandSchema):
    """The external survey's result; the indices are decimals as text."""

    ipak = words(longest=30, required=True)
    ipkp = words(longest=30, required=True)
    respondents = fields.Integer(required=True, strict=True, validate=validate.Range(1, 10_000_000))
    surveyor = words(longest=200, required=True)
    fewer_respondents_reason = words(
        least=0,
        load_default="",
        metadata={"description": "Why fewer had to do; public with the score of a designated unit, so name no person."},
    )


class DecisionBody(CommandSchema):
    """The panel's word."""

    decision = fields.String(required=True, validate=validate.OneOf(["approve", "reject"]))
    reason = words(least=3, required=True)


class ScoreArguments(PageArguments):
    """Which layer is scored, for which target."""

    layer = fields.Enum(Layer, by_value=True, load_default=Layer.UNIT)
    target = code(longest=20, required=True)


class CarryOverBody(CommandSchema):
    """From which cycle's worksheet of the same unit to copy."""

    from_cycle = code(required=True)


class ChangesArguments(PageArguments):
    """With which older instrument to compare."""

    since = code(required=True)


class HistoryArguments(PageArguments):
    """A page of one layer's history."""

    layer = fields.Enum(Layer, by_value=True, required=True)


class ProposalArguments(PageArguments):
    """A page of proposals, of one cycle and in one state if they are given."""

    cycle = code(load_default=None)
    state = fields.Enum(ProposalState, by_value=True, load_default=None)


class ReviewArguments(PageArguments):
    """A page of reviews."""

    mine = fields.Boolean(load_default=False)
    state = fields.Enum(ReviewState, by_value=True, load_default=None)


def _fault_of(one: Any) -> dict[str, list[str]] | list[str]:
    if not isinstance(one, Mapping):
        return ["Not a valid mapping type."]
    faults = {name: ["Unknown field."] for name in one if name not in {"value", "revision"}}
    faults |= {name: ["Missing data for required field."] for name in ("value", "revision") if name not in one}
    revision = one.get("revision", 0)
    if not isinstance(revision, int) or isinstance(revision, bool) or not 0 <= revision <= LARGEST_REVISION:
        faults["revision"] = ["Not a valid integer."]
    return faults
