"""Indonesian first, English with `?lang=en`: the language is part of the address, never guessed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask import Flask, current_app, request, url_for
from flask_babel import Babel

LANGUAGES = ("id", "en")
TRANSLATIONS = Path(__file__).parent / "translations"
JAKARTA = ZoneInfo("Asia/Jakarta")
HUNDREDTH = Decimal("0.01")
HOUR = {"id": "HH.mm", "en": "HH:mm"}


def speak(app: Flask) -> None:
    """Give the app's templates both languages; the messages' own language is Indonesian."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "id")
    Babel(
        app,
        default_translation_directories=str(TRANSLATIONS),
        default_timezone="Asia/Jakarta",
        locale_selector=chosen,
    )
    app.jinja_env.filters.update(day=day, moment=moment, points=points, plain=plain)
    app.context_processor(_context)


def chosen() -> str:
    """The language of this request's page."""
    asked = request.args.get("lang")
    return asked if asked in LANGUAGES else "id"


def page_url(endpoint: str, **values: Any) -> str:
    """The address of a page in the language of this one; empty values are left out."""
    given: dict[str, Any] = {name: value for name, value in values.items() if value not in (None, "")}
    if chosen() == "en":
        given["lang"] = "en"
    return url_for(endpoint, **given)


def today() -> date:
    """The calendar day in Jakarta."""
    return datetime.now(JAKARTA).date()


def day(value: str | date) -> str:
    """A date as a person writes it, e.g. 9 Desember 2026."""
    known = date.fromisoformat(value) if isinstance(value, str) else value
    return format_date(known, "d MMMM y", locale=chosen())


def moment(value: str | datetime) -> str:
    """A time in Western Indonesian Time, e.g. 9 Desember 2026, 14.05 WIB."""
    known = datetime.fromisoformat(value) if isinstance(value, str) else value
    written = format_datetime(known, f"d MMMM y, {HOUR[chosen()]}", tzinfo=JAKARTA, locale=chosen())
    return f"{written} WIB"


def points(value: str) -> str:
    """A decimal with two places, as the language writes it; rounded here and only here, halves up."""
    rounded = Decimal(value).quantize(HUNDREDTH, ROUND_HALF_UP)
    return format_decimal(rounded, "#,##0.00", locale=chosen())


def plain(value: str | int) -> str:
    """A limit or a count as it stands, without places that say nothing."""
    return format_decimal(Decimal(value), "#,##0.######", locale=chosen())


def _context() -> dict[str, Any]:
    return {
        "language": chosen(),
        "page_url": page_url,
        "absolute": lambda path: current_app.extensions["settings"].base_url.rstrip("/") + path,
    }
