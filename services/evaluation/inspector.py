"""Has files looked into by a process of its own, and bears whatever that process does."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import IO, Any, cast

from services.evaluation.domain.evidence import EvidenceRules
from services.evaluation.errors import InspectionBusy
from services.evaluation.inspection.refusals import Refused, error_of, refused

AT_ONCE = 3
"""Inspections side by side in one process; each may take as much memory as `inspection.__main__` allows."""
PATIENCE = 25
"""Seconds that one may take, and that another waits for its turn."""
PIECE = 256 * 1024
PROGRAM = ("-m", "services.evaluation.inspection")


class Copy:
    """A stripped copy of `size` bytes: iterate once, then close."""

    def __init__(self, process: subprocess.Popen[bytes], size: int) -> None:
        self._process, self.size = process, size

    def __iter__(self) -> Iterator[bytes]:
        output = cast("IO[bytes]", self._process.stdout)
        while piece := output.read(PIECE):
            yield piece

    def close(self) -> None:
        """End the process, whether all was read or not."""
        _end(self._process)


class Inspector:
    """One for each process: it bounds how many inspections run side by side."""

    def __init__(self, program: tuple[str, ...] = PROGRAM, patience: float = PATIENCE) -> None:
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._program, self._patience = program, patience

    def check(self, chunks: Iterable[bytes], kind: str, rules: EvidenceRules) -> None:
        """Take the file or raise EvidenceRefused with the reason; raises InspectionBusy too."""
        process, _ = self._answered("check", chunks, kind, rules)
        _end(process)

    def stripped(self, chunks: Iterable[bytes], kind: str, rules: EvidenceRules) -> Copy:
        """The copy without its author's traces; raises EvidenceRefused (it can't be made), InspectionBusy."""
        return Copy(*self._answered("strip", chunks, kind, rules))

    def _answered(
        self, task: str, chunks: Iterable[bytes], kind: str, rules: EvidenceRules
    ) -> tuple[subprocess.Popen[bytes], int]:
        """The process when it has said how it judged; a copy then waits in it, for which nobody's turn is held up."""
        order = {"task": task, "kind": kind, "sizes": dict(rules.sizes), "limits": asdict(rules.limits)}
        command = (sys.executable, *self._program, json.dumps(order))
        if not self._turns.acquire(timeout=self._patience):
            raise _busy()
        try:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment())
            return process, self._size(process, chunks)
        finally:
            self._turns.release()

    def _size(self, process: subprocess.Popen[bytes], chunks: Iterable[bytes]) -> int:
        watch = threading.Timer(self._patience, process.kill)
        watch.start()
        try:
            _feed(cast("IO[bytes]", process.stdin), chunks)
            return _answer(process, cast("IO[bytes]", process.stdout).readline())
        except BaseException:
            _end(process)
            raise
        finally:
            watch.cancel()


def _feed(stdin: IO[bytes], chunks: Iterable[bytes]) -> None:
    try:
        for chunk in chunks:
            stdin.write(chunk)
        stdin.close()
    except BrokenPipeError:
        return  # it ended early: its answer says why


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            cast("IO[bytes]", pipe).close()
    process.wait()


def _answer(process: subprocess.Popen[bytes], line: bytes) -> int:
    if not line:
        status = process.wait()
        if status < 0:  # killed by a limit, by the watch, or by what the file did to the parser
            raise error_of(refused("too_complex"))
        raise RuntimeError(f"the inspection ended with status {status} and no answer")
    answer: dict[str, Any] = json.loads(line)
    if reason := answer.get("refused"):
        raise error_of(Refused(reason["code"], reason["words"], tuple(reason["path"])))
    return int(answer["size"])


def _environment() -> dict[str, str]:
    """Where Python finds the house's code, and nothing else: no address and no secret."""
    return {"PYTHONPATH": os.pathsep.join(path or str(os.curdir) for path in sys.path), "PYTHONDONTWRITEBYTECODE": "1"}


def _busy() -> InspectionBusy:
    return InspectionBusy(
        ("Terlalu banyak berkas sedang diperiksa.", "Too many files are being looked at."),
        remedy=("Unggah lagi sebentar lagi.", "Upload it again in a moment."),
        retry_after=5,
    )
