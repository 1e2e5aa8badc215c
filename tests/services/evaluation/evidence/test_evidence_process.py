"""A real web process: its memory while a large file comes, and what it leaves when it is killed meanwhile."""

from __future__ import annotations

import io
import random
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from services.evaluation.rooms import Rooms
from shared.localrun.ports import free_ports
from shared.localrun.processes import Program, Supervisor
from shared.security.tokens import issue, load_key
from shared.settings import Settings
from shared.testing import wait_until
from tests.services.evaluation.evidence.good import pdf, saved
from tests.services.evaluation.evidence.offices import NOTHING, ONE_FILE, QUESTION, TEXT, begin, kept, sweep
from tests.services.evaluation.samples import CYCLE, NOW, OFFICER, UNIT

MEBIBYTE = 1024 * 1024
NAME = "evidence-web"
PATH = f"/api/v1/worksheets/{UNIT}/{CYCLE}/evidence"


@dataclass
class Office:
    """A running web process of evaluation, and a signed-in officer."""

    port: int
    token: str
    supervisor: Supervisor

    def hand_in(self, data: bytes, name: str) -> requests.Response:
        return requests.post(
            f"http://127.0.0.1:{self.port}{PATH}",
            params={"name": name, "question": QUESTION},
            data=io.BytesIO(data),
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=60,
        )

    @property
    def process(self) -> Path:
        """The one gunicorn worker, in /proc."""
        master = self.supervisor.children[NAME].pid
        [worker] = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        return Path("/proc") / worker


@pytest.fixture
def office(rooms: Rooms, settings: Settings, supervisor: Supervisor) -> Iterator[Office]:
    begin(rooms)
    [port] = free_ports(1)
    environment = {
        "ZONA_SERVICE": "evaluation",
        "MONGODB_URI": settings.mongodb_uri,
        "ZONA_DATABASE_PREFIX": settings.database_prefix,
        "ZONA_TOKEN_PUBLIC_KEY_FILE": settings.token_public_key_file,
    }
    options = ("--threads=4", "--workers=1", f"--bind=127.0.0.1:{port}", "--log-level=warning")
    arguments = (sys.executable, "-m", "gunicorn", *options, "shared.web.serving:create_app()")
    supervisor.start(Program(NAME, arguments, environment, ready=lambda: _is_ready(port)))
    token, _ = issue(OFFICER, load_key(settings.token_private_key_file), datetime.now(UTC))
    yield Office(port, token, supervisor)
    supervisor.stop(NAME, kill=True)


def _is_ready(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=2).ok
    except requests.RequestException:
        return False


def test_the_process_does_not_grow_by_a_file_of_20_mib(office: Office) -> None:
    made = pdf()
    made.Root.Filling = made.make_stream(random.Random(7).randbytes(20 * MEBIBYTE))
    assert office.hand_in(TEXT, "catatan.txt").status_code == 201
    (office.process / "clear_refs").write_text("5")  # the peak is counted from here
    before = _kibibytes(office.process, "VmRSS")
    assert office.hand_in(saved(made), "besar.pdf").status_code == 201
    assert _kibibytes(office.process, "VmHWM") - before < 12 * 1024


def _begin_upload(link: socket.socket, office: Office, rooms: Rooms) -> None:
    """Announce 20 MiB, send some, and wait until the first of them are stored."""
    query = f"name=a.pdf&question={QUESTION}"
    lines = (f"POST {PATH}?{query} HTTP/1.1", "Host: x", f"Authorization: Bearer {office.token}")
    link.sendall("\r\n".join((*lines, f"Content-Length: {20 * MEBIBYTE}", "", "")).encode())
    link.sendall(b"x" * 3 * MEBIBYTE)
    wait_until(lambda: kept(rooms)["blobs.chunks"] >= 2, what="the first chunks are stored")


def test_a_process_that_is_killed_in_the_middle_leaves_what_is_swept_within_the_hour(
    office: Office, rooms: Rooms
) -> None:
    with socket.create_connection(("127.0.0.1", office.port)) as link:
        _begin_upload(link, office, rooms)
        office.supervisor.stop(NAME, kill=True)
    assert kept(rooms)["uploads"] == 1
    age = int((datetime.now(UTC) - NOW).total_seconds() / 60)
    assert sweep(rooms, minutes=age + 29) == 0
    assert sweep(rooms, minutes=age + 32) == 1
    assert kept(rooms) == NOTHING


def test_a_client_that_goes_away_leaves_nothing_and_its_next_try_succeeds(office: Office, rooms: Rooms) -> None:
    with socket.create_connection(("127.0.0.1", office.port)) as link:
        _begin_upload(link, office, rooms)
    wait_until(lambda: kept(rooms) == NOTHING, what="the rest of the upload is gone")
    assert office.hand_in(TEXT, "catatan.txt").status_code == 201
    assert kept(rooms) == ONE_FILE


def test_a_refusal_is_heard_by_a_client_that_sends_everything_first(office: Office) -> None:
    refused = office.hand_in(b"x" * 3 * MEBIBYTE, "besar.txt")
    assert (refused.status_code, refused.json()["reason"]) == (413, "too_large")


def _kibibytes(process: Path, name: str) -> int:
    [line] = [line for line in (process / "status").read_text().splitlines() if line.startswith(f"{name}:")]
    return int(line.split()[1])
