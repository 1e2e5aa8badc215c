"""Proof that a fault happened: facts that were seen, and those that were demanded and not seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_ESTABLISHED = "01"


@dataclass
class Proof:
    """Facts by name; `missing` says in words what was demanded and not seen: then nothing was tested."""

    facts: dict[str, Any] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def saw(self, **facts: Any) -> None:
        self.facts |= facts

    def demand(self, seen: Any, what: str) -> None:
        """`what` must have been seen."""
        if not seen:
            self.missing.append(what)


def connections_to(uri: str) -> set[tuple[str, int]]:
    """The client ends of all connections of this machine to the server at `uri`, from /proc/net/tcp."""
    port = urlsplit(uri.partition("/?")[0]).port
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ends = [(row[1], row[2].rpartition(":")[2]) for row in rows if row[3] == _ESTABLISHED]
    return {(local.partition(":")[0], int(local.rpartition(":")[2], 16)) for local, to in ends if int(to, 16) == port}
