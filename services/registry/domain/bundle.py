"""The public bundle of a score: evaluation's words and its instrument, put together to the bytes whose hash was told.

The registry computes nothing with it. It serves a bundle only when its SHA-256 is the one that the conclusion told.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.registry.errors import BrokenBundle


@dataclass(frozen=True, slots=True)
class PublicBundle:
    """The text as it is served, and the SHA-256 (hex) of its UTF-8 bytes."""

    text: str
    sha256: str


def assembled(bundle: Mapping[str, Any], document: Mapping[str, Any], sha256: str) -> PublicBundle:
    """The bundle with its instrument in it, in canonical form (RFC 8785); raises BrokenBundle for another hash."""
    whole = {**bundle, "instrument": {**bundle["instrument"], "document": document}}
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    found = hashlib.sha256(text.encode()).hexdigest()
    if found != sha256:
        raise BrokenBundle(
            (f"Paket nilai ber-hash {found}, yang diumumkan {sha256}.", f"It hashes to {found}, told was {sha256}."),
            remedy=(
                "Perdengarkan lagi: zi fill registry.keep_bundle --execute; bila tetap, periksa evaluation.",
                "Let it be heard again: zi fill registry.keep_bundle --execute; if it stays, look at evaluation.",
            ),
        )
    return PublicBundle(text, sha256)
