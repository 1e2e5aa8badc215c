"""What registry says."""

from __future__ import annotations

from marshmallow import fields

from shared.contracts.schemas import NOTIFY, ContractTable, Decree, UnitCard, day, moment, target, text


class DesignationCard(UnitCard):
    number = text()
    proposal = text()
    cycle = text()
    predicate = target()


class DesignationPublished(DesignationCard):
    decree = fields.Nested(Decree, required=True)
    published_at = moment()


class DesignationRevoked(DesignationCard):
    decree = fields.Nested(Decree, required=True)
    ground = text()
    revoked_at = moment()
    barred_until = day()


CONTRACTS: ContractTable = {
    "registry.designation_drafted": (1, DesignationCard, (NOTIFY,)),
    "registry.designation_published": (1, DesignationPublished, ("units.record_designation", NOTIFY)),
    "registry.designation_revoked": (1, DesignationRevoked, ("units.record_revocation", NOTIFY)),
}
