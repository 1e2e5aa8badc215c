"""Whatever bytes come, they are an event of this house or they are undecodable: no worker dies of a message."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts import encode, envelope
from shared.contracts.received import Undecodable, read
from shared.storage import Cause, Event
from tests.integration.moment import NOW

DATA = {"code": "K01", "name": "X", "kind": "ministry", "province": None}
RIGHT = envelope("units", "institution:K01", 1, Event("units.institution_registered", DATA), Cause(NOW, "c"))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
BOUNDS = settings(max_examples=300, derandomize=True, database=None, deadline=None)


@given(st.binary(max_size=200))
@BOUNDS
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(Undecodable):
        read(body)


@given(st.sampled_from([*RIGHT, "traceparent"]), ANYTHING)
@BOUNDS
def test_an_envelope_with_anything_in_one_place_is_read_or_refused(place: str, value: Any) -> None:
    with contextlib.suppress(Undecodable):
        heard = read(json.dumps({**RIGHT, place: value}).encode())
        texts = (heard.id, heard.type, heard.subject, heard.cause.correlation_id, heard.cause.traceparent or "")
        assert all(isinstance(each, str) for each in texts)
        assert heard.sequence >= 1


@pytest.mark.parametrize(
    "place", [{"time": 5}, {"sequence": 0}, {"sequence": True}, {"sequence": 1e999}, {"type": {}}, {"id": None}]
)
def test_a_malformed_place_is_refused_by_its_name(place: dict[str, Any]) -> None:
    with pytest.raises(Undecodable, match=f"{next(iter(place))} is malformed"):
        read(json.dumps({**RIGHT, **place}).encode())


def test_a_body_that_is_nested_without_end_is_refused() -> None:
    with pytest.raises(Undecodable, match="nested"):
        read(b"[" * 100_000)


def test_a_right_one_is_read() -> None:
    assert read(encode(RIGHT)).cause.source == "institution:K01"
