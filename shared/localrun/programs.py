"""The house's own programs as the supervisor runs them: each with the settings that it needs and no more."""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import requests

from shared.localrun.ports import LOOPBACK
from shared.localrun.processes import Program
from shared.localrun.site import MOUNTS

WEB_PROCESSES = 2
WEB_THREADS = 8
_ANSWER_WITHIN = 5.0
_SECRETS = {"ZONA_TOKEN_PRIVATE_KEY_FILE", "ZONA_ADMIN_PASSWORD"}
_BROKER = {"AMQP_URI"}


def answers_ok(*addresses: str) -> Callable[[], bool]:
    """A look whether all these addresses answer 200."""

    def look() -> bool:
        try:
            return all(requests.get(a, timeout=_ANSWER_WITHIN).status_code == HTTPStatus.OK for a in addresses)
        except requests.RequestException:
            return False

    return look


@dataclass(frozen=True, slots=True)
class Programs:
    """Made of the system's environment (see `System.environment`) and its state folder."""

    environment: Mapping[str, str]
    folder: Path

    def zi(self, *command: str, within: float = 60.0) -> Program:
        """A `zi` command that comes to its end."""
        program = Path(sys.executable).with_name("zi")
        environment = self._environment()
        return Program("zi-" + "-".join(command), (str(program), *command), environment, start_within=within)

    def mail_sink(self, folder: Path, port: int) -> Program:
        """The mail server that keeps what it is sent."""
        arguments = ("-m", "shared.localrun.mail", "--port", str(port), "--folder", str(folder))
        return self._python("mail", arguments, lambda: _greets(port), without=_SECRETS | _BROKER)

    def site(self, port: int) -> Program:
        """All four web applications in one gunicorn; they never need the broker."""
        metrics = self.folder / "metrics"
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir(parents=True)
        place = ("--bind", f"{LOOPBACK}:{port}", "--workers", str(WEB_PROCESSES), "--threads", str(WEB_THREADS))
        arguments = ("-m", "gunicorn", *place, "--no-control-socket", "shared.localrun.site:create_app()")
        ready = answers_ok(*(f"http://{LOOPBACK}:{port}{path}/health/ready" for path in MOUNTS.values()))
        shared = {"PROMETHEUS_MULTIPROC_DIR": str(metrics)}  # one page of metrics for both processes
        return self._python("web", arguments, ready, without=_BROKER | {"ZONA_ADMIN_PASSWORD"}, more=shared)

    def worker(self, service: str, health_port: int) -> Program:
        """The worker of one service; its health and metrics at `health_port`."""
        more = {"HEALTH_PORT": str(health_port)}
        arguments = (str(Path(sys.executable).with_name("zi")), "worker", service)
        ready = answers_ok(f"http://{LOOPBACK}:{health_port}/health/ready")
        return Program(f"worker-{service}", arguments, self._environment(_SECRETS, more), ready=ready, stop_within=20)

    def _python(
        self,
        name: str,
        arguments: tuple[str, ...],
        ready: Callable[[], bool],
        *,
        without: set[str],
        more: Mapping[str, str] | None = None,
    ) -> Program:
        return Program(name, (sys.executable, *arguments), self._environment(without, more or {}), ready=ready)

    def _environment(self, without: set[str] | None = None, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Ours, less what this process has no business with; an empty value hides one that we inherited."""
        hidden = dict.fromkeys(without or set(), "")
        return {**self.environment, **hidden, **(more or {}), "PYTHONUNBUFFERED": "1"}


def _greets(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=_ANSWER_WITHIN) as connection:
            return connection.recv(3) == b"220"
    except OSError:
        return False
