"""A small supervisor: starts child processes, waits until they are ready, and stops every one of them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO

from shared.localrun import guard
from shared.localrun.errors import DidNotStart
from shared.localrun.signals import uninterrupted

_INTERVAL = 0.05
_REASON_LENGTH = 400
_READ_OF_LOG = 256 * 1024


def _at_once() -> bool:
    return True


def last_line(output: str) -> str:
    """The reason that most programs give for their end: the last line that says something."""
    lines = [line.strip() for line in output.splitlines() if line.strip(" \t=-#|")]
    return lines[-1][:_REASON_LENGTH] if lines else "it said nothing"


@dataclass(frozen=True, slots=True)
class Program:
    """What to run and how to know that it works. `environment` adds to ours; times are seconds."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    ready: Callable[[], bool] = _at_once
    start_within: float = 60.0
    stop_within: float = 15.0
    reason: Callable[[str], str] = last_line


class Child:
    """A running program: the leader of a process group of its own, which dies as a whole."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program, self.log = program, log
        self._log_begins = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                list(program.arguments),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=program.folder,
                env={**os.environ, **program.environment},
                start_new_session=True,
            )
        self._gone = self._asked = False

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def reason(self) -> str:
        """Why it ended, or what it said last, out of what this run wrote to the log."""
        with self.log.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(self._log_begins, end - _READ_OF_LOG))
            said = self.program.reason(file.read().decode(errors="replace")).rstrip(".")
        return f"{said} (exit status {self.exit_status})" if self.exit_status else said

    def signal(self, number: int) -> bool:
        """Signal the whole group; False once none of it is left. Never signals a number that was given anew."""
        self._process.poll()  # reaps the leader, which would otherwise keep the group in being
        if not self._gone:
            try:
                os.killpg(self.pid, number)
            except ProcessLookupError:
                self._gone = True
        return not self._gone

    def ask_to_stop(self) -> None:
        """SIGTERM, once, without waiting: many may stop side by side."""
        if not self._asked:
            self._asked = True
            self.signal(signal.SIGTERM)

    def stop(self) -> None:
        """SIGTERM, a grace, SIGKILL; returns when the group is gone. A second call does nothing."""
        self.ask_to_stop()
        if not self._ends_within(self.program.stop_within):
            self.kill()

    def kill(self) -> None:
        """SIGKILL to the whole group, as a crash; returns when it is gone."""
        if self.signal(signal.SIGKILL):
            self._ends_within(self.program.stop_within)

    def _ends_within(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while self.signal(0):
            if time.monotonic() > end:
                return False
            time.sleep(_INTERVAL)
        return True


class Supervisor:
    """Children in the order of their start, a log file each in `logs`; leaving the context stops them in reverse.

    If this process dies without leaving the context, a watchman process stops them (see `guard`).
    """

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.children: dict[str, Child] = {}
        self._guard: subprocess.Popen[str] | None = None

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self, program: Program) -> Child:
        """Run it and wait until it is ready; raises DidNotStart with the reason, and leaves nothing of it behind."""
        child = self.launch(program)
        self.await_ready(child)
        return child

    def launch(self, program: Program) -> Child:
        """Run it without waiting, so that several get ready side by side; raises DidNotStart if it can't be run."""
        if program.name in self.children:
            raise ValueError(f"{program.name} runs already")
        self.logs.mkdir(parents=True, exist_ok=True)
        try:
            child = Child(program, self.logs / f"{program.name}.log")
        except OSError as error:
            raise _did_not_start(program.name, str(error), self.logs) from error
        self.children[program.name] = child
        self._tell(f"+{child.pid}")
        return child

    def await_ready(self, child: Child) -> None:
        """Wait for readiness; raises DidNotStart, having stopped the child, if it dies or takes too long."""
        program, end = child.program, time.monotonic() + child.program.start_within
        while child.exit_status is None and time.monotonic() < end:
            if program.ready():
                return
            time.sleep(_INTERVAL)
        late = child.exit_status is None
        self.stop(program.name)
        why = f"not ready after {program.start_within:.0f} s; {child.reason()}" if late else child.reason()
        raise _did_not_start(program.name, why, child.log)

    def stop(self, name: str, *, kill: bool = False) -> None:
        """Stop one child, or crash it; nothing happens if it does not run."""
        child = self.children.get(name)
        if child is not None:
            if kill:
                child.kill()
            else:
                child.stop()
            del self.children[name]
            self._tell(f"-{child.pid}")

    def dead(self) -> list[Child]:
        """Children that ended by themselves."""
        return [child for child in self.children.values() if child.exit_status is not None]

    def run(self, program: Program) -> None:
        """Run a program to its end; raises DidNotStart if it fails or takes longer than `start_within`."""
        child = self.launch(program)
        end = time.monotonic() + program.start_within
        while child.exit_status is None and time.monotonic() < end:
            time.sleep(_INTERVAL)
        status = child.exit_status
        self.stop(program.name)
        if status != 0:
            why = "it took too long" if status is None else child.reason()
            raise _did_not_start(program.name, why, child.log)

    def close(self) -> None:
        """Stop everything in reverse order; a second call does nothing."""
        with uninterrupted():
            for name in reversed(list(self.children)):
                self.stop(name)
            if self._guard is not None:
                watchman, self._guard = self._guard, None
                _pipe(watchman).close()
                watchman.wait()

    def _tell(self, line: str) -> None:
        if self._guard is None:
            self._guard = subprocess.Popen(
                [sys.executable, "-I", "-S", guard.__file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                text=True,
                start_new_session=True,
            )
        with contextlib.suppress(BrokenPipeError):  # without its watchman a supervisor still stops its children
            print(line, file=_pipe(self._guard), flush=True)


def _pipe(watchman: subprocess.Popen[str]) -> IO[str]:
    assert watchman.stdin is not None  # noqa: S101 - opened as a pipe by Supervisor._tell
    return watchman.stdin


def _did_not_start(name: str, why: str, log: Path) -> DidNotStart:
    return DidNotStart(
        (f"{name} tidak dapat dijalankan: {why}.", f"{name} did not start: {why}."),
        remedy=(f"Catatan lengkapnya ada di {log}", f"Its whole log stands in {log}"),
        name=name,
        log=str(log),
    )
