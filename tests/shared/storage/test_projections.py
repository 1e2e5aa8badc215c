"""Projections of somebody else's state: the newest stays, whatever the broker does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo.database import Database

from shared.storage import put_projection

BOUNDS = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@given(st.lists(st.integers(1, 6), min_size=1, max_size=12))
@BOUNDS
def test_any_order_and_any_repetition_end_with_the_newest_state(
    database: Database[dict[str, Any]], deliveries: list[int]
) -> None:
    seen = database["seen"]
    seen.delete_many({})
    newest = 0
    for sequence in deliveries:
        written = put_projection(seen, "x", {"value": sequence}, source="unit:x", sequence=sequence)
        assert written is (sequence > newest)
        newest = max(newest, sequence)
        assert (seen.find_one({"_id": "x"}) or {})["value"] == newest


def test_many_writers_at_once_end_with_the_newest_state(database: Database[dict[str, Any]]) -> None:
    seen = database["seen"]
    order = list(range(1, 61)) * 2
    Random(4).shuffle(order)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: put_projection(seen, "x", {"value": n}, source="unit:x", sequence=n), order))
    assert (seen.find_one({"_id": "x"}) or {})["value"] == 60
