"""What a figure was measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

LIBRARIES = ("amqp", "eventlet", "kombu", "marshmallow", "nameko", "pika", "pymongo", "secantusdb", "structlog")


def describe() -> dict[str, Any]:
    """Processor, memory, load, and the versions of everything that takes part."""
    return {
        "cpu": _line_of("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_at_start": [round(each, 2) for each in os.getloadavg()],
        "broker": broker_version(),
        "libraries": {name: found for name in LIBRARIES if (found := _version(name))},
    }


def sentence(machine: dict[str, Any]) -> str:
    """The same in one line, for a person."""
    load = ", ".join(f"{each:.2f}" for each in machine["load_at_start"])
    return (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB; {machine['system']}; "
        f"Python {machine['python']}; {machine['broker']}; load at start {load}"
    )


def broker_version() -> str:
    """The installed RabbitMQ, as its package says."""
    with suppress(OSError, subprocess.SubprocessError):
        told = subprocess.run(
            ["dpkg-query", "-W", "-f", "RabbitMQ ${Version}", "rabbitmq-server"],  # noqa: S607 - Debian's own tool
            capture_output=True,
            text=True,
            check=False,
            timeout=10,
        )
        if told.returncode == 0:
            return told.stdout
    return "RabbitMQ"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _line_of(path: str, key: str) -> str:
    with suppress(OSError):
        for line in Path(path).read_text().splitlines():
            if line.startswith(key):
                return line.partition(":")[2].strip()
    return platform.processor()
