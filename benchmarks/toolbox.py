"""The benchmarks' own virtual environment: other frameworks and py-spy, pinned, made on first use."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.ground import STATE
from benchmarks.telling import tell

LOCK = Path(__file__).parent / "requirements.lock"
FOLDER = STATE.parent / "benchmarks-venv"


def program(name: str) -> str:
    """The path of a program of that environment."""
    return str(ready() / name)


def ready() -> Path:
    """Its `bin`; made, or brought to the lock, if it is not."""
    bin, mark = FOLDER / "bin", FOLDER / ".ready"
    if mark.exists() and mark.read_text() == LOCK.read_text():
        return bin
    tell(f"making {FOLDER} from {LOCK.name}")
    venv.create(FOLDER, with_pip=True, clear=True)
    command = [str(bin / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    subprocess.run([*command, "--require-hashes", "-r", str(LOCK)], check=True, stdout=sys.stderr)
    mark.write_text(LOCK.read_text())
    return bin


def versions(*names: str) -> dict[str, str]:
    """The versions that the lock pins."""
    pinned = dict(line.split(" ")[0].split("==") for line in LOCK.read_text().splitlines() if "==" in line)
    return {name: pinned[name] for name in names if name in pinned}
