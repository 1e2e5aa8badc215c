"""LibreOffice without a window: what a spreadsheet program makes of a file that the house wrote."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from shared.localrun.errors import MissingPackage
from shared.localrun.packages import find_or_install

PACKAGES = ("libreoffice-calc-nogui", "libreoffice-calc")
"""The first is half the size; older systems have only the second."""
_INSTEAD = ("pasang LibreOffice dari libreoffice.org", "install LibreOffice from libreoffice.org")
_WITHIN = 300.0
_ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
"""


def find_libreoffice() -> Path | None:
    """`soffice` as the system's package puts it on PATH."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return Path(found) if found else None


def require_libreoffice() -> Path:
    """The program, installed first if it is missing and this user may; raises MissingPackage."""
    *others, last = PACKAGES
    for package in others:
        try:
            return find_or_install(find_libreoffice, package, _INSTEAD)
        except MissingPackage:
            continue
    return find_or_install(find_libreoffice, last, _INSTEAD)


def opened_and_saved(files: Sequence[Path], folder: Path) -> list[Path]:
    """Open each .xlsx, calculate every formula anew, and save it into `folder`, in one run of the program.

    The numbers that were stored beside the formulas are not believed. Raises RuntimeError for a file that did not
    come out, and whatever `subprocess` raises.
    """
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_ALWAYS_RECALCULATE, encoding="utf-8")
    command = [str(require_libreoffice()), f"-env:UserInstallation={profile.resolve().as_uri()}", "--headless"]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=_WITHIN)
    made = [folder / file.name for file in files]
    if missing := [file.name for file in made if not file.exists()]:
        raise RuntimeError(f"LibreOffice did not write {missing}: {done.stderr[-500:]}")
    return made
