"""The live registry against the rebuilt one: both hashes, and every place where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pymongo
from pymongo import ASCENDING
from pymongo.collection import Collection

from services.registry.canonical import (
    ABSENT,
    COUNTED,
    Difference,
    State,
    alike,
    between,
    differences,
    line_of,
    public_state,
)
from services.registry.log.retold import differences_in_log
from services.registry.rebuilding import Pair, Rebuilt, Tell, looked_again
from services.registry.rooms import Rooms
from shared.failures import ZonaError
from shared.storage.aggregates import HIGHEST
from shared.storage.recorded import LONGEST_LOOK, PAGE

SHOWN = 20
COUNTS, BROKEN = "(counts)", "(history)"
NAMED = ("_id", "code", "name", "kind", "province")
"""What the pages show of an institution."""
TOLD = ("source", "sequence")


@dataclass
class Comparison:
    """What was found. The lists of ids hold only what differs."""

    live: str = ""
    rebuilt: str = ""
    designations: int = 0
    institutions: int = 0
    differences: int = 0
    first: list[Difference] = field(default_factory=list)
    unlike: list[str] = field(default_factory=list)
    unlike_institutions: list[str] = field(default_factory=list)
    unlogged: list[str] = field(default_factory=list)
    untold: int = 0
    broken: int = 0

    @property
    def equal(self) -> bool:
        """True when nothing differs, also of what nobody sees."""
        return self.live == self.rebuilt and not self.differences

    def add(self, found: Difference) -> None:
        """Count a difference, and keep the first ones."""
        self.differences += 1
        if len(self.first) < SHOWN:
            self.first.append(found)


class Comparer:
    """One comparison, window by window along the numbers."""

    def __init__(self, rooms: Rooms, rebuilt: Rebuilt, tell: Tell) -> None:
        self._rooms, self._rebuilt, self._tell = rooms, rebuilt, tell
        self._live, self._told = State(), State()
        self._found = Comparison()

    def compare(self) -> Comparison:
        """Everything, once."""
        bounds = sorted({HIGHEST, *_bounds(self._rooms.designations.collection), *_bounds(self._rebuilt.designations)})
        for done, (lower, upper) in enumerate(pairwise(["", *bounds]), start=1):
            self._compare_window(lower, upper)
            self._tell("comparison", done, len(bounds))
        self._compare_institutions()
        self._compare_counts()
        self._found.live, self._found.rebuilt = self._live.hash(), self._told.hash()
        self._found.designations = self._told.size
        return self._found

    def _compare_window(self, lower: str, upper: str) -> None:
        live = _window(self._rooms.designations.collection, lower, upper)
        told = _window(self._rebuilt.designations, lower, upper)
        pairs: dict[str, Pair] = {id: (live.get(id), told.get(id)) for id in {*live, *told}}
        unlike = [id for id, pair in pairs.items() if not alike(*pair)]  # type: ignore[arg-type]  # no faults yet
        again = looked_again(self._rooms, unlike) if unlike else {}
        self._compare_log(pairs | again)
        for id, pair in sorted((pairs | again).items()):
            if id in again:
                self._compare_one(id, *pair)
            else:
                line = line_of(public_state(self._rooms.designations, pair[0] or {}))
                self._live.add(line, pair[0])
                self._told.add(line, pair[0])

    def _compare_log(self, pairs: Mapping[str, Pair]) -> None:
        """What the public log tells of these designations against what the events tell."""
        for found in differences_in_log(self._rooms, pairs):
            self._found.add(found)
            self._found.unlogged += [f"designation:{found.number}"] if found.live == ABSENT else []

    def _compare_one(self, id: str, live: Any, told: Any) -> None:
        number = id.partition(":")[2]
        broken = isinstance(told, ZonaError)
        if broken:
            self._found.broken += 1
            self._found.add(Difference(number, BROKEN, ABSENT if live is None else "…", _sentence(told)))
        rebuilt = None if broken else told
        for state, document in ((self._live, live), (self._told, rebuilt)):
            if document is not None:
                state.add(line_of(public_state(self._rooms.designations, document)), document)
        if broken:
            return
        found = list(differences(self._rooms.designations, number, live, rebuilt)) if live or rebuilt else []
        for each in found:
            self._found.add(each)
        if found:
            self._found.unlike.append(id)
            self._found.untold += told is None

    def _compare_institutions(self) -> None:
        live, told = self._institutions()
        unlike = [each for code in {*live, *told} if live.get(code) != told.get(code) for each in (live, told)]
        if unlike:
            sides = (side.get(code) for side in (live, told) for code in {*live, *told})
            self._rebuilt.catch_up({each["source"] for each in sides if each and each.get("source")})
            live, told = self._institutions()
        for code in sorted({*live, *told}):
            for state, known in ((self._live, live.get(code)), (self._told, told.get(code))):
                if known:
                    state.add(line_of({name: known.get(name) for name in NAMED}), None)
            self._compare_institution(code, live.get(code), told.get(code))
        self._found.institutions = len(told)

    def _compare_institution(self, code: str, live: Any, told: Any) -> None:
        wanted = (*NAMED, *TOLD)
        sides = ({name: each.get(name) for name in wanted} if each else None for each in (live, told))
        found = list(between(code, "institution", *sides))
        for each in found:
            self._found.add(each)
        if found:
            self._found.unlike_institutions.append(code)
            self._found.untold += told is None

    def _institutions(self) -> tuple[dict[str, Any], dict[str, Any]]:
        both = (self._rooms.institutions, self._rebuilt.institutions)
        live, told = ({each["_id"]: each for each in collection.find()} for collection in both)
        return live, told

    def _compare_counts(self) -> None:
        """The counts that the front page shows, unless they are to be counted again within the second."""
        live, told = self._live.counts(), self._told.counts()
        shown = self._rooms.counts.settled()
        if shown is not None and shown != live:
            counted = {term: self._rooms.designations.count(term) for term in COUNTED}
            live = live if shown == counted else shown  # what moved during our walk is no difference
        self._live.add(line_of(live), None)
        self._told.add(line_of(told), None)
        for each in between(COUNTS, "counts", live, told):
            self._found.add(each)


def _bounds(collection: Collection[dict[str, Any]]) -> Iterator[str]:
    """Every PAGE-th key: between two of them is a page with both bounds."""
    with pymongo.timeout(LONGEST_LOOK):
        keys = collection.find({"key": {"$gt": "", "$lt": HIGHEST}}, {"key": 1, "_id": 0}).sort("key", ASCENDING)
        yield from [each["key"] for nth, each in enumerate(keys, start=1) if nth % PAGE == 0]


def _window(collection: Collection[dict[str, Any]], lower: str, upper: str) -> Mapping[str, Any]:
    found = collection.find({"key": {"$gt": lower, "$lte": upper}}, {"outbox": 0}).sort("key", ASCENDING)
    return {document["_id"]: document for document in found}


def _sentence(fault: ZonaError) -> str:
    return f"{fault.said[0]} / {fault.said[1]} → {fault.remedy[1]}"
