"""Two workers of a service against one, where no database is in the way: a handler that waits 20 ms, one at a time."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
from pymongo.database import Database

from benchmarks.ground import CHECKOUT, Ground
from benchmarks.subject import HEARD_QUEUE
from shared.contracts import CONTENT_TYPE, encode, envelope
from shared.localrun.ports import LOOPBACK, free_ports
from shared.localrun.processes import Program, Supervisor
from shared.messaging.publisher import Outgoing, Publisher
from shared.storage import Cause, Event, connect
from shared.testing import wait_until

EVENTS = 600
LONGEST = 120.0
SERVICE = "registry"
_CAUSE = Cause(datetime(2026, 11, 20, tzinfo=UTC), "benchmark-probe")


def probe(ground: Ground, processes: int, events: int = EVENTS) -> dict[str, Any]:
    """So many processes at prefetch 1 share `events`; {"events", "seconds", "shares"}, first effect to last."""
    ground.fresh_queue(HEARD_QUEUE)
    with ground.database() as settings, Supervisor(ground.folder / "logs") as supervisor:
        children = [
            supervisor.launch(_program(number, port, ground.environment(settings.database_prefix)))
            for number, port in enumerate(free_ports(processes), start=1)
        ]
        for child in children:
            supervisor.await_ready(child)
        _publish(ground.amqp_uri, events)
        effects = connect(settings, SERVICE)
        wait_until(lambda: _count(effects) == events, LONGEST, f"{events} effects")
        done = list(effects["effects"].find())
        effects.client.close()
    moments = sorted(one["at"] for one in done)
    shares = sorted(Counter(one["by"] for one in done).values())
    return {"events": events - 1, "seconds": moments[-1] - moments[0], "shares": shares}


def _program(number: int, port: int, environment: dict[str, str]) -> Program:
    told = {**environment, "PREFETCH": "1", "HEALTH_PORT": str(port), "PYTHONUNBUFFERED": "1"}
    command = (sys.executable, "-m", "benchmarks.contenders.pipeline_probe")
    return Program(f"probe-{number}", command, told, folder=Path(CHECKOUT), ready=lambda: _ready(port))


def _ready(port: int) -> bool:
    try:
        return requests.get(f"http://{LOOPBACK}:{port}/health/ready", timeout=2).ok
    except requests.RequestException:
        return False


def _count(database: Database[dict[str, Any]]) -> int:
    return database["effects"].count_documents({})


def _publish(amqp_uri: str, events: int) -> None:
    publisher = Publisher(amqp_uri)
    taken = publisher.publish([_event(number) for number in range(events)])
    publisher.close()
    if not all(taken):
        raise AssertionError("the broker did not take every event")


def _event(number: int) -> Outgoing:
    data = {"code": f"K{number:05}", "name": "-", "kind": "ministry", "province": None}
    said = envelope("units", f"institution:K{number:05}", 1, Event("units.institution_registered", data), _CAUSE)
    return Outgoing("units.events", said["type"], encode(said), said["id"], CONTENT_TYPE)
