"""The processes of one fault: the web process and the workers, each of its own, killed and stopped at will."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.localrun.ports import LOOPBACK, free_ports
from shared.localrun.processes import Child, Program, Supervisor
from shared.localrun.programs import answers_ok
from shared.testing import wait_until

ROOT = Path(__file__).parents[2]
KILLED = -9


@dataclass(frozen=True, slots=True)
class Post:
    """A process that was started; `files` holds what it leaves for the harness."""

    name: str
    service: str
    child: Child
    files: Path

    @property
    def log(self) -> str:
        return self.child.log.read_text(errors="replace")

    def clock_offset(self) -> float:
        """Seconds by which the clock that this process believes in is ahead of the machine's."""
        file = self.files / "clock"
        return float(file.read_text()) - file.stat().st_mtime

    def stopped_at(self, within: float) -> dict[str, Any]:
        """Wait until the process stands at its point; gives the marker."""
        marker = self.files / "marker"
        wait_until(marker.exists, within, f"{self.name} to reach its point")
        facts: dict[str, Any] = json.loads(marker.read_text())
        wait_until(lambda: _is_stopped(facts["pid"]), within, f"{self.name} to stand still")
        return facts


def _is_stopped(pid: int) -> bool:
    """Whether every thread of the process is stopped by a signal."""
    states = [path.read_text().rpartition(")")[2].split()[0] for path in Path(f"/proc/{pid}/task").glob("*/stat")]
    return set(states) == {"T"}


class Staff:
    """Starts processes with the fault's environment; stops all of them at the end."""

    def __init__(self, supervisor: Supervisor, folder: Path, environment: Mapping[str, str]) -> None:
        self._supervisor, self._folder, self._environment = supervisor, folder, environment
        self._count = 0
        (self.port,) = free_ports(1)
        self.posts: list[Post] = []

    @property
    def address(self) -> str:
        """Of the web process."""
        return f"http://{LOOPBACK}:{self.port}"

    def web(self, **more: str) -> Post:
        """Start the web process; it may not be ready yet."""
        place = ("--bind", f"{LOOPBACK}:{self.port}", "--workers", "1", "--threads", "8", "--graceful-timeout", "10")
        arguments = ("-m", "gunicorn", *place, "--no-control-socket", "tests.chaos.web:create_app()")
        return self._launch("web", (sys.executable, *arguments), self.port, more)

    def worker(self, service: str, **more: str) -> Post:
        """Start a worker, which may not be ready yet."""
        (port,) = free_ports(1)
        arguments = (sys.executable, "-m", "tests.chaos.worker", service)
        return self._launch(service, arguments, port, {"HEALTH_PORT": str(port), **more})

    def ready(self, *posts: Post) -> None:
        """Wait until these are ready, or all of them."""
        for post in posts or tuple(self.posts):
            self._supervisor.await_ready(post.child)

    def kill(self, post: Post) -> int | None:
        """SIGKILL; gives the exit status."""
        self._supervisor.stop(post.name, kill=True)
        self.posts.remove(post)
        return post.child.exit_status

    def stop(self, post: Post) -> int | None:
        """SIGTERM, and SIGKILL if that does not help in time; gives the exit status."""
        self._supervisor.stop(post.name)
        self.posts.remove(post)
        return post.child.exit_status

    def of(self, service: str) -> list[Post]:
        return [post for post in self.posts if post.service == service]

    def dead(self) -> list[str]:
        """What ended by itself, with the reason; whoever was killed or stopped is not among them."""
        ended = [post for post in self.posts if post.child.exit_status is not None]
        return [f"{post.name} ended by itself: {post.child.reason()}" for post in ended]

    def dismiss(self) -> list[str]:
        """Stop everybody side by side; gives the names of those who did not go in order."""
        for post in self.posts:
            post.child.ask_to_stop()
        left = [(post.name, self.stop(post)) for post in list(self.posts)]
        return [f"{name} stopped with exit status {status}" for name, status in left if status != 0]

    def _launch(self, service: str, arguments: tuple[str, ...], port: int, more: Mapping[str, str]) -> Post:
        self._count += 1
        name = f"{service}-{self._count}"
        files = self._folder / name
        files.mkdir(parents=True)
        own = {"CHAOS_CLOCK": str(files / "clock"), "CHAOS_MARKER": str(files / "marker")}
        program = Program(
            name,
            arguments,
            {**self._environment, **own, **more, "PYTHONUNBUFFERED": "1"},
            folder=ROOT,
            ready=answers_ok(f"http://{LOOPBACK}:{port}/health/ready"),
            stop_within=30,
        )
        post = Post(name, service, self._supervisor.launch(program), files)
        self.posts.append(post)
        return post


def stop_at(point: str, nth: int) -> dict[str, str]:
    """The environment of a process that is to stop dead at the n-th passing of `point`."""
    return {"CHAOS_POINT": point, "CHAOS_NTH": str(nth)}
