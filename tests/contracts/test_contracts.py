"""The contracts, their golden examples, their producers and their consumers agree."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from marshmallow import fields

from shared.contracts import CONTRACTS, Contract, decode, event_id
from shared.contracts.received import read
from shared.failures import Failure, ZonaError
from shared.messaging.subscribe import Subscription
from shared.settings import SERVICES, Settings

GOLDEN = Path(__file__).parents[2] / "shared/contracts/golden"


def golden(contract: Contract) -> dict[str, Any]:
    return json.loads((GOLDEN / f"{contract.type}.v{contract.version}.json").read_text())


def all_fields(schema: Any, data: Any, place: str = "") -> set[str]:
    """The places of a schema that its example does not show."""
    missing = set()
    for name, field in schema._declared_fields.items():
        here = f"{place}/{name}"
        if name not in data:
            missing.add(here)
        elif isinstance(field, fields.Nested) and data[name] is not None:
            missing |= all_fields(field.schema, data[name], here)
    return missing


def worker_of(service: str) -> Any:
    """The Nameko service class of a service."""
    module = importlib.import_module(f"services.{service}.worker")
    classes = [each for each in vars(module).values() if isinstance(each, type)]
    return next(each for each in classes if getattr(each, "name", "") == service)


def subscriptions(service: str) -> dict[str, set[str]]:
    """Handler → event types, as the worker's decorators say."""
    worker = worker_of(service)
    found: dict[str, set[str]] = {}
    for name in dir(worker):
        for entrypoint in getattr(getattr(worker, name), "nameko_entrypoints", ()):
            if isinstance(entrypoint, Subscription):
                found.setdefault(f"{service}.{name}", set()).update(entrypoint.types)
    return found


def refusal_by(consumer: str, contract: Contract, settings: Settings) -> ZonaError | None:
    """What a consumer with empty rooms says to the golden example; None when it took it."""
    service, handler = consumer.split(".")
    worker = worker_of(service)()
    worker.rooms = importlib.import_module(f"services.{service}.rooms").build(settings)
    worker.rooms.ensure_indexes()
    try:
        getattr(worker, handler)(read(json.dumps(golden(contract))))
    except ZonaError as refusal:
        return refusal
    return None


def test_no_golden_example_stands_without_a_contract() -> None:
    expected = {f"{contract.type}.v{contract.version}.json" for contract in CONTRACTS.values()}
    assert {path.name for path in GOLDEN.glob("*.json")} == expected


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=lambda c: c.type)
class TestGolden:
    def test_is_what_its_contract_says_and_shows_every_field(self, contract: Contract) -> None:
        data = golden(contract)["data"]
        contract.check(data)
        assert all_fields(contract.schema(), data) == set()

    def test_is_a_cloudevent_of_its_producer(self, contract: Contract) -> None:
        event = decode((GOLDEN / f"{contract.type}.v{contract.version}.json").read_text())
        assert event["source"] == f"/zona/{contract.source}"
        assert event["dataschema"] == f"urn:zona:contract:{contract.type}:{contract.version}"
        assert event["id"] == event_id(contract.source, event["subject"], event["sequence"])

    def test_is_still_read_when_a_newer_producer_adds_a_field(self, contract: Contract) -> None:
        event = golden(contract)
        event["data"] = {**event["data"], "added_later": {"anything": 1}}
        assert read(json.dumps(event)).data["added_later"] == {"anything": 1}

    def test_is_understood_by_each_of_its_consumers(self, contract: Contract, settings: Settings) -> None:
        """A handler may find it early or late; it may not stumble over what it says."""
        for consumer in contract.consumers:
            refusal = refusal_by(consumer, contract, settings)
            benign = refusal is None or refusal.failure in {Failure.EARLY, Failure.ALREADY_DONE}
            assert benign or refusal.code == "not_found", f"{consumer}: {refusal}"


@pytest.mark.parametrize("service", SERVICES)
def test_a_workers_subscriptions_are_those_that_the_contracts_give_it(service: str) -> None:
    promised: dict[str, set[str]] = {}
    for contract in CONTRACTS.values():
        for consumer in contract.consumers:
            if consumer.startswith(f"{service}."):
                promised.setdefault(consumer, set()).add(contract.type)
    assert subscriptions(service) == promised


def test_every_event_is_heard_by_somebody() -> None:
    assert [contract.type for contract in CONTRACTS.values() if not contract.consumers] == []
