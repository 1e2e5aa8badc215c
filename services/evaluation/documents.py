"""Documents ↔ dataclasses. Question ids and accounts contain dots, so they stand as values and never as keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import fields

from services.evaluation.domain.answers import Answer
from services.evaluation.domain.evaluator import Evaluator, Reservation
from services.evaluation.domain.gates import GateResult
from services.evaluation.domain.known import UnitCard
from services.evaluation.domain.proposal import (
    Decision,
    Outcome,
    Proposal,
    Reason,
    Stage,
    Survey,
)
from services.evaluation.domain.review import Review, ReviewState
from services.evaluation.domain.states import ProposalState
from services.evaluation.domain.verdict import AreaPoints, Verdict
from services.evaluation.domain.worksheet import Answered, Seal, Worksheet
from services.evaluation.evidence_documents import EvidenceField
from shared.storage import Document, FractionField


def _text(**options: Any) -> fields.String:
    return fields.String(required=True, **options)


def _moment(**options: Any) -> fields.AwareDateTime:
    return fields.AwareDateTime(format="iso", **{"required": True, **options})


class TupleOf(fields.List[Any]):
    """A list in the database, a tuple in the dataclass."""

    def _deserialize(self, *args: Any, **kwargs: Any) -> Any:
        return tuple(super()._deserialize(*args, **kwargs))


class LayerField(fields.Field[Mapping[str, Answered]]):
    """A worksheet's layer as a list; by hand, because a page reads two hundred of these answers at once."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[dict[str, Any]]:
        return [
            {
                "question": question,
                "value": _plain(one.value),
                "revision": one.revision,
                "by": one.by,
                "at": _iso(one.at),
            }
            for question, one in value.items()
        ]

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Answered]:
        return {
            one["question"]: Answered(one["value"], one["revision"], one["by"], datetime.fromisoformat(one["at"]))
            for one in value
        }


class AnswersField(fields.Field[Mapping[str, Answer]]):
    """Plain answers as a list."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[dict[str, Any]]:
        return _listed(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Answer]:
        return _by_question(value)


class ReviewsField(fields.Field[Mapping[str, Mapping[str, Answer]]]):
    """Answers by evaluator as a list of lists."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[dict[str, Any]]:
        return [{"evaluator": who, "answers": _listed(given)} for who, given in value.items()]

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, dict[str, Answer]]:
        return {one["evaluator"]: _by_question(one["answers"]) for one in value}


class SealDocument(Document):
    makes = Seal
    worksheet_hash = _text()
    revision = fields.Integer(required=True)
    by = _text()
    at = _moment()


class WorksheetDocument(Document):
    makes = Worksheet
    unit = _text()
    institution = _text()
    cycle = _text()
    instrument = _text()
    revision = fields.Integer(required=True)
    sealed = fields.Boolean(required=True)
    unit_answers = LayerField(required=True)
    tpi_answers = LayerField(required=True)
    seals = TupleOf(fields.Nested(SealDocument), required=True)
    evidence = EvidenceField(load_default=())


class ReservationDocument(Document):
    makes = Reservation
    proposal = _text()
    cycle = _text()
    round = fields.Integer(required=True)
    at = _moment()


class EvaluatorDocument(Document):
    makes = Evaluator
    id = _text()
    institution = _text()
    province = fields.String(required=True, allow_none=True)
    expertise = TupleOf(fields.String(), required=True)
    max_load = fields.Integer(required=True)
    conflicts = TupleOf(fields.String(), required=True)
    reservations = TupleOf(fields.Nested(ReservationDocument), required=True)


class ReviewDocument(Document):
    makes = Review
    proposal = _text()
    evaluator = _text()
    unit = _text()
    unit_name = _text()
    cycle = _text()
    target = _text()
    instrument = _text()
    worksheet_hash = _text()
    opened_at = _moment()
    state = fields.Enum(ReviewState, by_value=True, required=True)
    answers = AnswersField(required=True)
    submitted_at = _moment(allow_none=True)


class UnitCardDocument(Document):
    makes = UnitCard
    unit = _text()
    unit_name = _text()
    institution = _text()
    institution_name = _text()
    institution_kind = _text()
    province = _text()
    field = _text()


class ReasonDocument(Document):
    makes = Reason
    code = _text()
    said = fields.Tuple((fields.String(), fields.String()), required=True)


class AreaPointsDocument(Document):
    makes = AreaPoints
    score = FractionField(required=True)
    percent = FractionField(required=True)


class GateDocument(Document):
    makes = GateResult
    gate = _text()
    measured = FractionField(required=True)
    limit = FractionField(required=True)
    passed = fields.Boolean(required=True)
    article = _text()


class VerdictDocument(Document):
    makes = Verdict
    total = FractionField(required=True)
    pengungkit = FractionField(required=True)
    hasil = FractionField(required=True)
    areas = fields.Dict(keys=fields.String(), values=fields.Nested(AreaPointsDocument), required=True)
    gates = TupleOf(fields.Nested(GateDocument), required=True)


class SurveyDocument(Document):
    makes = Survey
    ipak = FractionField(required=True)
    ipkp = FractionField(required=True)
    respondents = fields.Integer(required=True)
    surveyor = _text()
    recorded_by = _text()
    recorded_at = _moment()
    fewer_respondents_reason = _text()


class DecisionDocument(Document):
    makes = Decision
    approved = fields.Boolean(required=True)
    reason = _text()
    decided_by = _text()
    decided_by_role = _text()
    decided_at = _moment()


class ProposalDocument(Document):
    makes = Proposal
    id = _text()
    card = fields.Nested(UnitCardDocument, required=True)
    cycle = _text()
    target = _text()
    instrument = _text()
    instrument_hash = _text()
    worksheet_hash = _text()
    submitted_at = _moment()
    changed_at = _moment()
    state = fields.Enum(ProposalState, by_value=True, required=True)
    reason = fields.Nested(ReasonDocument, allow_none=True)
    screening = fields.Nested(VerdictDocument, allow_none=True)
    round = fields.Integer(required=True)
    evaluators = TupleOf(fields.String(), required=True)
    reviews = ReviewsField(required=True)
    survey = fields.Nested(SurveyDocument, allow_none=True)
    final = fields.Nested(VerdictDocument, allow_none=True)
    decision = fields.Nested(DecisionDocument, allow_none=True)
    outcome = fields.Enum(Outcome, by_value=True, allow_none=True)
    stage = fields.Enum(Stage, by_value=True, allow_none=True)
    bundle_sha256 = fields.String(allow_none=True, load_default=None)


def _listed(answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
    return [{"question": question, "value": _plain(answer)} for question, answer in answers.items()]


def _by_question(listed: list[dict[str, Any]]) -> dict[str, Answer]:
    return {one["question"]: one["value"] for one in listed}


def _plain(answer: Answer) -> Any:
    return answer if isinstance(answer, str) else dict(answer)


def _iso(at: datetime) -> str:
    return at.isoformat()
