"""What a decree must say before it is recorded."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.registry.domain.decree import Decree, checked_decree, checked_ground
from services.registry.errors import InvalidDecree

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
EARLIEST = date(2026, 1, 1)


def codes(decree: Decree, now: datetime = NOW) -> set[tuple[str, str]]:
    """Place and code of every fault."""
    with pytest.raises(InvalidDecree) as refused:
        checked_decree(decree, now=now, not_before=EARLIEST)
    return {(fault["pointer"], fault["code"]) for fault in refused.value.errors}


def test_surplus_white_space_is_taken_out() -> None:
    checked = checked_decree(
        Decree(" Nomor  12\n", date(2026, 11, 20), " Menteri\tPANRB "), now=NOW, not_before=EARLIEST
    )
    assert checked == Decree("Nomor 12", date(2026, 11, 20), "Menteri PANRB")


def test_every_fault_is_named_at_once_in_both_languages() -> None:
    empty = Decree(" ", date(2027, 1, 1), "")
    assert codes(empty) == {
        ("/decree/number", "missing"),
        ("/decree/date", "in_future"),
        ("/decree/signatory_office", "missing"),
    }
    with pytest.raises(InvalidDecree) as refused:
        checked_decree(empty, now=NOW, not_before=EARLIEST)
    assert all(set(fault["messages"]) == {"id", "en"} for fault in refused.value.errors)


@pytest.mark.parametrize(
    ("number", "code"), [("Nomor", "no_digit"), ("1" * 121, "too_long"), ("Nomor 1\u200b\u0007", "unprintable")]
)
def test_a_number_is_short_printable_and_has_a_digit(number: str, code: str) -> None:
    assert codes(Decree(number, date(2026, 11, 20), "Menteri")) == {("/decree/number", code)}


def test_a_decree_may_bear_the_date_that_has_begun_in_the_easternmost_time_zone() -> None:
    late_evening_in_london = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    tomorrow = Decree("Nomor 1", date(2026, 11, 21), "Menteri")
    assert checked_decree(tomorrow, now=late_evening_in_london, not_before=EARLIEST) == tomorrow
    assert codes(tomorrow, datetime(2026, 11, 20, 14, 0, tzinfo=UTC)) == {("/decree/date", "in_future")}


def test_a_decree_before_the_earliest_date_is_refused_and_on_it_taken() -> None:
    assert codes(Decree("Nomor 1", date(2025, 12, 31), "Menteri")) == {("/decree/date", "too_early")}
    assert checked_decree(Decree("Nomor 1", EARLIEST, "Menteri"), now=NOW, not_before=EARLIEST).date == EARLIEST


def test_a_ground_is_tidied_and_may_not_be_empty_or_endless() -> None:
    assert checked_ground(" Pungutan \n liar ") == "Pungutan liar"
    for ground in ("", "x" * 2001):
        with pytest.raises(InvalidDecree):
            checked_ground(ground)
