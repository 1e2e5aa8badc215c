"""Refusals for a person: what happened and what to do, as a page; programs get problem details."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, make_response, render_template, request
from flask_babel import gettext as _
from pymongo.errors import ConnectionFailure
from werkzeug.exceptions import HTTPException

from services.registry.web.language import LANGUAGES, chosen
from services.registry.web.security import secured
from shared.failures import NotFound, ZonaError
from shared.observability import correlation_id, logger
from shared.web import problem_response


def refused(error: ZonaError) -> Response:
    """A refusal of the house as a page, with the faults it names."""
    nth = LANGUAGES.index(chosen())
    faults = [_fault(fault) for fault in error.errors]
    return _page(error.status, error.title[nth], f"{error.said[nth].rstrip('.')}.", error.remedy[nth], faults)


def stray(error: HTTPException) -> Response:
    """Any other refusal of a request."""
    if error.code == 404:
        return _page(
            404,
            _("Halaman ini tidak ada"),
            _("Alamat yang Anda buka tidak dikenal."),
            _("Periksa alamatnya, atau cari penetapan dengan nama unit."),
        )
    return _page(
        error.code or 500, _("Permintaan ini tidak dapat dijawab"), error.description or "", _("Mulai dari beranda.")
    )


def away(error: ConnectionFailure) -> Response:
    """The database does not answer."""
    logger().warning("database_away", error=str(error)[:200])
    response = _page(
        503,
        _("Registri sementara tidak dapat dibuka"),
        _("Data sedang tidak terjangkau. Tidak ada yang hilang."),
        _("Muat ulang halaman ini sebentar lagi."),
    )
    response.headers["Retry-After"] = "5"
    return response


def defect(error: Exception) -> Response:
    """A mistake of the program."""
    logger().error("defect", exc_info=error)
    return _page(
        500,
        _("Terjadi kesalahan pada sistem"),
        _("Kesalahan ini sudah dicatat dengan tanda %(id)s.", id=correlation_id()),
        _("Coba lagi nanti, atau sebutkan tanda itu kepada pengelola."),
    )


def answer_strays(app: Flask) -> None:
    """Answer addresses that nothing stands under: a page for people, a problem for programs."""

    def unknown(error: HTTPException) -> Response:
        if request.path.startswith("/api/"):
            return problem_response(
                NotFound(
                    ("Alamat ini tidak dikenal.", "This address is not known."),
                    remedy=("Lihat /openapi.json.", "See /openapi.json."),
                )
            )
        return secured(stray(error))

    app.register_error_handler(404, unknown)


def _fault(fault: Mapping[str, Any]) -> dict[str, str]:
    return {"name": str(fault.get("parameter", "")), "message": fault["messages"][chosen()]}


def _page(status: int, title: str, said: str, remedy: str, faults: list[dict[str, str]] | None = None) -> Response:
    body = render_template("refusal.html", title=title, said=said, remedy=remedy, faults=faults or [], status=status)
    response = make_response(body, status)
    response.headers["Cache-Control"] = "no-store"
    return response
