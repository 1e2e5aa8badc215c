"""What is sent and answered about evidence."""

from __future__ import annotations

import unicodedata
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.evaluation.web.schemas import LONGEST_CODE, code
from shared.web import CommandSchema

LONGEST_NAME = 150
MOST_QUESTIONS = 200
SHA256 = r"\A[0-9a-f]{64}\Z"
SEPARATORS = frozenset("/\\:")


def _file_name(name: str) -> None:
    """A plain name: no path, nothing that does not print or that turns the direction of the text around."""
    odd = any(letter in SEPARATORS or unicodedata.category(letter)[0] == "C" for letter in name)
    if odd or name != name.strip() or name.startswith("."):
        raise ValidationError("Not a plain file name.")


def _questions(**options: Any) -> fields.List:
    return fields.List(code(longest=LONGEST_CODE), validate=validate.Length(max=MOST_QUESTIONS), **options)


class UploadArguments(Schema):
    """What a file is called and what it proves; the body is the file itself."""

    name = fields.String(required=True, validate=[validate.Length(min=1, max=LONGEST_NAME), _file_name])
    question = _questions(load_default=list, metadata={"description": "A question that it proves; may be repeated."})
    replaces = code(load_default=None, metadata={"description": "The evidence of which this is the next version."})


class ProofBody(CommandSchema):
    """The questions that evidence stands for from now on."""

    questions = _questions(required=True)


class EvidenceFile(Schema):
    """A file that was handed in."""

    sha256 = fields.String()
    name = fields.String()
    size = fields.Integer()
    kind = fields.String()
    by = fields.String()
    at = fields.String()


class EvidenceAnswer(EvidenceFile):
    """Evidence: its current file, and every version, newest last."""

    id = fields.String()
    questions = fields.List(fields.String())
    state = fields.String(metadata={"enum": ["accepted", "quarantined", "infected"]})
    versions = fields.List(fields.Nested(EvidenceFile))


class TakenAnswer(EvidenceAnswer):
    """Evidence as it was taken, with the worksheet's version."""

    version = fields.Integer()


class EvidenceList(Schema):
    """A worksheet's evidence; `largest` is the most bytes by kind, the kinds that are taken."""

    version = fields.Integer()
    items = fields.List(fields.Nested(EvidenceAnswer))
    bytes = fields.Integer()
    quota = fields.Integer()
    most_files = fields.Integer()
    largest = fields.Dict(keys=fields.String(), values=fields.Integer())


class SealedEvidence(Schema):
    """Evidence as a seal names it; `version` counts the files handed in for it."""

    id = fields.String()
    questions = fields.List(fields.String())
    sha256 = fields.String()
    name = fields.String()
    size = fields.Integer()
    kind = fields.String()
    version = fields.Integer()
    state = fields.String()
    at = fields.String()


class SealedEvidenceList(Schema):
    """The evidence that a review judges."""

    items = fields.List(fields.Nested(SealedEvidence))
