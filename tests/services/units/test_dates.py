"""Whole years, to the day."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.units.domain.dates import anniversary, whole_years


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.integers(1, 50))
def test_whole_years_end_on_their_anniversary(day: date, years: int) -> None:
    end = anniversary(day, years)
    assert whole_years(day, end) == years
    assert whole_years(day, date.fromordinal(end.toordinal() - 1)) == years - 1


def test_a_leap_day_ends_its_year_on_the_first_of_march() -> None:
    assert anniversary(date(2024, 2, 29), 1) == date(2025, 3, 1)
    assert whole_years(date(2026, 1, 1), date(2025, 1, 1)) == 0
