"""Programs of the system: where they are, how to install one that is missing, what to say if that is not allowed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from shared.failures import Said
from shared.localrun.errors import MissingPackage

INSTALL_WITHIN = 900.0


@dataclass(frozen=True, slots=True)
class PackageTool:
    """A system's package manager: the commands that install, run one after the other."""

    name: str
    refresh: tuple[str, ...]
    install: tuple[str, ...]


TOOLS = (
    PackageTool(
        "apt-get",
        ("apt-get", "-o", "DPkg::Lock::Timeout=120", "update", "-qq"),
        ("apt-get", "-o", "DPkg::Lock::Timeout=120", "install", "-y", "-qq", "--no-install-recommends"),
    ),
    PackageTool("dnf", ("dnf", "-q", "makecache"), ("dnf", "-q", "-y", "install")),
)


def package_tool() -> PackageTool | None:
    """The package manager of this system, if it is one that is known here."""
    return next((tool for tool in TOOLS if shutil.which(tool.name)), None)


def find_or_install(find: Callable[[], Path | None], package: str, instead: Said) -> Path:
    """The program that `find` gives, after installing `package` if it is missing and this user may.

    `instead` says what else would do, in both languages. Raises MissingPackage.
    """
    found = find()
    if found is not None:
        return found
    tool = package_tool()
    if tool is None or os.geteuid() != 0:
        raise _missing(package, tool, instead)
    click.echo(f"Memasang {package} dengan {tool.name}. / Installing {package} with {tool.name}.", err=True)
    why = _install(tool, package)
    found = find()
    if found is None:
        raise _missing(package, tool, instead, why)
    return found


def _install(tool: PackageTool, package: str) -> str:
    """Run the package manager; gives the last thing it said."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    said = ""
    for command in (tool.refresh, (*tool.install, package)):
        try:
            done = subprocess.run(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                check=False,
                timeout=INSTALL_WITHIN,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
        said = lines[-1] if lines and done.returncode else said
    return said


def _missing(package: str, tool: PackageTool | None, instead: Said, why: str = "") -> MissingPackage:
    reason = f" ({why})" if why else ""
    command = f"sudo {tool.name} install {package}" if tool else ""
    indonesian = f"Pasang dengan `{command}`, atau" if command else f"Pasang paket {package} dari sistem Anda, atau"
    english = f"Install it with `{command}`, or" if command else f"Install your system's {package} package, or"
    return MissingPackage(
        (f"{package} belum terpasang{reason}.", f"{package} is not installed{reason}."),
        remedy=(f"{indonesian} {instead[0]}.", f"{english} {instead[1]}."),
        package=package,
    )
