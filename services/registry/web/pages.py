"""The public site: three pages, rendered by the server, complete without JavaScript."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request
from pymongo.errors import ConnectionFailure
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from services.registry import queries
from services.registry.errors import NotDesignated
from services.registry.web import refusals, words
from services.registry.web.api import cursor_of
from services.registry.web.bundles import commands_for
from services.registry.web.figures import area_chart
from services.registry.web.freshness import conditional
from services.registry.web.language import page_url, today
from services.registry.web.parameters import asked
from services.registry.web.security import secured
from shared.failures import ZonaError
from shared.web import rooms

LATEST = 5
ON_A_PAGE = 20
OTHERS = 10

pages = Blueprint("pages", __name__)
pages.after_request(secured)
pages.register_error_handler(ZonaError, refusals.refused)
pages.register_error_handler(HTTPException, refusals.stray)
pages.register_error_handler(ConnectionFailure, refusals.away)
pages.register_error_handler(Exception, refusals.defect)


@pages.get("/")
def home() -> Response:
    """What the predicates mean, the search box, how many there are, the latest ones."""
    latest = queries.find_designations(rooms(), queries.Wanted(), after=None, limit=LATEST, now=_now())
    return _page("home.html", counts=queries.counts(rooms()), latest=latest.entries)


@pages.get("/designations")
def designations() -> Response:
    """The list: search and facets as plain GET parameters."""
    question = asked(request.args, limit=ON_A_PAGE, also=("lang",))
    wanted = question.wanted
    page = queries.find_designations(rooms(), wanted, after=question.after, limit=question.limit, now=_now())
    return _page(
        "designations.html",
        entries=page.entries,
        kept=_kept(),
        following=cursor_of(page.next),
        wanted=wanted,
        later=question.after is not None,
        institution_name=queries.institution_name(rooms(), wanted.institution) if wanted.institution else None,
    )


@pages.get("/designations/<string:number>")
def designation(number: str) -> AnyResponse:
    """One designation: the answer at the top, then where it comes from."""
    try:
        record = queries.public_record(rooms(), number)
    except NotDesignated:
        return _under_its_own_name(number)
    others = queries.others_of(rooms(), record, limit=OTHERS, now=_now())
    chart, proofs, commands = area_chart(record), rooms().public_log.proofs(number), commands_for(record)
    more = {"chart": chart, "proofs": proofs, "commands": commands, "today": today()}
    return _page("designation.html", record=record, others=others, **more)


def _under_its_own_name(number: str) -> AnyResponse:
    """Numbers are written in capitals; who typed small ones is led there. Raises NotDesignated."""
    if number != number.upper():
        queries.public_record(rooms(), number.upper())
        return redirect(page_url("pages.designation", number=number.upper()), 308)
    raise queries.not_designated(number)


def _kept() -> dict[str, str]:
    """The visitor's question without the place in the list, as links carry it on."""
    return {name: value for name, value in request.args.items() if value and name not in {"cursor", "lang"}}


def _page(template: str, **context: Any) -> Response:
    known = queries.provinces(rooms())
    return conditional(make_response(render_template(template, words=words, provinces=known, **context)))


def _now() -> datetime:
    return datetime.now(UTC)
