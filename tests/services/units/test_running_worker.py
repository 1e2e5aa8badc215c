"""The worker as a process of its own, on a real broker and database: imports run, words go out and come in."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.units import handlers
from services.units.domain.unit import ProposalState
from services.units.rooms import Rooms
from shared.contracts import CONTENT_TYPE, encode, envelope
from shared.jobs import submit
from shared.messaging.declare import apply
from shared.messaging.publisher import Outgoing, Publisher
from shared.settings import Settings
from shared.storage import Event
from shared.testing import wait_until
from tests.services.units.samples import cause, filing, stand

UNIT = "L3171-PKM-01"
CARD = {"unit": UNIT, "unit_name": "Puskesmas Gambir", "institution": "L3171"}
RETURNED = Event(
    "evaluation.proposal_returned",
    {
        **CARD,
        "proposal": f"{UNIT}.2026.1",
        "cycle": "2026",
        "target": "WBK",
        "reason": {"code": "unknown_hash", "id": "Lembar kerja tidak dikenal.", "en": "Unknown worksheet."},
    },
)


@pytest.fixture
def worker(rooms: Rooms, settings: Settings, amqp_uri: str, tmp_path: Path) -> Iterator[Rooms]:
    """The rooms of a running worker."""
    apply(amqp_uri)
    environment = {
        **os.environ,
        "AMQP_URI": amqp_uri,
        "MONGODB_URI": settings.mongodb_uri,
        "ZONA_DATABASE_PREFIX": settings.database_prefix,
    }
    command = [sys.executable, "-m", "shared.launcher", "units"]
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        wait_until(lambda: b"worker_ready" in (tmp_path / "worker.log").read_bytes(), 30, "the worker to be ready")
        yield rooms
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def test_an_import_runs_in_a_process_of_its_own_and_its_words_go_out(worker: Rooms) -> None:
    body = b"code,name,kind,province\nK16,Kementerian Keuangan,ministry,\nL31,Pemerintah Provinsi Jakarta,province,31\n"
    id = submit(worker.jobs, "import", {"kind": "institutions", "dry_run": False}, cause(), body=body)
    wait_until(lambda: worker.jobs.load(id).state.state == "done", 30, "the import to end")
    said = worker.database["events"]
    wait_until(lambda: said.find_one({"subject": "institution:L31", "sequence": 1}), 20, "the words to go out")


def test_a_returned_proposal_is_heard_from_the_broker(worker: Rooms, amqp_uri: str) -> None:
    stand(worker, quota=1)
    handlers.propose(worker, UNIT, filing(), cause())
    wrapped = envelope("evaluation", f"proposal:{UNIT}.2026.1", 1, RETURNED, cause())
    publisher = Publisher(amqp_uri)
    outgoing = Outgoing("evaluation.events", wrapped["type"], encode(wrapped), wrapped["id"], CONTENT_TYPE)
    assert publisher.publish([outgoing, outgoing]) == [True, True]
    publisher.close()

    def state() -> ProposalState:
        return worker.units.load(UNIT).state.proposals[0].state

    wait_until(lambda: state() is ProposalState.RETURNED, 20, "the return to be heard")
    wait_until(lambda: not worker.institutions.load("L3171").state.reservations, 20, "the place to be free")
