"""Bodies that are never whole in memory: a view marked with `streams_body` reads its request piece by piece.

Such a view is left out of the repeated commands (`Idempotency-Key`), whose fingerprint needs the whole body: it must be
harmless to repeat by what it does. The house's limit of a body does not hold for it: it counts by itself.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar
from urllib.parse import quote

from flask import Response, current_app, request
from werkzeug.exceptions import ClientDisconnected

View = TypeVar("View", bound=Callable[..., Any])
PIECE = 64 * 1024
MOST_DISCARDED = 64 * 1024 * 1024


def streams_body(view: View) -> View:
    """Mark a view that reads its body from `body_pieces` alone."""
    view.__dict__["streams_body"] = True
    return view


def is_streamed() -> bool:
    """True when this request goes to a marked view."""
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "streams_body", False))


def body_pieces() -> Iterator[bytes]:
    """The body as it comes; ends early when the client goes away, so the reader must know what it waits for."""
    request.max_content_length = sys.maxsize  # None would be the application's own limit
    try:
        while piece := request.stream.read(PIECE):
            yield piece
    except (ClientDisconnected, OSError):
        return


def discard_body() -> None:
    """Read the rest of a body that was refused, within bounds: many clients hear an answer only when they have sent."""
    if (request.content_length or 0) > MOST_DISCARDED:
        return
    left = MOST_DISCARDED
    for piece in body_pieces():
        left -= len(piece)
        if left < 0:
            return


def attachment(pieces: Iterable[bytes], *, name: str, size: int, media_type: str) -> Response:
    """A file to be saved and never shown: attachment (RFC 6266, with a plain name for old programs), nosniff, no-store.

    `pieces` are closed at the end if they can be.
    """
    response = Response(pieces, content_type=media_type)
    response.content_length = size
    names = {"filename": name}
    if not name.isascii():
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        plain = f"file{plain}" if plain.startswith(".") else plain or "file"
        names = {"filename": plain, "filename*": f"UTF-8''{quote(name, safe='!#$&+-.^_`|~')}"}
    response.headers.set("Content-Disposition", "attachment", **names)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
