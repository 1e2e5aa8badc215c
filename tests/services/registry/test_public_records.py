"""What the public sees, field by field, against golden files; and that the rest never shows.

A change of a golden file is a change of a public interface: make it by hand, and say so in the changelog.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.registry.rooms import Rooms
from services.registry.web import schemas
from tests.services.registry.samples import fill

GOLDEN = Path(__file__).parent / "golden"
ADDRESSES = {
    "designation-active.json": "/api/v1/designations/WBK-2026-L3171-RSUD-01",
    "designation-revoked.json": "/api/v1/designations/WBK-2026-L7371-PTSP-01",
    "designations.json": "/api/v1/designations",
}
EVERYWHERE = [
    *ADDRESSES.values(),
    "/",
    "/?lang=en",
    "/designations",
    "/designations?lang=en",
    "/designations/WBK-2026-L3171-RSUD-01",
    "/designations/WBK-2026-L7371-PTSP-01?lang=en",
    "/designations/WBK-2026-K05-KUMHAM-07",
]


def golden(name: str) -> Any:
    return json.loads((GOLDEN / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ADDRESSES)
def test_public_json_is_exactly_the_golden_file(client: FlaskClient, rooms: Rooms, name: str) -> None:
    fill(rooms)
    assert client.get(ADDRESSES[name]).get_json() == golden(name)


@pytest.mark.parametrize(
    ("name", "schema"), [("designation-active.json", schemas.ProvenRecord), ("designations.json", schemas.Entries)]
)
def test_the_described_shape_is_the_golden_files(name: str, schema: type[schemas.Record]) -> None:
    assert schema().validate(golden(name)) == {}
    assert set(schema().fields) == set(golden(name))


@pytest.mark.parametrize("address", EVERYWHERE)
def test_no_public_answer_names_evaluators_the_panels_reason_a_draft_or_a_registrar(
    client: FlaskClient, rooms: Rooms, address: str
) -> None:
    fill(rooms)
    body = client.get(address).get_data(as_text=True)
    for secret in ("RAHASIA", "registrar-1", "Jum’at Agung", "a" * 64, "b" * 64):
        assert secret not in body
