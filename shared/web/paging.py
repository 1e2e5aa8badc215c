"""Lists in pages: an opaque cursor, at most 200 items."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any

from marshmallow import Schema, fields, validate

from shared.failures import InvalidInput

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 200


class PageArguments(Schema):
    """Query arguments of a list."""

    limit = fields.Integer(load_default=DEFAULT_LIMIT, validate=validate.Range(1, LARGEST_LIMIT))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


def after_of(cursor: str | None) -> str | None:
    """The sort value behind a cursor; raises InvalidInput for one that this API never gave."""
    if not cursor:
        return None
    try:
        return base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, UnicodeEncodeError, ValueError) as error:
        raise InvalidInput(
            ("Kursor halaman tidak dikenal.", "The page cursor is not known."),
            remedy=("Mulai lagi tanpa kursor.", "Start again without a cursor."),
        ) from error


def page_of(items: Sequence[Any], limit: int, key: Callable[[Any], str]) -> dict[str, Any]:
    """`items` (one more than `limit` was asked for) as an answer; `next` is null on the last page."""
    shown = list(items[:limit])
    more = len(items) > limit
    return {"items": shown, "next": base64.urlsafe_b64encode(key(shown[-1]).encode()).decode() if more else None}
