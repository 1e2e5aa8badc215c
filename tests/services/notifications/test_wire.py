"""The worker as a process: events over a real broker become e-mails."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.notifications import handlers, queries
from services.notifications.domain.contact import Language
from services.notifications.rooms import Rooms, build
from services.notifications.store import written
from shared.contracts import CONTENT_TYPE, encode, envelope
from shared.localrun.processes import Program, Supervisor
from shared.messaging.declare import apply
from shared.messaging.publisher import Outgoing, Publisher
from shared.settings import Settings
from shared.storage import Cause, Event
from shared.testing import wait_until
from tests.services.notifications.post import Post
from tests.services.notifications.said import NOON
from tests.services.notifications.samples import SAMPLES

ACCOUNT = {"account": "petugas", "roles": ["unit_officer"], "institution": None, "unit": "L3171-RSUD-01"}


@pytest.fixture
def worker(settings: Settings, amqp_uri: str, post: Post, tmp_path: Path) -> Iterator[tuple[Supervisor, Program]]:
    """A supervisor and the worker's program; the topology stands, the worker does not run yet."""
    apply(amqp_uri)
    environment = {
        "AMQP_URI": amqp_uri,
        "MONGODB_URI": settings.mongodb_uri,
        "ZONA_DATABASE_PREFIX": settings.database_prefix,
        "SMTP_URI": post.uri,
        "MAIL_FROM": "zona@zona.example.go.id",
    }
    logs = tmp_path / "logs"
    program = Program(
        "notifications",
        (sys.executable, "-m", "shared.launcher", "notifications"),
        environment,
        ready=lambda: "worker_ready" in (logs / "notifications.log").read_text(),
    )
    with Supervisor(logs) as supervisor:
        yield supervisor, program


@pytest.fixture
def outside(settings: Settings) -> Iterator[Rooms]:
    """The worker's database, seen from the test."""
    rooms = build(settings)
    rooms.ensure_indexes()
    yield rooms
    rooms.database.client.close()


def publish(amqp_uri: str, *events: tuple[str, str, int, Event]) -> None:
    """Put (service, aggregate, sequence, event)s on the wire."""
    publisher = Publisher(amqp_uri)
    assert all(publisher.publish([outgoing(*each) for each in events]))
    publisher.close()


def outgoing(service: str, aggregate: str, sequence: int, event: Event) -> Outgoing:
    wrapped = envelope(service, aggregate, sequence, event, Cause(NOON, "corr-wire"))
    return Outgoing(f"{service}.events", event.type, encode(wrapped), wrapped["id"], CONTENT_TYPE)


def reports(count: int) -> list[tuple[str, str, int, Event]]:
    type, data = SAMPLES["units.progress_reported"]
    return [("units", "unit:L3171-RSUD-01", number, Event(type, data)) for number in range(1, count + 1)]


def test_an_event_on_the_wire_becomes_an_email_with_its_correlation(
    worker: tuple[Supervisor, Program], outside: Rooms, amqp_uri: str, post: Post
) -> None:
    supervisor, program = worker
    supervisor.start(program)
    publish(amqp_uri, *reports(1), ("units", "account:petugas", 1, Event("units.account_registered", ACCOUNT)))
    wait_until(lambda: queries.statistics(outside)["waiting_address"] == 1, 30, "the message to wait for an address")
    handlers.put_contact(outside, "petugas", "petugas@example.go.id", Language.ENGLISH, Cause(NOON, "corr-contact"))
    (mail,) = wait_until(lambda: post.mails, 30, "the mail to arrive")
    assert mail.content["X-Correlation-ID"] == "corr-wire"
    assert mail.content["Subject"] == "Progress report 2026-Q1: RSUD Tarakan"
    wait_until(lambda: queries.statistics(outside)["sent"] == 1, 30, "the message to be marked")
    assert "petugas@" not in (supervisor.logs / "notifications.log").read_text()


def test_a_worker_killed_while_it_sends_loses_no_mail(
    worker: tuple[Supervisor, Program], outside: Rooms, amqp_uri: str, post: Post
) -> None:
    supervisor, program = worker
    handlers.put_contact(outside, "petugas", "petugas@example.go.id", Language.INDONESIAN, Cause(NOON, "corr-contact"))
    publish(amqp_uri, ("units", "account:petugas", 1, Event("units.account_registered", ACCOUNT)), *reports(60))
    supervisor.start(program)
    wait_until(lambda: len(post.mails) >= 5, 30, "the first mails")
    supervisor.stop("notifications", kill=True)
    # The lease of what was being sent, ended as if ten minutes had passed.
    ended = {"$set": {"state.due": written(NOON - timedelta(days=1))}}
    outside.messages.collection.update_many({"summary.state": "sending"}, ended)
    supervisor.start(program)
    wait_until(lambda: queries.statistics(outside)["sent"] == 60, 60, "every message to be sent")
    assert len({mail.content["Message-ID"] for mail in post.mails}) == 60
    assert len(post.mails) <= 62
