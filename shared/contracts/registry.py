"""Every event of the house: who says it, in which form, and which queues hear it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError

from shared.contracts import evaluation, registry_events, units
from shared.contracts.schemas import ContractTable

SchemaClass = type[Schema]


class ContractBroken(Exception):
    """An event that is not what its contract says: a fault of the program that says it."""


@dataclass(frozen=True, slots=True)
class Contract:
    """One version of one event. `consumers` are queues, "<service>.<handler>"."""

    type: str
    version: int
    schema: SchemaClass
    consumers: tuple[str, ...]

    @property
    def source(self) -> str:
        return self.type.partition(".")[0]

    def check(self, data: Mapping[str, Any]) -> None:
        """Raises ContractBroken with every fault of `data`."""
        faults = _schema(self.schema).validate(data)
        if faults:
            raise ContractBroken(f"{self.type} version {self.version}: {faults}")

    def read(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """What a consumer takes from `data`: additions of newer producers pass unseen. Raises ValidationError."""
        faults = _serious(_schema(self.schema).validate(data))
        if faults:
            raise ValidationError(faults)
        return dict(data)


@cache
def _schema(schema: SchemaClass) -> Schema:
    return schema()


def _serious(faults: Any) -> Any:
    """The faults without those of fields that a newer producer added."""
    if not isinstance(faults, dict):
        return [said for said in faults if said != "Unknown field."]
    pruned = {field: _serious(said) for field, said in faults.items()}
    return {field: said for field, said in pruned.items() if said}


def _contracts() -> dict[str, Contract]:
    tables: tuple[ContractTable, ...] = (units.CONTRACTS, evaluation.CONTRACTS, registry_events.CONTRACTS)
    return {
        type: Contract(type, version, schema, consumers)
        for table in tables
        for type, (version, schema, consumers) in table.items()
    }


CONTRACTS: Mapping[str, Contract] = _contracts()


def contract_of(type: str) -> Contract:
    """The contract in force; raises ContractBroken for a type that nobody has agreed on."""
    try:
        return CONTRACTS[type]
    except KeyError:
        raise ContractBroken(f"there is no contract for {type}") from None
