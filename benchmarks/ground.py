"""Where benchmarks run: a private broker, a private database, and a process for each contender."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import subject
from benchmarks.options import Options
from shared.localrun.broker import make_broker
from shared.localrun.database import make_database
from shared.localrun.processes import Supervisor
from shared.messaging.declare import apply, open_connection
from shared.messaging.topology import handler_queue
from shared.settings import Settings
from shared.storage import connect

CHECKOUT = Path(__file__).parent.parent
STATE = CHECKOUT / "build" / "benchmarks"
RAW_QUEUE = "bench.raw"
_LONGEST = 600.0


class ContenderFailed(Exception):
    """A contender ended without a result; the text is the end of its log."""


@dataclass
class Ground:
    """Servers and a folder of one run. `profiler` is put before the command of the next contender."""

    amqp_uri: str
    mongodb_uri: str
    folder: Path
    profiler: Sequence[str] = field(default_factory=tuple)

    @contextlib.contextmanager
    def database(self) -> Iterator[Settings]:
        """Settings that point at a database with nothing in it; it is dropped at the end."""
        prefix = f"bm{secrets.token_hex(4)}_"
        settings = Settings(mongodb_uri=self.mongodb_uri, amqp_uri=self.amqp_uri, database_prefix=prefix)
        database = connect(settings, subject.SERVICE)
        try:
            yield settings
        finally:
            database.client.drop_database(database.name)
            database.client.close()

    def fresh_queue(self, name: str) -> None:
        """Make a handler's queue anew, empty and bound; the raw contenders' queue gets the very same arguments."""
        declared = handler_queue(subject.HEARD_QUEUE if name == RAW_QUEUE else name)
        with open_connection(self.amqp_uri) as connection:
            channel = connection.channel()
            channel.queue_delete(name)
            channel.queue_declare(name, durable=True, arguments=declared.arguments)
            for exchange, key in () if name == RAW_QUEUE else declared.bindings:
                channel.queue_bind(name, exchange, key)

    def depth(self, name: str) -> int:
        """Messages that wait in a queue."""
        with open_connection(self.amqp_uri) as connection:
            return int(connection.channel().queue_declare(name, passive=True).method.message_count)

    def run(self, contender: str, job: Mapping[str, Any], prefix: str = "zona_") -> dict[str, Any]:
        """Run `benchmarks.contenders.<contender>` in a process of its own; gives its result."""
        file = self.folder / "job.json"
        file.write_text(json.dumps(dict(job)))
        command = [
            *self.profiler,
            sys.executable,
            "-m",
            "benchmarks.child",
            f"benchmarks.contenders.{contender}",
            str(file),
        ]
        log = self.folder / f"{contender}.log"
        with log.open("ab") as errors:
            ended = subprocess.run(
                command,
                env=self.environment(prefix),
                cwd=CHECKOUT,
                stdout=subprocess.PIPE,
                stderr=errors,
                timeout=_LONGEST,
                check=False,
            )
        if ended.returncode != 0:
            raise ContenderFailed(f"{contender}: {log.read_text()[-2000:]}")
        return _result(ended.stdout.decode().splitlines())

    def work(self, name: str, command: Sequence[str], events: int, environment: Mapping[str, str]) -> dict[str, Any]:
        """Start a worker on a queue that is filled already; stop it when it has told its tally, and give that."""
        tally, log = self.folder / "tally.json", self.folder / f"{name}.log"
        tally.unlink(missing_ok=True)
        told = {"BENCH_TALLY": str(tally), "BENCH_EVENTS": str(events)}
        with log.open("ab") as output:
            worker = subprocess.Popen(
                [*self.profiler, *command],
                env={**environment, **told},
                cwd=CHECKOUT,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            _await(tally, worker, log)
            return dict(json.loads(tally.read_text()))
        finally:
            _stop(worker, profiled=bool(self.profiler))

    def environment(self, prefix: str) -> dict[str, str]:
        """What a process of the house is told; settings that the caller's environment holds count."""
        return {
            **os.environ,
            "AMQP_URI": self.amqp_uri,
            "MONGODB_URI": self.mongodb_uri,
            "ZONA_DATABASE_PREFIX": prefix,
            "PYTHONPATH": str(CHECKOUT),
        }


@contextlib.contextmanager
def prepared(name: str, options: Options) -> Iterator[Ground]:
    """Start the servers; their data end with them. MONGODB_URI may name another database server."""
    STATE.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=STATE))
    with Supervisor(folder / "logs") as supervisor:
        broker, database = (
            make_broker({}, supervisor, folder / "broker"),
            make_database(os.environ, supervisor, folder / "database"),
        )
        broker.start()
        database.start()
        apply(broker.uri)
        yield Ground(broker.uri, database.uri, folder)
        broker.kill()
        database.kill()
    if not options.keep:
        shutil.rmtree(folder, ignore_errors=True)


def _result(lines: Sequence[str]) -> dict[str, Any]:
    """The last line that is a JSON object: a profiler may speak after the contender."""
    return dict(json.loads(next(line for line in reversed(lines) if line.startswith("{"))))


def _await(tally: Path, worker: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _LONGEST
    while not tally.exists():
        if worker.poll() is not None or time.monotonic() > end:
            raise ContenderFailed(f"{log.stem}: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)


def _stop(worker: subprocess.Popen[bytes], *, profiled: bool) -> None:
    """SIGTERM to the worker's group, a grace, SIGKILL. A profiler is spared: it writes when its child has ended."""
    if profiled:
        children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
        for child in children:
            os.kill(int(child), signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.wait(30)
    for number, grace in ((signal.SIGTERM, 20), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(worker.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            worker.wait(grace)
            return
