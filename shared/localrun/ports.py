"""Ports on the loopback address: free ones to choose, and who holds one that is taken."""

from __future__ import annotations

import errno
import random
import socket
from contextlib import ExitStack
from pathlib import Path

from shared.localrun.errors import PortInUse

LOOPBACK = "127.0.0.1"
LOWEST = 12_000
_LISTENING = "0A"  # TCP_LISTEN as /proc/net/tcp writes it


def free_ports(count: int) -> list[int]:
    """Different ports that nobody listens on now, below the range that outgoing connections use.

    A port of that range would be a trap: a client that keeps trying to reach a stopped server there can be given
    the very same port as its own and connect to itself, and the server never gets it back.
    """
    highest = max(_first_ephemeral_port() - 1, LOWEST + 1_000)
    chosen: list[int] = []
    with ExitStack() as held:
        while len(chosen) < count:
            port = random.randint(LOWEST, highest)  # noqa: S311 - a port number is no secret
            probe = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            if port not in chosen and _binds(probe, port):
                chosen.append(port)
    return chosen


def is_free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1:`port` now; raises PermissionError below 1024 for most users."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server itself will
        return _binds(probe, port)


def require_free(port: int, *, another: str) -> None:
    """Raises PortInUse with the holder's name; `another` is the command that chooses another port."""
    try:
        if is_free(port):
            return
    except PermissionError as error:
        raise PortInUse(
            (f"Port {port} hanya boleh dipakai oleh root.", f"Port {port} is for root only."),
            remedy=(f"Pilih port mulai dari 1024: {another}", f"Choose a port from 1024 up: {another}"),
        ) from error
    holder = holder_of(port)
    indonesian = f" oleh proses {holder[0]} ({holder[1]})" if holder else ""
    english = f" by process {holder[0]} ({holder[1]})" if holder else ""
    raise PortInUse(
        (f"Port {port} sedang dipakai{indonesian}.", f"Port {port} is in use{english}."),
        remedy=(f"Hentikan proses itu atau pilih port lain: {another}", f"Stop it or choose another: {another}"),
    )


def holder_of(port: int) -> tuple[int, str] | None:
    """Process id and name of who listens on `port`; None where the system does not show it (other user, not Linux)."""
    inodes = {f"socket:[{inode}]" for table in ("tcp", "tcp6") for inode in _listening(table, port)}
    if not inodes:
        return None
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(link.readlink()) in inodes for link in (folder / "fd").iterdir()):
                return int(folder.name), (folder / "comm").read_text().strip()
        except OSError:
            continue  # gone meanwhile, or somebody else's
    return None


def _binds(probe: socket.socket, port: int) -> bool:
    try:
        probe.bind((LOOPBACK, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return False
        raise
    return True


def _listening(table: str, port: int) -> list[str]:
    """Socket inodes of one table of /proc/net, whose rows are: sl local_address rem_address st … inode."""
    try:
        rows = [line.split() for line in Path("/proc/net", table).read_text().splitlines()[1:]]
    except OSError:
        return []
    return [row[9] for row in rows if row[3] == _LISTENING and int(row[1].rsplit(":", 1)[1], 16) == port]


def _first_ephemeral_port() -> int:
    try:
        return int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except (OSError, ValueError):
        return 32_768
