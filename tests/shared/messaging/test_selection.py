"""Which dead letters are meant: pure decisions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.messaging.deadletter import DeadLetter
from shared.messaging.selection import NotASelection, Selection, age_of, event_of, reason_of, short_age

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def letter(**given: object) -> DeadLetter:
    standing = {
        "id": "e1",
        "type": "evaluation.concluded",
        "queue": "registry.draft_designation",
        "reason": "wrong_state: Already decided",
        "attempts": 1,
        "correlation_id": "c1",
        "body": b"",
        "died_at": NOW - timedelta(hours=2),
    }
    return DeadLetter(**{**standing, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("selection", "taken"),
    [
        (Selection(), True),
        (Selection(ids=frozenset({"e1"})), True),
        (Selection(ids=frozenset({"e2"})), False),
        (Selection(events=frozenset({"evaluation.concluded"})), True),
        (Selection(events=frozenset({"units.unit_registered"})), False),
        (Selection(reason="already DECIDED"), True),
        (Selection(reason="poison"), False),
        (Selection(older_than=timedelta(hours=1)), True),
        (Selection(older_than=timedelta(hours=3)), False),
        (Selection(newer_than=timedelta(hours=3)), True),
        (Selection(newer_than=timedelta(hours=1)), False),
        (Selection(older_than=timedelta(hours=1), newer_than=timedelta(hours=3)), True),
        (Selection(reason="decided", older_than=timedelta(hours=3)), False),
    ],
)
def test_a_letter_is_taken_only_when_every_filter_fits(selection: Selection, taken: bool) -> None:
    assert selection.takes(letter(), NOW) is taken


def test_a_letter_whose_death_nobody_wrote_down_fits_no_age() -> None:
    ageless = letter(died_at=None)
    assert Selection().takes(ageless, NOW)
    assert not Selection(older_than=timedelta()).takes(ageless, NOW)
    assert not Selection(newer_than=timedelta(days=999)).takes(ageless, NOW)


def test_a_letter_from_a_clock_that_runs_ahead_is_not_younger_than_nothing() -> None:
    assert letter(died_at=NOW + timedelta(hours=1)).age(NOW) == timedelta()


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("2h", timedelta(hours=2)),
        (" 3d ", timedelta(days=3)),
    ],
)
def test_ages_are_read(text: str, age: timedelta) -> None:
    assert age_of(text) == age


@pytest.mark.parametrize("text", ["", "3", "3w", "-1h", "1.5h", "h", "٣d", "1h30m", "9999999d"])
def test_what_is_no_age_is_refused_with_the_remedy(text: str) -> None:
    with pytest.raises(NotASelection) as refused:
        age_of(text)
    assert "90s" in refused.value.remedy[0]
    assert "90s" in refused.value.remedy[1]


@pytest.mark.parametrize("text", ["", "concluded", "Evaluation.Concluded", "a.b c", "x" * 300])
def test_what_is_no_event_is_refused(text: str) -> None:
    with pytest.raises(NotASelection):
        event_of(text)


@pytest.mark.parametrize("text", ["", "  ", "a\x1b[31mb", "x" * 201])
def test_what_is_no_reason_is_refused_without_being_obeyed(text: str) -> None:
    with pytest.raises(NotASelection) as refused:
        reason_of(text)
    assert "\x1b" not in str(refused.value)


def test_an_age_is_shown_in_a_large_unit() -> None:
    assert [short_age(timedelta(seconds=s)) for s in (0, 119, 120, 7_199, 7_200, 172_800)] == [
        "0s",
        "119s",
        "2m",
        "119m",
        "2h",
        "2d",
    ]
    assert short_age(None) == "?"
