"""The public log against what the recorded events tell: every leaf must be the one that they lead to.

The order of the log is recorded by the log alone; what its entries say is recorded twice, and compared here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.registry.canonical import ABSENT, Difference, between
from services.registry.domain.entries import entries_of
from services.registry.log.leaves import content_of, leaf_of
from services.registry.rooms import Rooms
from shared.failures import ZonaError

Pair = tuple[Mapping[str, Any] | None, Any]
"""A designation as it stands, and as it was told again."""


def differences_in_log(rooms: Rooms, pairs: Mapping[str, Pair]) -> Iterator[Difference]:
    """Each field of an entry that the log and the events tell differently, and each entry that the log lacks.

    A designation that still carries its mark is on its way into the log: what is missing of it is no difference.
    """
    told = {id: retold for id, (_, retold) in pairs.items() if retold and not isinstance(retold, ZonaError)}
    wanted = [(id, entry) for id, each in told.items() for entry in entries_of(rooms.designations.read(each).state)]
    logged = rooms.log.leaves([entry.id for _, entry in wanted])
    for id, entry in wanted:
        leaf, expected = logged.get(entry.id), leaf_of(entry)
        number, place = id.partition(":")[2], f"(log).{entry.event}"
        if leaf is None:
            live = pairs[id][0]
            if live is not None and not live.get("unlogged"):
                yield Difference(number, place, ABSENT, "…")
        elif leaf != expected:
            yield from between(number, place, content_of(leaf), content_of(expected))
