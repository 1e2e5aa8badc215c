"""The one-shot set-up that every other container waits for: safe to repeat, beside a running system too.

Replica set → a user of each service → indexes → permissions → topology → policies → the first account. What is away
is waited for, for five minutes; what trying can't mend ends it at once. Each step says one line.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from deploy.containers import broker, replica_set
from deploy.containers.ground import NotThere
from deploy.containers.strength import weakness, weakness_of_uri
from shared.messaging.declare import BrokerUnreachable, TopologyDiffers
from shared.messaging.declare import apply as declare
from shared.settings import SERVICES, Settings, SettingsError

PATIENCE = 300.0
PAUSE = 2.0
BAD_SETTINGS = 2
FOLDER = "ZONA_SERVICE_SECRETS"
"""The folder with `<service>-mongodb-uri` of each service."""


class StepFailed(Exception):
    """A step that trying again does not mend."""


def main() -> int:
    """0 when everything stands, 1 if a step failed, 2 for bad settings."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: sys.exit(128 + received))
    try:
        settings, uris = read_settings()
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - what the container says
        return BAD_SETTINGS
    try:
        for step in steps(settings, uris):
            for line in patiently(step):
                say("done", line)
    except (NotThere, StepFailed) as error:
        say("failed", str(error))
        return 1
    say("ready", "everything stands: the services may start")
    return 0


def read_settings() -> tuple[Settings, dict[str, str]]:
    """The settings and the database URI of each service; raises SettingsError with every fault, weak ones too."""
    faults: list[str] = []
    settings = Settings()
    try:
        settings = Settings.from_environment(needs=("mongodb_uri", "amqp_uri", "admin_password"))
    except SettingsError as error:
        faults += error.faults
    uris = {}
    for path in [Path(os.environ.get(FOLDER, "/run/secrets")) / f"{service}-mongodb-uri" for service in SERVICES]:
        try:
            uris[path.name] = path.read_text().strip()
        except OSError as error:
            faults.append(f"{path} can't be read ({error.strerror}): run `make secrets`")
    faults += weak_ones(settings, uris)
    if faults:
        raise SettingsError(faults)
    return settings, {service: uris[f"{service}-mongodb-uri"] for service in SERVICES}


def weak_ones(settings: Settings, uris: dict[str, str]) -> list[str]:
    """A sentence for each weak password."""
    given = {"MONGODB_URI": settings.mongodb_uri, "AMQP_URI": settings.amqp_uri, **uris}
    checks = {name: weakness_of_uri(uri) for name, uri in given.items() if uri}
    checks["ZONA_ADMIN_PASSWORD"] = weakness(settings.admin_password) if settings.admin_password else ""
    remedy = "delete its file in deploy/secrets and run `make secrets`"
    return [f"{name} is weak: {why}; {remedy}" for name, why in checks.items() if why]


def steps(settings: Settings, uris: dict[str, str]) -> list[Callable[[], list[str]]]:
    """What is to be done, in order; each gives its lines and raises NotThere or StepFailed."""
    return [
        lambda: [replica_set.initiate(settings)],
        lambda: [replica_set.grant(settings, service, uri) for service, uri in uris.items()],
        lambda: run_zi("indexes", "apply"),
        lambda: broker.grant(settings),
        lambda: [apply_topology(settings)],
        lambda: broker.apply_policies(settings),
        lambda: run_zi("units", "bootstrap"),
    ]


def patiently(step: Callable[[], list[str]]) -> list[str]:
    """The step's lines, after trying as long as something is away; raises NotThere when patience ends, StepFailed."""
    end, said = time.monotonic() + PATIENCE, ""
    while True:
        try:
            return step()
        except NotThere as missing:
            if time.monotonic() > end:
                raise
            if str(missing) != said:
                said = str(missing)
                say("waiting", said)
        time.sleep(PAUSE)


def apply_topology(settings: Settings) -> str:
    """Declare exchanges and queues; raises NotThere, StepFailed when the broker holds other ones."""
    try:
        exchanges, queues = declare(settings.amqp_uri)
    except TopologyDiffers as error:
        raise StepFailed(str(error)) from error
    except (BrokerUnreachable, OSError) as error:
        raise NotThere(str(error)) from error
    return f"{exchanges} exchanges and {queues} queues stand"


def run_zi(*command: str) -> list[str]:
    """The lines that a `zi` command prints; raises NotThere when it fails for want of a server, StepFailed else."""
    done = subprocess.run(["zi", *command], capture_output=True, text=True, check=False)  # noqa: S607 - of this image
    if done.returncode == 0:
        return done.stdout.splitlines()
    said = (done.stderr.strip().splitlines() or ["no word of why"])[-1]
    failure = NotThere if done.returncode == 1 else StepFailed
    raise failure(f"`zi {' '.join(command)}`: {said}")


def say(event: str, line: str) -> None:
    """One line on stdout, in the form of the services' logs."""
    level = {"waiting": "warning", "failed": "error"}.get(event, "info")
    record = {"event": event, "step": line, "service": "setup", "level": level}
    print(json.dumps(record), flush=True)  # noqa: T201 - what the container says


if __name__ == "__main__":
    sys.exit(main())
