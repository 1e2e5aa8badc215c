"""What was acknowledged is there again after the database was killed, also what travelled in company."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import PyMongoError

from shared.localrun.database import PrivateDatabase, make_database
from shared.localrun.processes import Supervisor
from shared.settings import Settings
from shared.storage import connect
from shared.storage.grouping import GroupedCollection
from shared.testing import wait_until

WRITERS, ENOUGH, KILLS = 12, 300, 4


@pytest.fixture
def own_database(tmp_path: Path) -> Iterator[PrivateDatabase]:
    with Supervisor(tmp_path / "logs") as own:
        database = make_database({}, own, tmp_path / "database")
        assert isinstance(database, PrivateDatabase)
        database.start()
        yield database


def write_on(grouped: GroupedCollection, writer: int, yeses: dict[int, int]) -> None:
    """Count up a document, and note each yes, until the database is gone."""
    with contextlib.suppress(PyMongoError):
        while grouped.update({"_id": writer}, {"$set": {"number": yeses[writer] + 1}}):
            yeses[writer] += 1


def test_no_write_that_was_said_yes_to_in_company_is_lost_when_the_database_is_killed(
    own_database: PrivateDatabase,
) -> None:
    for _ in range(KILLS):
        collection: Any = connect(Settings(mongodb_uri=own_database.uri), "registry")["counted"]
        collection.drop()
        collection.insert_many([{"_id": writer, "number": 0} for writer in range(WRITERS)])
        grouped, yeses = GroupedCollection(collection, {}), dict.fromkeys(range(WRITERS), 0)
        writers = [threading.Thread(target=write_on, args=(grouped, writer, yeses)) for writer in range(WRITERS)]
        for each in writers:
            each.start()
        wait_until(lambda seen=yeses: sum(seen.values()) > ENOUGH, what="some yeses")
        own_database.kill()
        for each in writers:
            each.join()
        own_database.start()
        found = {document["_id"]: document["number"] for document in collection.find()}
        assert {writer: yes for writer, yes in yeses.items() if found[writer] < yes} == {}
        collection.database.client.close()
