"""faketime, which shows a program a clock that is wrong."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from shared.localrun.packages import find_or_install

_INSTEAD = ("lewati uji jam yang meleset", "leave out the test of wrong clocks")
_ITS_OWN = ("LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC")


def find_faketime() -> Path | None:
    """Debian's and Ubuntu's package `faketime` puts it on PATH."""
    found = shutil.which("faketime")
    return Path(found) if found else None


def require_faketime() -> Path:
    """The program, installed first if it is missing and this user may; raises MissingPackage."""
    return find_or_install(find_faketime, "faketime", _INSTEAD)


def clock_off_by(offset: str) -> dict[str, str]:
    """The environment of a process whose clock is off by `offset` ("+1h"); the monotonic clock stays right.

    The program itself is a parent that would take the signals; so it is only asked what it would have set.
    """
    command = [str(require_faketime()), "-m", "--exclude-monotonic", "-f", offset, "env"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout
    pairs = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
    return {name: pairs[name] for name in _ITS_OWN}
