"""Pages of recorded events: each once, bounded, whatever the clocks said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.database import Database

from shared.storage.indexes import ensure_shared_indexes
from shared.storage.recorded import Stored, count, histories, pages

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def record(nth: int, at: datetime, type: str = "a", subject: str = "", sequence: int = 1) -> dict[str, Any]:
    subject = subject or f"thing:{nth}"
    return {"_id": f"{nth}", "type": type, "subject": subject, "sequence": sequence, "recorded_at": at, "event": {}}


@pytest.fixture
def events(database: Database[dict[str, Any]]) -> Stored:
    ensure_shared_indexes(database)
    return database["events"]


def walked(events: Stored, **how: Any) -> list[list[str]]:
    return [[record["_id"] for record in page.records] for page in pages(events, "a", **how)]


def flat(found: list[list[str]]) -> list[str]:
    return [id for page in found for id in page]


def test_every_record_of_a_type_comes_once_in_bounded_pages(events: Stored) -> None:
    gaps = [timedelta(milliseconds=nth) for nth in range(200)] + [timedelta(days=40 * nth) for nth in range(1, 9)]
    events.insert_many([record(nth, NOW - gap) for nth, gap in enumerate(gaps)])
    events.insert_many([record(1000 + nth, NOW, type="b") for nth in range(50)])
    found = walked(events, size=10)
    assert sorted(flat(found), key=int) == [str(nth) for nth in range(len(gaps))]
    assert max(map(len, found)) <= 40
    assert count(events, "a") == len(gaps)


def test_clocks_that_were_wrong_hide_nothing(events: Stored) -> None:
    events.insert_many([record(1, datetime(1970, 1, 1, tzinfo=UTC)), record(2, datetime(2400, 1, 1, tzinfo=UTC))])
    assert flat(walked(events)) == ["1", "2"]


def test_those_of_one_millisecond_come_together(events: Stored) -> None:
    events.insert_many([record(nth, NOW) for nth in range(100)])
    assert [len(page) for page in walked(events, size=5)] == [100]


def test_who_goes_on_from_the_end_of_a_page_misses_nothing(events: Stored) -> None:
    events.insert_many([record(nth, NOW + timedelta(seconds=nth)) for nth in range(100)])
    first, *rest = list(pages(events, "a", size=5))
    seen = [each["_id"] for page in rest for each in page.records]
    assert seen == flat(walked(events, size=5, since=first.upper))
    assert len(seen) + len(first.records) == 100


def test_a_history_is_in_the_order_of_its_sequence_and_not_of_the_clock(events: Stored) -> None:
    events.insert_many([record(nth, NOW - timedelta(hours=nth), subject="x", sequence=nth) for nth in (3, 1, 2)])
    assert [each["sequence"] for each in histories(events, ["x", "nobody"])["x"]] == [1, 2, 3]
