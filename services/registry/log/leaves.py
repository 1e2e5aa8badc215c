"""An entry as a leaf of the log: its RFC 8785 canonical JSON."""

from __future__ import annotations

import json
from typing import Any

import rfc8785

from services.registry.domain.designation import Designation
from services.registry.domain.entries import Entry, entries_of
from services.registry.errors import EntryTooLong
from shared.tlog.tiles import LONGEST_ENTRY


def leaf_of(entry: Entry) -> bytes:
    """The bytes that are hashed; raises EntryTooLong above 65,535."""
    leaf = rfc8785.dumps(dict(entry.content))
    if len(leaf) > LONGEST_ENTRY:
        raise EntryTooLong(
            (
                f"{entry.id} mempunyai {len(leaf)} bita dalam log publik; paling banyak {LONGEST_ENTRY}",
                f"{entry.id} would have {len(leaf)} bytes in the public log; it takes {LONGEST_ENTRY}",
            ),
            remedy=("Persingkat teks yang dicatat.", "Shorten the recorded texts."),
        )
    return leaf


def must_fit_the_log(designation: Designation) -> None:
    """Raises EntryTooLong when one of its entries can't be logged; asked before the decision is written."""
    for entry in entries_of(designation):
        leaf_of(entry)


def content_of(leaf: bytes) -> Any:
    """What a leaf says."""
    return json.loads(leaf)
