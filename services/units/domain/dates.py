"""Days and whole years, as Indonesia counts them."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from enum import Enum

WIB = timezone(timedelta(hours=7), "WIB")
WIT = timezone(timedelta(hours=9), "WIT")


class Target(Enum):
    """What a unit is proposed for."""

    WBK = "WBK"
    WBBM = "WBBM"


def official_day(at: datetime) -> date:
    """The day of Western Indonesia Time, in which the ministry counts periods."""
    return at.astimezone(WIB).date()


def latest_day(at: datetime) -> date:
    """The latest day that it already is somewhere in Indonesia: nothing dated after it has happened."""
    return at.astimezone(WIT).date()


def anniversary(day: date, years: int) -> date:
    """The day on which `years` whole years since `day` are over; 29 February ends on 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def whole_years(since: date, until: date) -> int:
    """How many whole years have passed; 0 when `since` lies after `until`."""
    years = max(until.year - since.year, 0)
    while years and anniversary(since, years) > until:
        years -= 1
    return years
