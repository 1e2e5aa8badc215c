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
from shared.localrun.processes import Program, last_line
from shared.localrun.site import MOUNTS

WEB_PROCESSES = 2
WEB_THREADS = 8
_ANSWER_WITHIN = 5.0
_LOG_KEY = {"ZONA_LOG_KEY_FILE"}
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


def why_no_application(output: str) -> str:
    """Why gunicorn gave up: the last thing that was said by the application and not by gunicorn itself."""
    return last_line("\n".join(line for line in output.splitlines() if not line.startswith("[")))


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
        environment = self._environment(_SECRETS | _BROKER | _LOG_KEY)
        return Program("mail", (sys.executable, *arguments), environment, ready=lambda: _greets(port))

    def site(self, port: int) -> Program:
        """All four web applications in one gunicorn; they never need the broker."""
        metrics = self.folder / "metrics"
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir(parents=True)
        place = ("--bind", f"{LOOPBACK}:{port}", "--workers", str(WEB_PROCESSES), "--threads", str(WEB_THREADS))
        options = ("--graceful-timeout", "10", "--no-control-socket")
        arguments = ("-m", "gunicorn", *place, *options, "shared.localrun.site:create_app()")
        ready = answers_ok(*(f"http://{LOOPBACK}:{port}{path}/health/ready" for path in MOUNTS.values()))
        shared = {"PROMETHEUS_MULTIPROC_DIR": str(metrics)}  # one page of metrics for both processes
        environment = self._environment(_BROKER | _LOG_KEY | {"ZONA_ADMIN_PASSWORD"}, shared)
        return Program("web", (sys.executable, *arguments), environment, ready=ready, reason=why_no_application)

    def worker(self, service: str, health_port: int) -> Program:
        """The worker of one service; its health and metrics at `health_port`."""
        more = {"HEALTH_PORT": str(health_port)}
        arguments = (str(Path(sys.executable).with_name("zi")), "worker", service)
        ready = answers_ok(f"http://{LOOPBACK}:{health_port}/health/ready")
        environment = self._environment(_SECRETS | (set() if service == "registry" else _LOG_KEY), more)
        return Program(f"worker-{service}", arguments, environment, ready=ready, stop_within=20)

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
