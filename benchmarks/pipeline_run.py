"""One run of the pipeline: from the accepted filing to the designation on the public API, through the whole system.

    python -m benchmarks.pipeline_run --n 500

The clock of a proposal runs from the 2xx answer to its filing until `GET /api/v1/designations/{number}` shows it. What
people do in between (three reviews, the survey, the panel, the decree) is played at once when it is their turn.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pika
from pymongo.errors import PyMongoError

from benchmarks.pipeline_database import ceiling, idle, operations, per_proposal
from benchmarks.pipeline_figures import outcome
from benchmarks.pipeline_ground import prepare
from benchmarks.pipeline_people import HEARD_AT_ONCE, QUEUE, TURNS, Country
from benchmarks.pipeline_watch import Watch, cpu_of
from benchmarks.telling import tell
from shared.localrun.ports import free_ports
from shared.localrun.programs import Programs
from shared.localrun.system import System
from shared.settings import SERVICES, Settings
from shared.storage import connect

SPEAKING = {"units": ("units", "institutions", "cycles", "accounts"), "evaluation": ("worksheets",)}
"""Service → the kinds of aggregates that the preparation makes and that say something."""
HEARD_BEFORE = ("evaluation.learn_unit", "evaluation.learn_cycle", "registry.learn_institution")
PROGRESS_EVERY = 5.0
LOOK_EVERY = 0.05


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure. Times are seconds.

    in_flight      proposals under way at once; 0: all of them are filed as fast as they are accepted
    workers        processes of each service that hears events
    notifications  the real notifications worker beside it (its mails are not sent); else people hear in its place
    within         bound of the clock's run
    stalled        without a publication for so long the run ends with what there is
    """

    proposals: int = 500
    in_flight: int = 32
    workers: int = 1
    notifications: bool = False
    threads: int = 12
    within: float = 1500.0
    stalled: float = 120.0
    tell: Callable[[str], None] = lambda _line: None


def run(options: Options) -> dict[str, Any]:
    """One run on a system of its own; what was reached, also when it stalled (`"complete": false`)."""
    folder = Path(mkdtemp(prefix="zona-pipeline-"))
    try:
        with System(folder, port=free_ports(1)[0], mail=False, environment=surroundings()) as system:
            return measure(system, options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def surroundings() -> dict[str, str]:
    """The environment, without a mail server: messages would be sent on the same cores."""
    return {name: value for name, value in os.environ.items() if name != "SMTP_URI"}


def measure(system: System, options: Options) -> dict[str, Any]:
    """The same on a running system."""
    settings = Settings.from_environment({**os.environ, **system.environment})
    staff(system, options)
    country = populated(system, settings, options)
    resting = idle(settings)
    options.tell("the clock starts")
    leaders = lambda: {name: child.pid for name, child in system.supervisor.children.items()}  # noqa: E731
    before, own = operations(settings), cpu_of(os.getpid())
    with hearing(settings.amqp_uri, country, options), Watch(leaders, lambda: country.done) as watch:
        clock = play(country, options)
    report = {**outcome(country, clock), "processes": watch.report()}
    report["driver_cores"] = round((cpu_of(os.getpid()) - own) / clock, 3)
    work = report["operations_per_proposal"] = per_proposal(before, operations(settings), country.done)
    report["idle_operations_per_second"] = resting
    try:
        report["raw_database_per_second"] = ceiling(settings, work)
    except PyMongoError as error:  # what was measured is told all the same
        options.tell(f"the raw database work could not be measured: {error}")
    return {**described(options), **report}


def populated(system: System, settings: Settings, options: Options) -> Country:
    """Everybody and everything that there is before the first filing, heard of by all services."""
    began = time.monotonic()
    ground = prepare(settings, options.proposals, accounts=options.notifications)
    await_quiet(settings, options.notifications)
    options.tell(f"{time.monotonic() - began:.0f} s: {options.proposals} units are ready to file, everybody knows them")
    at_once = min(options.in_flight, options.proposals)
    return Country(system.base_url, settings.token_private_key_file, ground, at_once)


def staff(system: System, options: Options) -> None:
    """More workers of each service if wished; none of notifications where people hear in its place."""
    programs = Programs(system.environment, system.state.folder)
    if not options.notifications:
        system.supervisor.stop("worker-notifications")
    for service in SERVICES:
        if service == "notifications" and not options.notifications:
            continue
        for number, port in enumerate(free_ports(options.workers - 1), start=2):
            program = programs.worker(service, port)
            system.supervisor.start(replace(program, name=f"{program.name}-{number}"))


def await_quiet(settings: Settings, notifications: bool, within: float = 900.0) -> None:
    """Until every outbox is empty and every handler has heard what was prepared; people then know of it too."""
    heard = (*HEARD_BEFORE, QUEUE) if notifications else HEARD_BEFORE
    databases = {service: connect(settings, service) for service in SPEAKING}
    connection = pika.BlockingConnection(pika.URLParameters(settings.amqp_uri))
    until = time.monotonic() + within
    with contextlib.closing(connection):
        channel = connection.channel()
        while _unsaid(databases) or sum(_depth(channel, queue) for queue in heard):
            if time.monotonic() > until:
                raise TimeoutError("what was prepared has not been heard by everybody")
            connection.sleep(LOOK_EVERY * 10)
        if not notifications:
            channel.queue_purge(QUEUE)
    for database in databases.values():
        database.client.close()


def _unsaid(databases: Mapping[str, Any]) -> int:
    """Aggregates with events to say."""
    collections = [databases[service][kind] for service, kinds in SPEAKING.items() for kind in kinds]
    return sum(collection.count_documents({"pending": True}) for collection in collections)


def _depth(channel: Any, queue: str) -> int:
    return int(channel.queue_declare(queue, passive=True).method.message_count)


@contextlib.contextmanager
def hearing(amqp_uri: str, country: Country, options: Options) -> Iterator[None]:
    """A thread that hears for everybody."""
    ear = threading.Thread(target=_hear, args=(amqp_uri, country, options), daemon=True)
    ear.start()
    try:
        yield
    finally:
        country.stop.set()
        ear.join()


def _hear(amqp_uri: str, country: Country, options: Options) -> None:
    connection = pika.BlockingConnection(pika.URLParameters(amqp_uri))
    with contextlib.closing(connection):
        channel = connection.channel()
        channel.basic_qos(prefetch_count=HEARD_AT_ONCE)
        queue = _own_queue(channel) if options.notifications else QUEUE
        for method, _, body in channel.consume(queue, inactivity_timeout=0.2):
            if country.stop.is_set():
                return
            if method is not None:
                country.hear(json.loads(body))
                channel.basic_ack(method.delivery_tag)


def _own_queue(channel: Any) -> str:
    """A queue beside that of the notifications worker, for what people have to know."""
    name = str(channel.queue_declare("", exclusive=True).method.queue)
    for turn in TURNS:
        channel.queue_bind(name, f"{turn.partition('.')[0]}.events", turn)
    return name


def play(country: Country, options: Options) -> float:
    """Let everybody act until all is published, time is up, nothing moves or Ctrl-C; gives the seconds."""
    began = time.monotonic()
    crowd = country.begin(options.threads)
    with contextlib.suppress(KeyboardInterrupt):  # what was reached is told all the same
        _look_on(country, options, began)
    seconds = time.monotonic() - began
    country.end(crowd)
    return seconds


def _look_on(country: Country, options: Options, began: float) -> None:
    told = moved = began
    before = 0
    while country.done < len(country.ways) and not country.stop.is_set():
        time.sleep(LOOK_EVERY)
        now = time.monotonic()
        if country.done != before:
            before, moved = country.done, now
        if now - told > PROGRESS_EVERY:
            told = now
            options.tell(f"{now - began:6.0f} s: {country.done} of {len(country.ways)} published")
        if now - began > options.within or now - moved > options.stalled:
            return


def described(options: Options) -> dict[str, Any]:
    """The options, for the report."""
    return {item.name: getattr(options, item.name) for item in fields(options) if item.name != "tell"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=500, help="proposals")
    parser.add_argument("--in-flight", type=int, default=32, help="at once; 0: all of them")
    parser.add_argument("--workers", type=int, default=1, help="of each service")
    parser.add_argument("--threads", type=int, default=12, help="of the driver")
    parser.add_argument("--within", type=float, default=1500.0, help="seconds at most")
    parser.add_argument("--notifications", action="store_true", help="with the notifications worker")
    asked = parser.parse_args(arguments)
    options = Options(asked.n, asked.in_flight, asked.workers, asked.notifications, asked.threads, asked.within)
    report = run(replace(options, tell=tell))
    sys.stdout.write(json.dumps(report) + "\n")
    return 0 if report["complete"] else 1


if __name__ == "__main__":
    sys.exit(main())
