"""What the evaluation API answers, for its description and so that nothing else leaves the house."""

from __future__ import annotations

from marshmallow import Schema, fields


class Receipt(Schema):
    """A seal: the hash that the proposal names."""

    worksheet_hash = fields.String()
    revision = fields.Integer()
    sealed_at = fields.String()


class WorksheetAnswer(Schema):
    """A worksheet; `layers` are {unit|tpi: {question: {value, revision, by, at}}}."""

    unit = fields.String()
    institution = fields.String()
    cycle = fields.String()
    instrument = fields.String()
    revision = fields.Integer()
    state = fields.String(metadata={"enum": ["open", "sealed"]})
    version = fields.Integer()
    layers = fields.Dict()
    seals = fields.List(fields.Nested(Receipt))


class PreviewGate(Schema):
    """A gate as a draft stands; `missing` is what it still wants: points, for areas percent."""

    gate = fields.String()
    measured = fields.String()
    limit = fields.String()
    passed = fields.Boolean()
    article = fields.String()
    missing = fields.String()


class PreviewStep(Schema):
    """The next better answer to a question (null: none is left) and the points that it alone would bring."""

    question = fields.String()
    subindicator = fields.String()
    area = fields.String(allow_none=True)
    answered = fields.Boolean()
    next = fields.String(allow_none=True)
    points = fields.String()


class PreviewAnswer(Schema):
    """Where a draft stands; `areas` are percents by code."""

    instrument = fields.String()
    target = fields.String()
    total = fields.String()
    passed = fields.Boolean()
    gates = fields.List(fields.Nested(PreviewGate))
    weakest_area = fields.String(allow_none=True)
    areas = fields.Dict(keys=fields.String(), values=fields.String())
    steps = fields.List(fields.Nested(PreviewStep))


class SupersededAnswer(Schema):
    """An answer that another replaced."""

    question = fields.String()
    value = fields.Raw()
    revision = fields.Integer()
    by = fields.String()
    at = fields.String()


class EvaluatorAnswer(Schema):
    """An evaluator with the proposals held."""

    id = fields.String()
    institution = fields.String()
    province = fields.String(allow_none=True)
    expertise = fields.List(fields.String())
    conflicts = fields.List(fields.String())
    held = fields.Integer(attribute="load", data_key="load")
    held_by_cycle = fields.Dict(keys=fields.String(), values=fields.Integer(), attribute="loads", data_key="loads")
    max_load = fields.Integer()
    reservations = fields.List(fields.String())


class ReviewRow(Schema):
    """A review in a list."""

    review = fields.String()
    proposal = fields.String()
    evaluator = fields.String()
    unit = fields.String()
    unit_name = fields.String()
    cycle = fields.String()
    target = fields.String()
    instrument = fields.String()
    state = fields.String()
    opened_at = fields.String()


class ReviewAnswer(ReviewRow):
    """A review with its answers, and on reading with the sealed layers that it judges."""

    version = fields.Integer()
    worksheet_hash = fields.String()
    answers = fields.Dict()
    submitted_at = fields.String(allow_none=True)
    layers = fields.Dict()


class ProposalRow(Schema):
    """A proposal in a list; `evaluators` only for those who may know them."""

    proposal = fields.String()
    unit = fields.String()
    unit_name = fields.String()
    institution = fields.String()
    cycle = fields.String()
    target = fields.String()
    state = fields.String()
    outcome = fields.String(allow_none=True)
    stage = fields.String(allow_none=True)
    evaluators = fields.List(fields.String())
    scored_by = fields.Integer()
    surveyed = fields.Boolean()
    gates = fields.List(fields.Dict())
    submitted_at = fields.String()
    changed_at = fields.String()


class ProposalAnswer(ProposalRow):
    """A proposal with what explains it."""

    version = fields.Integer()
    instrument = fields.String()
    instrument_hash = fields.String()
    worksheet_hash = fields.String()
    bundle_sha256 = fields.String(allow_none=True)
    reason = fields.Dict(allow_none=True)
    screening = fields.Dict(allow_none=True)
    result = fields.Dict(allow_none=True)
    survey = fields.Dict(allow_none=True)
    decision = fields.Dict(allow_none=True)


def page(items: type[Schema]) -> Schema:
    """A page of a list."""
    made = Schema.from_dict(
        {"items": fields.List(fields.Nested(items)), "next": fields.String(allow_none=True)},
        name=f"{items.__name__}Page",
    )
    return made()
