"""What wakes the relay: the database's change stream, over its outages; and looking often, where it has none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pymongo.errors import OperationFailure

from shared.localrun.database import make_database
from shared.localrun.processes import Supervisor
from shared.messaging.waking import Watcher
from shared.settings import Settings
from shared.storage import Cause, Event
from shared.testing import wait_until
from tests.integration.conftest import Bench
from tests.integration.moment import NOW
from tests.integration.probe_rooms import Thing, build, over
from tests.shared.storage.aggregate_model import event


def said(key: str) -> tuple[str, Thing, list[Event], Cause]:
    return key, Thing(key), [event(key)], Cause(NOW, "c")


def recorded(bench: Bench) -> int:
    return bench.database["events"].count_documents({})


def test_without_change_streams_the_relay_finds_what_another_process_wrote_by_looking(bench: Bench) -> None:
    things = over(bench.database).things
    things.ensure_indexes()
    bench.start(PROBE_UNWATCHED="1")
    wait_until(lambda: "relay_looks_often" in bench.lines(), 30, "the relay to know that nobody wakes it")
    wait_until(lambda: "worker_ready" in bench.lines(), 30, "the probe to be ready")
    things.create(*said("a"))
    wait_until(lambda: recorded(bench) == 1, what="the first event to be out")
    things.create(*said("b"))
    wait_until(lambda: recorded(bench) == 2, what="the second event to be out")


class WithoutStreams:
    """A database whose server refuses to be watched, under one code or another."""

    def __init__(self, code: int) -> None:
        self.code = code

    def watch(self, *_: Any, **__: Any) -> None:
        raise OperationFailure("no change streams here", self.code)


def test_a_watcher_ends_where_there_is_nothing_to_watch() -> None:
    woken: list[str | None] = []
    for code in (40573, 40324, 59, 115, 20):
        watcher = Watcher("registry", WithoutStreams(code), woken.append)  # type: ignore[arg-type]
        watcher.run()
        assert watcher.watching is False
    assert woken == []


def test_a_watcher_survives_a_restart_of_the_database_and_asks_for_a_whole_look(tmp_path: Path) -> None:
    with Supervisor(tmp_path / "logs") as own:
        server = make_database({}, own, tmp_path / "database")
        server.start()
        rooms = build(Settings(mongodb_uri=server.uri, database_prefix="zona_"))
        woken: list[str | None] = []
        watcher = Watcher("registry", rooms.database, woken.append)
        with ThreadPoolExecutor(1) as beside:
            watching = beside.submit(watcher.run)
            try:
                wait_until(lambda: woken == [None], what="the watcher to look")
                server.kill()
                wait_until(lambda: not watcher.watching, 40, "the watcher to notice")
                server.start()
                wait_until(lambda: woken.count(None) > 1, 40, "a look at everything that was written meanwhile")
                before = len(woken)
                rooms.things.create(*said("b"))
                wait_until(lambda: "things" in woken[before:], what="the relay to be woken")
            finally:
                watcher.stop()
            watching.result(30)
        rooms.database.client.close()
