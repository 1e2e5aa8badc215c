"""The shapes of the registry's API."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields

from services.registry.domain.decree import Decree
from shared.web import CommandSchema


class DecreeBody(Schema):
    """A decree as the registrar writes it down."""

    class Meta:
        unknown = RAISE

    number = fields.String(required=True, metadata={"example": "Keputusan Menteri PANRB Nomor 1234 Tahun 2026"})
    date = fields.Date(required=True, metadata={"example": "2026-11-20"})
    signatory_office = fields.String(required=True, metadata={"example": "Menteri PANRB"})


class PublicationBody(CommandSchema):
    """The command that publishes a draft."""

    decree = fields.Nested(DecreeBody, required=True)


class RevocationBody(CommandSchema):
    """The command that ends a designation; the ground becomes public."""

    decree = fields.Nested(DecreeBody, required=True)
    ground = fields.String(required=True)


class DecreeShown(Schema):
    number = fields.String(required=True)
    date = fields.String(required=True)
    signatory_office = fields.String(required=True)


class Entry(Schema):
    """A designation in a list."""

    number = fields.String(required=True)
    status = fields.String(required=True)
    predicate = fields.String(required=True)
    cycle = fields.String(required=True)
    year = fields.Integer(required=True)
    unit = fields.String(required=True)
    unit_name = fields.String(required=True)
    institution = fields.String(required=True)
    institution_name = fields.String(required=True)
    institution_kind = fields.String(required=True)
    province = fields.String(required=True)
    field = fields.String(required=True)
    decree = fields.Nested(DecreeShown, required=True)
    published_at = fields.String(required=True)
    revoked_at = fields.String(required=True, allow_none=True)


class Entries(Schema):
    """A page of designations, the newest publication first."""

    items = fields.List(fields.Nested(Entry), required=True)
    next = fields.String(required=True, allow_none=True)


class RevocationShown(Schema):
    decree = fields.Nested(DecreeShown, required=True)
    ground = fields.String(required=True)
    revoked_at = fields.String(required=True)
    barred_until = fields.String(required=True)
    article = fields.String(required=True)


class AreaShown(Schema):
    score = fields.String(required=True)
    percent = fields.String(required=True)


class Scores(Schema):
    instrument = fields.String(required=True)
    total = fields.String(required=True)
    pengungkit = fields.String(required=True)
    hasil = fields.String(required=True)
    areas = fields.Dict(keys=fields.String(), values=fields.Nested(AreaShown), required=True)


class GateShown(Schema):
    gate = fields.String(required=True)
    measured = fields.String(required=True)
    limit = fields.String(required=True)
    passed = fields.Boolean(required=True)
    article = fields.String(required=True)


class HistoryEntry(Schema):
    event = fields.String(required=True)
    at = fields.String(required=True)
    decree = fields.Nested(DecreeShown, required=True, allow_none=True)


class Record(Entry):
    """A designation with its scores, gates and history."""

    proposal = fields.String(required=True)
    bundle_sha256 = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "SHA-256 of /designations/{number}/bundle.json, from which anyone recomputes the score."
        },
    )
    revocation = fields.Nested(RevocationShown, required=True, allow_none=True)
    scores = fields.Nested(Scores, required=True)
    gates = fields.List(fields.Nested(GateShown), required=True)
    history = fields.List(fields.Nested(HistoryEntry), required=True)


class ProofShown(Schema):
    """Where an entry stands in the public log, and the proof; hashes are base64 (RFC 6962, section 2.1.1)."""

    event = fields.String(required=True)
    index = fields.Integer(required=True)
    leaf = fields.String(required=True)
    leaf_hash = fields.String(required=True)
    tree_size = fields.Integer(required=True)
    inclusion_proof = fields.List(fields.String(), required=True)
    checkpoint = fields.String(required=True)


class ProvenRecord(Record):
    """A designation with the proof of each of its entries in the public log; one that is seconds old has none yet."""

    log = fields.List(fields.Nested(ProofShown), required=True)


class Draft(Schema):
    """A draft as the registrar sees it before the decree."""

    number = fields.String(required=True)
    version = fields.Integer(required=True)
    predicate = fields.String(required=True)
    proposal = fields.String(required=True)
    cycle = fields.String(required=True)
    unit = fields.String(required=True)
    unit_name = fields.String(required=True)
    institution = fields.String(required=True)
    institution_name = fields.String(required=True)
    total = fields.String(required=True)
    concluded_at = fields.String(required=True)


class Drafts(Schema):
    """A page of drafts by number."""

    items = fields.List(fields.Nested(Draft), required=True)
    next = fields.String(required=True, allow_none=True)


class Settled(Schema):
    """What a registrar's command left behind."""

    number = fields.String(required=True)
    state = fields.String(required=True)
    version = fields.Integer(required=True)
    designation = fields.Nested(Record, required=True)


def decree_of(body: dict[str, str]) -> Decree:
    """The decree that a command's body carries."""
    return Decree(**body)  # type: ignore[arg-type]  # the schema has made the date a date
