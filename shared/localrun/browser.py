"""A Chromium to drive the pages with: an installed one, else the system's package, else Playwright's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from shared.localrun.errors import MissingPackage
from shared.localrun.packages import find_or_install

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PLAYWRIGHT_WITHIN = 900.0
_INSTEAD = ("jalankan `.venv/bin/playwright install chromium`", "run `.venv/bin/playwright install chromium`")


def find_chromium() -> Path | None:
    """The first Chromium that really runs; Ubuntu's chromium-browser may be only a hint at a snap."""
    return next((path for path in _candidates() if _runs(path)), None)


def require_chromium() -> Path:
    """A Chromium, installed first if it is missing and this user may; raises MissingPackage with what to do."""
    try:
        return find_or_install(find_chromium, "chromium", _INSTEAD)
    except MissingPackage:
        if os.geteuid() == 0 and (own := _playwrights_own()) is not None:
            return own
        raise


def _candidates() -> list[Path]:
    on_path = [Path(found) for name in NAMES if (found := shutil.which(name))]
    kept = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "") or Path.home() / ".cache" / "ms-playwright")
    return [*on_path, *sorted(kept.glob("chromium-*/chrome-linux*/chrome"), reverse=True)]


def _runs(path: Path) -> bool:
    try:
        return subprocess.run([path, "--version"], capture_output=True, check=False, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _playwrights_own() -> Path | None:
    command = [sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"]
    try:
        subprocess.run(command, check=False, timeout=_PLAYWRIGHT_WITHIN, stdout=sys.stderr)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return find_chromium()
