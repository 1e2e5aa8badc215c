"""`python -m shared.launcher SERVICE`: one worker process.

Stops within a second on SIGTERM: handlers that run are finished, prefetched messages go back.
"""

from __future__ import annotations

import os
import warnings

# eventlet's own resolver keeps an address for the name's TTL, ten minutes in Docker: a server that comes back under
# another address would stay lost that long; the system's resolver asks each time
os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")  # known and decided: docs/adr

import eventlet
import eventlet.debug

eventlet.monkey_patch()


import importlib
import logging
import signal
import sys
from typing import Any

from nameko.constants import HEARTBEAT_CONFIG_KEY
from nameko.runners import ServiceRunner

from shared.messaging.extensions import SETTINGS_KEY
from shared.messaging.health import serve_health
from shared.messaging.permissions import own_queues
from shared.messaging.wire import in_few_reads
from shared.observability import configure_logs, logger
from shared.settings import SERVICES, Settings, SettingsError

TICK = 0.25
HEARTBEAT = 30
"""Seconds; the broker gives up a consumer that it has not heard for twice that."""
RECONNECTING = {"max_retries": None, "interval_start": 0.2, "interval_step": 0.3, "interval_max": 2}


def worker_class(service: str) -> Any:
    """The Nameko service class in services.<service>.worker."""
    module = importlib.import_module(f"services.{service}.worker")
    return next(
        each for each in vars(module).values() if isinstance(each, type) and getattr(each, "name", "") == service
    )


def main(arguments: list[str]) -> int:
    """Run until SIGTERM or SIGINT; 2 on bad settings, 1 when the worker died."""
    if len(arguments) != 1 or arguments[0] not in SERVICES:
        print(f"usage: zi worker {'|'.join(SERVICES)}", file=sys.stderr)
        return 2
    service = arguments[0]
    try:
        settings = Settings.from_environment(needs=("mongodb_uri", "amqp_uri"))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    configure_logs(settings, service, "worker")
    logging.getLogger("nameko").setLevel(logging.ERROR)  # our own canonical line tells it
    return run(worker_class(service), settings)


def run(worker: Any, settings: Settings) -> int:
    """Start the Nameko service class `worker` and wait for the signal; 0 when asked to stop, 1 when it died.

    Whatever computes for `HANDLER_SECONDS` without a pause gets a RuntimeError: the heartbeat must not starve.
    """
    runner = ServiceRunner(
        {
            "AMQP_URI": settings.amqp_uri,
            "max_workers": (len(own_queues(worker.name)) + 1) * settings.prefetch,  # and room for timers
            HEARTBEAT_CONFIG_KEY: HEARTBEAT,
            "TRANSPORT_OPTIONS": {**RECONNECTING, "frame_writer": in_few_reads},
            SETTINGS_KEY: settings,
        }
    )
    eventlet.debug.hub_blocking_detection(True, settings.handler_seconds)
    runner.add_service(worker)
    (container,) = runner.containers
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: stopping.append(received))
    if settings.health_port:
        serve_health(settings, container)
    starting = eventlet.spawn(runner.start)
    waiting = eventlet.spawn(_wait, starting, runner)
    while not stopping and not waiting.dead:
        eventlet.sleep(TICK)  # also keeps the hub awake: without it a signal waits for the next socket
    return _stop(runner, starting, waiting, bool(stopping))


def _wait(starting: Any, runner: Any) -> None:
    starting.wait()
    logger().info("worker_ready")
    runner.wait()


def _stop(runner: Any, starting: Any, waiting: Any, asked: bool) -> int:
    if not asked:
        try:
            waiting.wait()
        except Exception as error:
            logger().error("worker_died", exc_info=error)
        return 1
    if starting.dead:
        with eventlet.Timeout(20, exception=False):
            runner.stop()
    logger().info("worker_stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
