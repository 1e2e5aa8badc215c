"""A probe worker as a process of its own, on real servers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pymongo.database import Database

from shared.contracts import CONTENT_TYPE, encode, envelope
from shared.messaging.declare import apply
from shared.messaging.publisher import Outgoing, Publisher
from shared.settings import Settings
from shared.storage import Cause, Event, connect
from shared.testing import wait_until
from tests.integration.moment import NOW

QUEUE = "registry.learn_institution"


@dataclass
class Bench:
    """The probe's broker, database and process."""

    settings: Settings
    database: Database[dict[str, Any]]
    log: Path
    publisher: Publisher
    environment: dict[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, **environment: str) -> subprocess.Popen[bytes]:
        """Start a probe worker; it may not be ready yet."""
        with self.log.open("ab") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "tests.integration.probe"],
                env={**self.environment, **environment},
                stdout=log,
                stderr=log,
            )
        self.workers.append(worker)
        return worker

    def stop(self, worker: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> int:
        worker.send_signal(number)
        return worker.wait(timeout=20)

    def tell(self, *orders: tuple[str, str], first: int = 1) -> list[str]:
        """Publish events whose institution's code and name are `orders`; gives their ids."""
        batch, ids = [], []
        for number, (code, name) in enumerate(orders, start=first):
            data = {"code": code, "name": name, "kind": "ministry", "province": None}
            event = envelope(
                "units",
                f"institution:{code}",
                number,
                Event("units.institution_registered", data),
                Cause(NOW, f"corr-{code}"),
            )
            batch.append(outgoing(event))
            ids.append(event["id"])
        assert all(self.publisher.publish(batch))
        return ids

    def effects(self) -> dict[str, int]:
        """How often each institution's event had its effect."""
        return {each["code"]: each["times"] for each in self.database["effects"].find()}

    def lines(self) -> str:
        return self.log.read_text()


def outgoing(event: dict[str, Any]) -> Outgoing:
    return Outgoing("units.events", event["type"], encode(event), event["id"], CONTENT_TYPE)


@pytest.fixture
def bench(settings: Settings, amqp_uri: str, tmp_path: Path) -> Iterator[Bench]:
    apply(amqp_uri)
    environment = {
        **os.environ,
        "AMQP_URI": amqp_uri,
        "MONGODB_URI": settings.mongodb_uri,
        "ZONA_DATABASE_PREFIX": settings.database_prefix,
        "MAX_ATTEMPTS": "2",
    }
    database = connect(settings, "registry")
    made = Bench(settings, database, tmp_path / "probe.log", Publisher(amqp_uri), environment)
    yield made
    for worker in made.workers:
        if worker.poll() is None:
            made.stop(worker)
    made.publisher.close()
    database.client.close()


@pytest.fixture
def running(bench: Bench) -> Bench:
    """The bench with one worker that is ready."""
    bench.start()
    wait_until(lambda: "worker_ready" in bench.lines(), 30, "the probe to be ready")
    return bench
