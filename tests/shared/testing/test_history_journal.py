"""The journal keeps what was noted: beside other writers, under kill -9, and in green threads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.observability import journal
from shared.testing import wait_until
from shared.testing.history import read

WRITER = """
import itertools, sys
from shared.observability import note
name, last = sys.argv[1], int(sys.argv[2])
for number in itertools.count(1) if last == 0 else range(1, last + 1):
    event, padding = f"{name}-{number}", "x" * (number % 900)
    note("published", event=event, aggregate=f"thing:{name}", sequence=number, padding=padding)
    if number % 50 == 0:
        print(number, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """A journal that this process writes to."""
    journal.reopen(tmp_path / "journal")
    yield tmp_path / "journal"
    journal.reopen(None)


def writer(path: Path, name: str, last: int, program: str = WRITER) -> subprocess.Popen[str]:
    environment = {**os.environ, journal.VARIABLE: str(path)}
    return subprocess.Popen(
        [sys.executable, "-c", program, name, str(last)], env=environment, stdout=subprocess.PIPE, text=True
    )


def test_what_was_noted_survives_the_killing_of_its_writer(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    process = writer(path, "a", 0)
    assert process.stdout is not None
    said = [int(process.stdout.readline()) for _ in range(20)][-1]
    process.send_signal(signal.SIGKILL)
    assert process.wait(10) == -signal.SIGKILL
    process.stdout.close()
    history = read(path)
    assert [each.sequence for each in history.published] == list(range(1, len(history.published) + 1))
    assert len(history.published) >= said == 1000


def test_four_writers_at_once_mix_no_lines(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    processes = [writer(path, name, 2_000) for name in "abcd"]
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    history = read(path)
    for name in "abcd":
        own = [each.sequence for each in history.published if each.aggregate == f"thing:{name}"]
        assert own == list(range(1, 2_001))


def test_green_threads_may_write(tmp_path: Path) -> None:
    program = """
import warnings; warnings.simplefilter("ignore")
import eventlet; eventlet.monkey_patch()
from shared.observability import note
def say(name):
    for number in range(1, 101):
        note("published", event=f"{name}-{number}", aggregate=f"thing:{name}", sequence=number)
        eventlet.sleep(0)
for thread in [eventlet.spawn(say, name) for name in "ab"]: thread.wait()
"""
    process = writer(tmp_path / "journal", "", 0, program)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert len(read(tmp_path / "journal").published) == 200


def test_a_note_is_on_the_file_when_the_call_returns(path: Path) -> None:
    for number in range(1, 4):
        journal.note("published", event=f"e{number}", aggregate="thing:a", sequence=number)
        assert len(read(path).published) == number
    assert path.read_bytes().count(b'"pid":%d' % os.getpid()) == 3


def test_without_a_journal_nothing_is_noted(path: Path) -> None:
    journal.reopen(None)
    journal.note("no such step, and no JSON either", of=object())
    assert path.read_bytes() == b""


def test_a_line_that_is_too_long_is_refused_whole(path: Path) -> None:
    with pytest.raises(ValueError, match="at most 4096 bytes, 'saved' has"):
        journal.note("saved", aggregate="thing:a", version=1, events=["e" * 36] * 120, cause=None)
    assert path.read_bytes() == b""
    journal.note("saved", aggregate="thing:a", version=1, events=["e" * 36] * 90, cause=None)
    assert len(read(path).saved) == 1


def test_a_journal_is_gone_on_with(path: Path) -> None:
    journal.note("published", event="e1", aggregate="thing:a", sequence=1)
    writer(path, "b", 5).communicate(timeout=60)
    journal.reopen(path)
    journal.note("published", event="e2", aggregate="thing:a", sequence=2)
    assert [each.event for each in read(path).published] == ["e1", "b-1", "b-2", "b-3", "b-4", "b-5", "e2"]


def test_a_journal_in_a_folder_that_is_not_there_stops_the_process_at_once(tmp_path: Path) -> None:
    process = writer(tmp_path / "none" / "journal", "a", 1)
    process.communicate(timeout=60)
    assert process.returncode != 0


def test_readers_may_look_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    process = writer(path, "a", 0)
    try:
        wait_until(path.exists, what="the journal")
        seen = [len(read(path).published) for _ in range(20)]
        assert seen == sorted(seen)
    finally:
        process.kill()
        process.communicate(timeout=10)
