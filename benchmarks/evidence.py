"""`evidence`: files of 2 MB handed in by eight clients at once, and the memory of the web processes meanwhile."""

from __future__ import annotations

import io
import os
import random
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import requests

from benchmarks import machine
from benchmarks.options import Options
from benchmarks.report import Report
from benchmarks.rounds import interleave
from benchmarks.telling import tell
from services.evaluation import handlers
from services.evaluation.domain.known import UnitCard
from services.evaluation.rooms import build
from shared.localrun.database import make_database
from shared.localrun.ports import LOOPBACK, free_ports
from shared.localrun.processes import Program, Supervisor
from shared.security import Actor
from shared.security.tokens import create_key_pair, issue, load_key
from shared.settings import Settings
from shared.storage import Cause

FILES, CLIENTS, SIZE = 2_000, 8, 2_000_000
FILES_OF_A_UNIT = 450
CYCLE, QUESTION = "2026", "A.I.MP.i.a"
MARK = b"MARK" * 8
PAUSE = 0.2
CAUSE = Cause(datetime(2026, 5, 20, tzinfo=UTC), "benchmark-evidence")


@dataclass(frozen=True)
class Office:
    """A running web application and the units whose officers hand in."""

    address: str
    key: str
    master: int
    units: tuple[str, ...]

    def hand_in(self, nth: int, data: bytes) -> None:
        """One file that nobody has handed in before."""
        unit = self.units[nth // FILES_OF_A_UNIT]
        officer = Actor(unit.lower(), unit, frozenset({"unit_officer"}), unit=unit)
        token, _ = issue(officer, load_key(self.key), datetime.now(UTC))
        answer = requests.post(
            f"{self.address}/api/v1/worksheets/{unit}/{CYCLE}/evidence",
            params={"name": f"bukti {nth}.pdf", "question": QUESTION},
            data=io.BytesIO(data.replace(MARK, uuid.uuid4().hex.encode())),
            headers={"Authorization": f"Bearer {token}"},
            timeout=120,
        )
        answer.raise_for_status()

    def memory(self) -> int:
        """Resident bytes of all web processes together; the inspections' own are not theirs."""
        workers = Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()
        return sum(_resident(pid) for pid in workers)


def run(options: Options) -> Report:
    """Two gunicorn processes of eight threads take every file; each is stored, inspected and put into a worksheet."""
    about, files = machine.describe(), options.events or FILES
    measured: list[dict[str, Any]] = []

    def measure() -> dict[str, Any]:
        with _office(files) as office:
            measured.append(_handed_in(office, files))
        return measured[-1]

    figures = interleave(
        {"hand in": (f"{SIZE / 1e6:.0f} MB each, {CLIENTS} clients", measure)}, options.rounds or 1, tell
    )
    last = measured[-1]
    early, late = last["early_mb"], last["late_mb"]
    notes = [
        f"{files * SIZE / 1e6 / last['seconds']:.0f} MB/s; median {last['median_ms']:.0f} ms a file",
        f"web processes: {early:.0f} MB in the second tenth of the time, {late:.0f} MB in the last",
    ]
    more = {"memory_growth": round(late / early, 3), "megabytes": files * SIZE / 1e6}
    return Report("evidence", figures, [], about, unit="files/s", notes=notes, more=more)


def _handed_in(office: Office, files: int) -> dict[str, Any]:
    document, sizes, ended = _document(), [], threading.Event()
    for nth in range(CLIENTS):
        office.hand_in(0, document + b"\n%%" + str(nth).encode())  # libraries, connections, threads' first memory

    def timed(nth: int) -> float:
        began = time.perf_counter()
        office.hand_in(nth, document)
        return time.perf_counter() - began

    def watch() -> None:
        while not ended.wait(PAUSE):
            sizes.append(office.memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        each = list(clients.map(timed, range(files)))
    seconds = time.perf_counter() - began
    ended.set()
    watcher.join()
    sizes = sizes or [office.memory()]
    tenth = max(len(sizes) // 10, 1)
    return {
        "events": files,
        "seconds": seconds,
        "median_ms": statistics.median(each) * 1e3,
        "early_mb": max(sizes[tenth : 2 * tenth] or sizes) / 1e6,
        "late_mb": max(sizes[-tenth:]) / 1e6,
    }


@contextmanager
def _office(files: int) -> Iterator[Office]:
    with tempfile.TemporaryDirectory() as folder, Supervisor(Path(folder) / "logs") as supervisor:
        database = make_database(os.environ, supervisor, Path(folder) / "database")
        database.start()
        private, public = create_key_pair(Path(folder))
        settings = Settings(mongodb_uri=database.uri, database_prefix=f"bm{uuid.uuid4().hex[:8]}_")
        units = tuple(f"U{nth}" for nth in range(files // FILES_OF_A_UNIT + 1))
        _begin(settings, units)
        [port] = free_ports(1)
        program = _program(settings, public, port)
        yield Office(f"http://{LOOPBACK}:{port}", str(private), supervisor.start(program).pid, units)
        if "MONGODB_URI" in os.environ:  # a private server's data end with its folder
            build(settings).database.client.drop_database(f"{settings.database_prefix}evaluation")


def _begin(settings: Settings, units: tuple[str, ...]) -> None:
    """A worksheet for each unit."""
    rooms = build(settings)
    rooms.ensure_indexes()
    known = {"cycle": CYCLE, "instrument": "lke-2021", "evaluators_per_proposal": 3, "max_load": 30}
    rooms.known.learn_cycle(known, source=f"cycle:{CYCLE}", sequence=1)
    for unit in units:
        card = UnitCard(unit, unit, "I", "I", "city", "31", "health")
        rooms.known.learn_unit(asdict(card), source=f"unit:{unit}", sequence=1)
        officer = Actor(unit.lower(), unit, frozenset({"unit_officer"}), unit=unit)
        handlers.begin_worksheet(rooms, officer, CAUSE, unit=unit, cycle=CYCLE)
    rooms.database.client.close()


def _program(settings: Settings, public: Path, port: int) -> Program:
    environment = {
        "ZONA_SERVICE": "evaluation",
        "MONGODB_URI": settings.mongodb_uri,
        "ZONA_DATABASE_PREFIX": settings.database_prefix,
        "ZONA_TOKEN_PUBLIC_KEY_FILE": str(public),
        "LOG_LEVEL": "WARNING",
    }
    options = ("--threads=8", "--workers=2", f"--bind={LOOPBACK}:{port}", "--log-level=warning")
    arguments = (sys.executable, "-m", "gunicorn", *options, "shared.web.serving:create_app()")
    return Program("evidence-web", arguments, environment, ready=lambda: _ready(port))


def _ready(port: int) -> bool:
    try:
        return requests.get(f"http://{LOOPBACK}:{port}/health/ready", timeout=2).ok
    except requests.RequestException:
        return False


def _document() -> bytes:
    """A PDF of SIZE bytes as a scanner makes it, with a mark that makes each copy another file."""
    made = pikepdf.Pdf.new()
    made.add_blank_page()
    filling = random.Random(7).randbytes(SIZE)  # noqa: S311 - the same bytes in every run
    made.Root.Filling = made.make_stream(MARK + filling)
    target = io.BytesIO()
    made.save(target, compress_streams=False)
    return target.getvalue()


def _resident(pid: str) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
