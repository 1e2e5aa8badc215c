"""Windows to the second, and what a cycle pins."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.units.domain.cycle import Window, change, require_open
from services.units.errors import WindowClosed
from shared.failures import WrongState
from tests.services.units.samples import NOW, cycle

WINDOW = cycle().windows["proposal"]
INSTANT = timedelta(microseconds=1)


def test_a_window_is_open_from_its_first_instant_until_just_before_its_last() -> None:
    require_open(cycle(), "proposal", WINDOW.opens)
    require_open(cycle(), "proposal", WINDOW.closes - INSTANT)
    for at in (WINDOW.opens - INSTANT, WINDOW.closes):
        with pytest.raises(WindowClosed) as refusal:
            require_open(cycle(), "proposal", at)
        assert refusal.value.members["opens"] == WINDOW.opens.isoformat()
        assert "2026-05-01 07:00 WIB" in refusal.value.said[0]


def test_a_window_that_nobody_set_is_closed() -> None:
    with pytest.raises(WindowClosed, match="not set"):
        require_open(cycle(), "field", NOW)


def test_windows_and_quotas_may_change_while_proposals_come_in() -> None:
    longer = replace(
        cycle(),
        windows={"proposal": Window(WINDOW.opens, WINDOW.closes + timedelta(days=7))},
        quota_per_institution=5,
    )
    assert change(cycle(), longer, NOW) is longer


@pytest.mark.parametrize("pinned", [{"instrument": "lke-2014"}, {"rules": "prerequisites-r90"}])
def test_what_a_cycle_pins_stays_once_its_window_has_opened(pinned: dict[str, str]) -> None:
    other = replace(cycle(), **pinned)  # type: ignore[arg-type]  # names and values are the parameters'
    assert change(cycle(), other, WINDOW.opens - INSTANT) is other
    with pytest.raises(WrongState):
        change(cycle(), other, WINDOW.opens)
