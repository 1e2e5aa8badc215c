"""Pencanangan: most of the staff have signed, and it has happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from services.units.domain import lifecycle
from services.units.domain.dates import latest_day, official_day
from services.units.domain.unit import Declaration, Unit, UnitState
from shared.failures import InvalidInput
from tests.services.units.samples import DECLARATION, HALF, NOW, unit


def declare(one: Unit, declaration: Declaration) -> Unit:
    return lifecycle.declare(one, declaration, NOW, signed_more_than=HALF, article="R90 I.II")


@pytest.mark.parametrize(
    ("signed", "staff", "held"), [(21, 42, False), (22, 42, True), (42, 42, True), (43, 42, False)]
)
def test_most_of_the_staff_have_signed_and_not_more_than_all(signed: int, staff: int, held: bool) -> None:
    declaration = replace(DECLARATION, signed=signed, staff=staff)
    if held:
        assert declare(unit(), declaration).declaration == declaration
        return
    with pytest.raises(InvalidInput) as refusal:
        declare(unit(), declaration)
    assert refusal.value.errors[0]["pointer"] == "/signed"
    assert "R90 I.II" in str(refusal.value.errors[0])


def test_today_is_the_latest_day_in_indonesia() -> None:
    at = datetime(2026, 5, 19, 15, 30, tzinfo=UTC)  # 22:30 in Jakarta, 00:30 of the 20th in Jayapura
    assert (official_day(at), latest_day(at)) == (date(2026, 5, 19), date(2026, 5, 20))
    held = lifecycle.declare(
        unit(), replace(DECLARATION, date=date(2026, 5, 20)), at, signed_more_than=HALF, article="-"
    )
    assert held.state is UnitState.DECLARED
    with pytest.raises(InvalidInput, match="not valid"):
        lifecycle.declare(unit(), replace(DECLARATION, date=date(2026, 5, 21)), at, signed_more_than=HALF, article="-")


def test_fractions_of_the_staff_are_exact() -> None:
    third = Fraction(1, 3)
    barely = replace(DECLARATION, signed=34, staff=100)
    assert lifecycle.declare(unit(), barely, NOW, signed_more_than=third, article="-").declaration == barely
    with pytest.raises(InvalidInput):
        lifecycle.declare(unit(), replace(barely, signed=33, staff=99), NOW, signed_more_than=third, article="-")
