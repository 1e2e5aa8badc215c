"""Writes that travel together keep each its own fate, whatever becomes of those beside them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from bson.errors import InvalidDocument
from pymongo import InsertOne
from pymongo.database import Database
from pymongo.errors import ConnectionFailure, DuplicateKeyError

from shared.storage.grouping import LANES, Group, GroupedCollection
from shared.testing import wait_until


class Interrupted(Exception):
    """What a handler's own time limit raises in it, wherever it stands."""


class Gated:
    """A group whose runs wait until they are let through; `fails` breaks those that hold `breaks`."""

    def __init__(self, breaks: str, fails: BaseException) -> None:
        self.gate, self.breaks, self.fails = Event(), breaks, fails
        self.runs: list[list[str]] = []
        self.group: Group[str, str] = Group(self._run)

    def _run(self, asked: Sequence[str]) -> Sequence[str]:
        self.runs.append(list(asked))
        assert self.gate.wait(10)
        if self.breaks in asked:
            raise self.fails
        return [each.upper() for each in asked]

    def together(self, pool: ThreadPoolExecutor, *asked: str) -> list[Future[str]]:
        """Ask all of these in one run: every lane is taken while they gather, in their order."""
        for lane in range(LANES):
            pool.submit(self.group.ask, f"before {lane}")
        wait_until(lambda: len(self.runs) == LANES, what="every lane to be taken")
        waiting = []
        for nth, each in enumerate(asked, start=1):
            waiting.append(pool.submit(self.group.ask, each))
            wait_until(lambda nth=nth: len(self.group._waiting) == nth, what="the request to wait")
        self.gate.set()
        return waiting


@pytest.fixture
def pool() -> ThreadPoolExecutor:
    with ThreadPoolExecutor(10) as pool:
        yield pool


def test_who_is_interrupted_while_asking_for_others_interrupts_only_himself(pool: ThreadPoolExecutor) -> None:
    gated = Gated("a", Interrupted())
    first, *others = gated.together(pool, "a", "b", "c")
    assert isinstance(first.exception(10), Interrupted)
    assert [type(each.exception(10)) for each in others] == [ConnectionFailure, ConnectionFailure]
    assert gated.group.ask("d") == "D"


def test_when_the_database_goes_away_each_is_told_so(pool: ThreadPoolExecutor) -> None:
    gone = ConnectionFailure("gone")
    told = Gated("b", gone).together(pool, "a", "b", "c")
    assert [each.exception(10) for each in told] == [gone, gone, gone]


def test_when_every_write_of_a_group_fails_each_is_told_its_own_fault(database: Database[dict[str, Any]]) -> None:
    things = database["things"]
    things.insert_many([{"_id": "a"}, {"_id": "b"}])
    fates = GroupedCollection(things, {})._write([InsertOne({"_id": id}, namespace=things.full_name) for id in "ab"])
    assert [type(fate) for fate in fates] == [DuplicateKeyError, DuplicateKeyError]


def test_a_document_that_can_not_be_written_is_its_own_fault_alone(database: Database[dict[str, Any]]) -> None:
    things = database["things"]
    grouped = GroupedCollection(things, {})
    things.insert_one({"_id": "there"})
    documents = [{"_id": "a"}, {"_id": "b", "x": object()}, {"_id": "c", "x": 1 << 70}, {"_id": "there"}, {"_id": "d"}]
    fates = grouped._write([InsertOne(each, namespace=things.full_name) for each in documents])
    assert [fates[0], fates[4]] == [1, 1]
    assert [type(fate) for fate in fates[1:4]] == [InvalidDocument, OverflowError, DuplicateKeyError]
    assert {each["_id"] for each in things.find()} == {"a", "d", "there"}
