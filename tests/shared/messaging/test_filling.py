"""A queue filled from what was recorded, on a real broker and database, heard by a real worker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database

from shared.contracts import envelope
from shared.failures import InvalidInput
from shared.messaging.declare import apply, open_connection
from shared.messaging.filling import NotTaken, QueueMissing, UnknownQueue, Wanted, fill, recorded, wanted_by
from shared.messaging.topology import handler_queues
from shared.settings import Settings
from shared.storage import Cause, Event, connect
from shared.storage.indexes import ensure_shared_indexes
from shared.storage.recorded import record_of
from shared.testing import wait_until

QUEUE = "registry.learn_institution"
NOW = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
ZI = (sys.executable, "-c", "from shared.cli import main; main()")


def quiet(_stage: str, _done: int, _total: int) -> None:
    """Shows nothing."""


def registered(code: str, sequence: int) -> dict[str, Any]:
    """The envelope that says an institution's state for the `sequence`-th time."""
    data = {"code": code, "name": f"{code} {sequence}", "kind": "ministry", "province": None}
    return envelope(
        "units", f"institution:{code}", sequence, Event("units.institution_registered", data), Cause(NOW, "c")
    )


def designated(number: str, sequence: int) -> dict[str, Any]:
    """A designation's first or later event; the types alternate as the draft and its publication would."""
    card = {"unit": "K01-X", "unit_name": "X", "institution": "K01", "institution_name": "Y", "field": "health"}
    card |= {"institution_kind": "ministry", "province": "31", "cycle": "2026", "predicate": "WBK"}
    card |= {"number": number, "proposal": "p"}
    type = "registry.designation_drafted"
    if sequence > 1:
        decree = {"number": "Nomor 1", "date": "2026-11-20", "signatory_office": "Menteri"}
        type, card = "registry.designation_published", {**card, "decree": decree, "published_at": NOW.isoformat()}
    return envelope("registry", f"designation:{number}", sequence, Event(type, card), Cause(NOW, "c"))


def record(settings: Settings, *events: dict[str, Any], at: datetime = NOW) -> None:
    """Record what was said, as the relay does; the clock runs backwards, which must not matter."""
    database = connect(settings, events[0]["source"].rpartition("/")[2])
    ensure_shared_indexes(database)
    records = [record_of(event, at - timedelta(seconds=nth)) for nth, event in enumerate(events)]
    database["events"].insert_many(records)
    database.client.close()


def depths(settings: Settings) -> dict[str, int]:
    """How many messages each queue of the house holds; the empty ones are left out."""
    connection = open_connection(settings.amqp_uri)
    channel = connection.channel()
    names = [*handler_queues(), *(f"{service}.unconsumed" for service in ("units", "evaluation", "registry"))]
    held = {name: channel.queue_declare(name, passive=True).method.message_count for name in names}
    connection.close()
    return {name: count for name, count in held.items() if count}


def taken(settings: Settings, queue: str) -> list[dict[str, Any]]:
    """Everything in a queue, taken out in its order."""
    connection = open_connection(settings.amqp_uri)
    channel = connection.channel()
    found = []
    while (got := channel.basic_get(queue, auto_ack=True))[0] is not None:
        found.append(json.loads(got[2]))
    connection.close()
    return found


def environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "MONGODB_URI": settings.mongodb_uri,
        "AMQP_URI": settings.amqp_uri,
        "ZONA_DATABASE_PREFIX": settings.database_prefix,
    }


def zi(settings: Settings, *arguments: str) -> tuple[int, dict[str, Any], str]:
    """Run `zi fill`: exit status, the JSON of the last line if there is one, everything it said."""
    done = subprocess.run(
        [*ZI, "fill", *arguments], env=environment(settings), capture_output=True, text=True, timeout=60, check=False
    )
    last = done.stdout.strip().splitlines()[-1:] or [""]
    return done.returncode, json.loads(last[0]) if last[0].startswith("{") else {}, done.stdout + done.stderr


@contextmanager
def registry_worker(settings: Settings, log: Path) -> Iterator[Database[dict[str, Any]]]:
    """The registry's own worker, as it runs anywhere; gives its database."""
    with log.open("ab") as out:
        command = [sys.executable, "-m", "shared.launcher", "registry"]
        worker = subprocess.Popen(command, env=environment(settings), stdout=out, stderr=out)
    database = connect(settings, "registry")
    try:
        wait_until(lambda: "worker_ready" in log.read_text(), 60, "the registry's worker to be ready")
        yield database
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(timeout=30)
        database.client.close()


@pytest.fixture
def house(settings: Settings, amqp_uri: str) -> Settings:
    """The whole topology, nothing in it."""
    apply(amqp_uri)
    return settings


def test_a_late_consumer_hears_everything_once_and_nobody_else_hears_anything(house: Settings, tmp_path: Path) -> None:
    codes = [f"K{nth:02d}" for nth in range(40)]
    record(house, *(registered(code, sequence) for code in codes for sequence in (3, 1, 2)))
    filled = fill(house, wanted_by(QUEUE), quiet)
    assert (filled.events, filled.aggregates) == ({"units.institution_registered": 120}, 40)
    assert depths(house) == {QUEUE: 120}
    with registry_worker(house, tmp_path / "worker.log") as database:
        wait_until(lambda: database["heard_events"].count_documents({}) == 120, 60, "every event to be heard")
        wait_until(lambda: not depths(house), 60, "the queue to be empty")
        names = {each["_id"]: each["name"] for each in database["institutions"].find()}
        assert names == {code: f"{code} 3" for code in codes}
        fill(house, wanted_by(QUEUE), quiet)  # twice is harmless
        wait_until(lambda: not depths(house), 60, "the queue to be empty again")
        assert database["heard_events"].count_documents({}) == 120
        assert {each["_id"]: each["name"] for each in database["institutions"].find()} == names


def test_each_aggregate_comes_once_in_its_own_order_whatever_types_and_clocks_say(house: Settings) -> None:
    record(house, *(designated(f"N{nth}", sequence) for nth in range(30) for sequence in (2, 1)))
    queue = "notifications.notify"
    types = ("registry.designation_drafted", "registry.designation_published")
    assert fill(house, wanted_by(queue, types), quiet).aggregates == 30
    heard = taken(house, queue)
    assert len({event["id"] for event in heard}) == len(heard) == 60
    for nth in range(30):
        assert [event["sequence"] for event in heard if event["subject"] == f"designation:N{nth}"] == [1, 2]


def test_filters_choose_by_type_and_by_time(house: Settings) -> None:
    record(house, designated("OLD", 1), at=NOW - timedelta(days=9))
    record(house, designated("NEW", 2), designated("NEW", 1))
    queue = "notifications.notify"
    since = wanted_by(queue, since=NOW - timedelta(days=1))
    assert sum(recorded(house, since).values()) == 2
    assert fill(house, since, quiet).events == {"registry.designation_drafted": 1, "registry.designation_published": 1}
    assert [event["subject"] for event in taken(house, queue)] == ["designation:NEW"] * 2
    fill(house, wanted_by(queue, ["registry.designation_published"]), quiet)
    assert [event["sequence"] for event in taken(house, queue)] == [2]


def test_a_run_that_was_stopped_goes_on_where_its_last_page_ended(house: Settings) -> None:
    record(house, *(registered(f"A{nth:02d}", 1) for nth in range(20)), at=NOW - timedelta(days=60))
    record(house, *(registered(f"B{nth:02d}", 1) for nth in range(20)))

    class Stopped(Exception):
        pass

    def stop(_stage: str, _done: int, _total: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        fill(house, wanted_by(QUEUE), stop)
    first = {event["subject"] for event in taken(house, QUEUE)}
    assert len(first) == 20
    again = fill(house, wanted_by(QUEUE), quiet)
    second = {event["subject"] for event in taken(house, QUEUE)}
    assert again.resumed
    assert (len(first | second), first & second) == (40, set())
    assert not fill(house, wanted_by(QUEUE), quiet).resumed


def test_a_queue_that_the_broker_lacks_is_said_so(settings: Settings, amqp_uri: str) -> None:
    record(settings, registered("K01", 1))
    with pytest.raises(QueueMissing):
        fill(settings, wanted_by(QUEUE), quiet)


def test_a_full_queue_stops_the_run_and_the_rest_follows_when_there_is_room(house: Settings) -> None:
    record(house, *(registered(f"K{nth:02d}", 1) for nth in range(20)))
    connection = open_connection(house.amqp_uri)
    channel = connection.channel()
    channel.queue_delete(QUEUE)
    channel.queue_declare(QUEUE, durable=True, arguments={"x-max-length": 5, "x-overflow": "reject-publish"})
    connection.close()
    with pytest.raises(NotTaken):
        fill(house, wanted_by(QUEUE), quiet)
    assert depths(house)[QUEUE] >= 5


def test_only_what_the_contracts_bind_to_a_queue_can_be_asked_for() -> None:
    with pytest.raises(UnknownQueue):
        wanted_by("registry.nothing")
    with pytest.raises(InvalidInput):
        wanted_by(QUEUE, ["evaluation.concluded"])
    assert wanted_by(QUEUE) == Wanted(QUEUE, ("units.institution_registered",))


class TestCommand:
    def test_without_execute_it_only_counts(self, house: Settings) -> None:
        record(house, *(registered("K01", sequence) for sequence in (1, 2)))
        status, summary, said = zi(house, QUEUE, "--json")
        assert (status, summary["recorded"], summary["sent"]) == (0, {"units.institution_registered": 2}, 0)
        assert "--execute" in said
        assert depths(house) == {}

    def test_with_execute_it_sends_to_that_queue_alone(self, house: Settings) -> None:
        record(house, *(registered("K01", sequence) for sequence in (1, 2)))
        status, summary, _ = zi(house, QUEUE, "--execute", "--json", "--since", "2026-11-20T14:29:00+07:00")
        assert (status, summary["sent"], summary["aggregates"]) == (0, 2, 1)
        assert depths(house) == {QUEUE: 2}

    @pytest.mark.parametrize(
        "arguments",
        [["registry.nothing"], [QUEUE, "--type", "evaluation.concluded"], [QUEUE, "--since", "kemarin"]],
    )
    def test_bad_input_is_exit_2_in_both_languages(self, settings: Settings, arguments: list[str]) -> None:
        status, _, said = zi(settings, *arguments)
        indonesian, english = said.strip().splitlines()
        assert status == 2
        assert indonesian != english

    def test_a_queue_that_is_not_declared_is_exit_1(self, settings: Settings, amqp_uri: str) -> None:
        status, _, said = zi(settings, QUEUE, "--execute")
        assert (status, "zi topology apply" in said) == (1, True)
