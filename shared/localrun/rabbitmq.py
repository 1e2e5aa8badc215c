"""The installed RabbitMQ: where its programs are, and what its log says when it does not boot."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from shared.localrun.packages import find_or_install
from shared.localrun.processes import last_line

_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_LOG_PREFIX = re.compile(r"^\S+ \S+ \[\w+\] <[\d.]+> ?")
_BOOT_FAILED = re.compile(r"^BOOT FAILED\n=+\n(.+?)\n\s*\n", re.MULTILINE | re.DOTALL)
_INSTEAD = ("beri AMQP_URI alamat RabbitMQ yang sudah berjalan", "set AMQP_URI to a RabbitMQ that runs already")


def find_server() -> Path | None:
    """The server's own script, never the wrapper around it.

    Debian's wrapper in /usr/sbin changes to the user rabbitmq and to its folders and, for anyone but root and
    rabbitmq, refuses to run; the script that it wraps runs for any user.
    """
    wrapped = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    packed = sorted(Path("/usr/lib/rabbitmq/lib").glob("rabbitmq_server-*/sbin/rabbitmq-server"), reverse=True)
    on_path = shutil.which("rabbitmq-server")
    candidates = [wrapped, *packed, *([Path(on_path)] if on_path else [])]
    return next((path for path in candidates if os.access(path, os.X_OK)), None)


def require_server() -> Path:
    """The server's script, installed first if it is missing and this user may; raises MissingPackage."""
    return find_or_install(find_server, "rabbitmq-server", _INSTEAD)


def find_epmd() -> Path | None:
    """Erlang's port mapper, which comes with Erlang but not always on PATH."""
    on_path = shutil.which("epmd")
    packed = sorted(Path("/usr").glob("lib*/erlang/erts-*/bin/epmd"), reverse=True)
    return Path(on_path) if on_path else next(iter(packed), None)


def require_epmd() -> Path:
    """The port mapper, as `require_server` the server."""
    return find_or_install(find_epmd, "erlang-base", _INSTEAD)


def boot_failure(output: str) -> str:
    """Why a node did not boot: the paragraph under BOOT FAILED, out of the hundreds of lines around it."""
    lines = _COLOUR.sub("", output).splitlines()
    # The log and the error output, written at the same time into one file: both tell it, each in unbroken order.
    logged = [_LOG_PREFIX.sub("", line) for line in lines if _LOG_PREFIX.match(line)]
    printed = [line for line in lines if not _LOG_PREFIX.match(line)]
    told = _BOOT_FAILED.search("\n".join(logged)) or _BOOT_FAILED.search("\n".join(printed))
    if told is None:
        return last_line("\n".join(lines))
    reason = " ".join(told[1].split()).removeprefix("Error during startup: ").removeprefix("ERROR: ")
    taken = re.search(r'could_not_start_listener,\s*"([\d.]+)",\s*(\d+)', reason)
    if taken and "eaddrinuse" in reason:
        return f"another program listens on {taken[1]}:{taken[2]}"
    return reason[:400]
