"""The order of a source, kept by a watermark and not by memory."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.failures import AlreadyHeard, Early
from shared.storage import Cause
from shared.storage.following import Followed, follow
from tests.integration.moment import NOW


def told(source: str, sequence: int) -> Cause:
    return Cause(NOW, "c", event_id=f"{source}/{sequence}", source=source, sequence=sequence)


def test_the_next_event_has_its_effect() -> None:
    assert follow("a", {"s": 4, "t": 1}, told("s", 5)) == {"s": 5, "t": 1}


def test_an_event_behind_a_gap_is_early_and_names_what_is_waited_for() -> None:
    with pytest.raises(Early, match="waits for event 5 of s; this is number 7"):
        follow("a", {"s": 4}, told("s", 7))


@pytest.mark.parametrize("sequence", [1, 4])
def test_an_event_at_or_below_the_watermark_had_its_effect(sequence: int) -> None:
    with pytest.raises(AlreadyHeard):
        follow("a", {"s": 4}, told("s", sequence))


def test_what_is_no_heard_event_has_no_place_in_an_order() -> None:
    with pytest.raises(ValueError, match="heard"):
        follow("a", {}, Cause(NOW, "c", command_id="k"))


DELIVERIES = st.lists(st.tuples(st.sampled_from("st"), st.integers(1, 5)), max_size=60)


@given(DELIVERIES)
@settings(max_examples=300, derandomize=True, database=None, deadline=None)
def test_whatever_is_delivered_effects_are_gapless_and_what_is_remembered_stays_small(
    deliveries: list[tuple[str, int]],
) -> None:
    followed: Followed = {}
    effects: dict[str, list[int]] = {"s": [], "t": []}
    for source, sequence in deliveries:
        try:
            followed = follow("a", followed, told(source, sequence))
        except (Early, AlreadyHeard):
            continue
        effects[source].append(sequence)
    for source, had in effects.items():
        assert had == list(range(1, len(had) + 1))
        assert followed.get(source, 0) == len(had)
    assert len(followed) <= len(effects)
