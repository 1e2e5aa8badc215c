"""First process of a web or worker container: check settings and secrets, wait for the ground, become the program.

Settings that are wrong end the container with a line for each fault (2), for only a person can mend them. What may
still come (database, broker, topology) is waited for: one log line when it is missing, another when that changes,
and a reminder each minute. Nothing listens meanwhile, so the container is not ready.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NoReturn

from deploy.containers.ground import NotThere, require_broker, require_database
from deploy.containers.strength import weakness_of_uri
from shared.observability import configure_logs, logger
from shared.settings import SERVICES, Settings, SettingsError

BAD_SETTINGS = 2
SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 5.0
REMINDER = 60.0

Check = Callable[[Settings, str], None]
CHECKS: dict[str, tuple[Check, ...]] = {"web": (require_database,), "worker": (require_database, require_broker)}
NEEDS = {"web": ("mongodb_uri", "token_public_key_file"), "worker": ("mongodb_uri", "amqp_uri")}
PASSWORDS = {"mongodb_uri": "MONGODB_URI", "amqp_uri": "AMQP_URI"}


def main(command: Sequence[str]) -> int:
    """Become `command` once everything that it needs is there."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: sys.exit(128 + received))
    process, service = os.environ.get("ZONA_PROCESS", ""), os.environ.get("ZONA_SERVICE", "")
    try:
        settings = settings_of(process, service)
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - logging is not set up yet
        return BAD_SETTINGS
    configure_logs(settings, service, process)
    logging.getLogger("pika").setLevel(logging.CRITICAL)  # our own line tells it
    if process == "worker" and service == "notifications" and not settings.smtp_uri:
        logger().warning("no_mail_server", fault="SMTP_URI is not set: e-mails stay queued until it is")
    for check in CHECKS[process]:
        wait_for(partial(check, settings, service))
    return become(command)


def become(command: Sequence[str]) -> NoReturn:
    """Replace this process by `command`, so that it gets the signals."""
    os.execvp(command[0], list(command))  # noqa: S606 - the image's own command


def settings_of(process: str, service: str) -> Settings:
    """The settings of this container; raises SettingsError with every fault, weak passwords among them."""
    if service not in SERVICES or process not in NEEDS:
        raise SettingsError([f"ZONA_SERVICE={service!r} and ZONA_PROCESS={process!r} name no process of Zona"])
    needs = NEEDS[process] + (("token_private_key_file",) if (process, service) == ("web", "units") else ())
    faults: list[str] = []
    settings = Settings()
    try:
        settings = Settings.from_environment(needs=needs)
    except SettingsError as error:
        faults += error.faults
    faults += [fault for attribute, name in PASSWORDS.items() if attribute in needs and (fault := weak(name))]
    if faults:
        raise SettingsError(faults)
    return settings


def weak(name: str) -> str:
    """What is wrong with the password in the URI of that setting; empty if nothing is, or if it is not set."""
    uri = os.environ.get(name, "")
    path = Path(os.environ.get(f"{name}_FILE", ""))
    if not uri and path.is_file():
        uri = path.read_text().strip()
    why = weakness_of_uri(uri) if uri else ""
    return f"{name} is weak: {why}; delete its file in deploy/secrets and run `make secrets`" if why else ""


def wait_for(check: Callable[[], None]) -> None:
    """Return once `check` no longer raises NotThere."""
    said, said_at, pause = "", 0.0, SHORTEST_PAUSE
    while True:
        try:
            return check()
        except NotThere as missing:
            now = time.monotonic()
            if str(missing) != said or now - said_at >= REMINDER:
                said, said_at = str(missing), now
                logger().warning("waiting", fault=said)
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
