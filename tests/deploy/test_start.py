"""A container's first process: it names every fault at once, waits where waiting helps, then becomes the program."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pymongo import MongoClient

from deploy import make_secrets
from shared.localrun.ports import LOOPBACK, free_ports
from shared.messaging import declare
from shared.settings import Settings
from shared.testing import TestDatabase, wait_until
from tests.deploy.conftest import ROOT

PASSWORD = make_secrets.fresh()
TOLD = ("-c", "import os; print('became', os.environ['ZONA_PROCESS'])")


class Container:
    """`deploy.containers.start` as a process, with what it says."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.log = log
        bare = {name: value for name, value in os.environ.items() if not name.endswith(("_URI", "_FILE"))}
        with log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "deploy.containers.start", sys.executable, *TOLD],
                cwd=ROOT,
                env={**bare, "PYTHONUNBUFFERED": "1", **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> list[str]:
        return self.log.read_text().splitlines()

    def faults(self) -> list[str]:
        """What it waits for, oldest first."""
        lines = [json.loads(line) for line in self.said() if line.startswith("{")]
        return [line["fault"] for line in lines if line["event"] == "waiting"]

    def ended(self) -> int:
        return self.process.wait(60)


@contextlib.contextmanager
def started(environment: dict[str, str], folder: Path) -> Iterator[Container]:
    container = Container(environment, folder / f"{time.monotonic_ns()}.log")
    try:
        yield container
    finally:
        container.process.kill()
        container.process.wait()


@pytest.fixture
def web(token_keys: tuple[Path, Path], settings: Settings, database_server: TestDatabase) -> dict[str, str]:
    """The environment of a web container whose ground holds: its database knows its user."""
    name = f"{settings.database_prefix}registry"
    with MongoClient[dict[str, Any]](database_server.uri) as client:
        client[name].command("createUser", "registry", pwd=PASSWORD, roles=[{"role": "readWrite", "db": name}])
    return {
        "ZONA_PROCESS": "web",
        "ZONA_SERVICE": "registry",
        "ZONA_DATABASE_PREFIX": settings.database_prefix,
        "MONGODB_URI": with_user(database_server.uri, "registry", PASSWORD, name),
        "ZONA_TOKEN_PUBLIC_KEY_FILE": str(token_keys[1]),
    }


@pytest.fixture
def worker(web: dict[str, str], amqp_uri: str) -> dict[str, str]:
    """The environment of a worker container on a broker without any topology yet."""
    return {**web, "ZONA_PROCESS": "worker", "AMQP_URI": amqp_uri}


def with_user(uri: str, user: str, password: str, source: str) -> str:
    return f"{uri.replace('mongodb://', f'mongodb://{user}:{password}@')}&authSource={source}"


def test_every_fault_of_the_settings_is_named_at_once(tmp_path: Path) -> None:
    weak = tmp_path / "amqp-uri"
    weak.write_text("amqp://units:guest@rabbitmq/")
    environment = {
        "ZONA_PROCESS": "worker",
        "ZONA_SERVICE": "units",
        "AMQP_URI_FILE": str(weak),
        "MONGODB_URI_FILE": str(tmp_path / "absent"),
        "PREFETCH": "many",
    }
    with started(environment, tmp_path) as container:
        assert container.ended() == 2
        said = "\n".join(container.said())
    assert len(container.said()) == 4, said
    for fault in (
        "MONGODB_URI_FILE",
        "MONGODB_URI is not set",
        "PREFETCH is not a int",
        "AMQP_URI is weak: the password has 5",
    ):
        assert fault in said


def test_an_image_of_no_service_says_so(tmp_path: Path) -> None:
    with started({"ZONA_PROCESS": "web", "ZONA_SERVICE": "unit"}, tmp_path) as container:
        assert container.ended() == 2
        assert container.said() == ["ZONA_SERVICE='unit' and ZONA_PROCESS='web' name no process of Zona"]


def test_a_database_that_is_away_is_one_line_and_waited_for_until_the_signal(
    tmp_path: Path, web: dict[str, str]
) -> None:
    (port,) = free_ports(1)
    away = f"mongodb://registry:{PASSWORD}@{LOOPBACK}:{port}/?serverSelectionTimeoutMS=200"
    with started({**web, "MONGODB_URI": away}, tmp_path) as container:
        wait_until(container.faults, timeout=60)
        assert container.faults() == [container.faults()[0]]
        assert "the database does not answer" in container.faults()[0]
        assert "correct MONGODB_URI" in container.faults()[0]
        assert PASSWORD not in container.log.read_text()
        container.process.send_signal(signal.SIGTERM)
        assert container.ended() == 128 + signal.SIGTERM
    assert len(container.said()) == 1


def test_a_wrong_password_of_the_database_is_one_line(
    tmp_path: Path, web: dict[str, str], settings: Settings, database_server: TestDatabase
) -> None:
    other = with_user(database_server.uri, "registry", make_secrets.fresh(), f"{settings.database_prefix}registry")
    with started({**web, "MONGODB_URI": other}, tmp_path) as container:
        wait_until(container.faults, timeout=60)
        assert "refuses the user of MONGODB_URI: wrong password or unknown user" in container.faults()[0]
        assert container.process.poll() is None


def test_a_container_becomes_its_program_once_the_ground_holds(tmp_path: Path, web: dict[str, str]) -> None:
    with started(web, tmp_path) as container:
        assert container.ended() == 0
        assert container.said() == ["became web"]


def test_a_broker_that_refuses_the_password_is_one_line(tmp_path: Path, worker: dict[str, str]) -> None:
    place = urlsplit(worker["AMQP_URI"])
    other = f"amqp://zona:{make_secrets.fresh()}@{place.hostname}:{place.port}{place.path}"
    with started({**worker, "AMQP_URI": other}, tmp_path) as container:
        wait_until(container.faults, timeout=60)
        assert container.faults() == ["the broker refuses the user of AMQP_URI: wrong password or unknown user"]
        assert len(container.said()) == 1


def test_a_topology_older_than_the_code_is_named_and_waited_for(tmp_path: Path, worker: dict[str, str]) -> None:
    with started(worker, tmp_path) as container:
        wait_until(container.faults, timeout=60)
        assert "older than this code" in container.faults()[0]
        assert "registry.draft_designation" in container.faults()[0]
        assert "units.record_outcome" not in container.faults()[0]
        declare.apply(worker["AMQP_URI"])
        assert container.ended() == 0
    assert container.said()[-1] == "became worker"


def test_the_health_check_says_why_a_container_is_not_ready() -> None:
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "deploy.containers.health"]
    environment = {**os.environ, "ZONA_PROCESS": "worker", "HEALTH_PORT": str(port)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (1, "not ready: [Errno 111] Connection refused\n")
