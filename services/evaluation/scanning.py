"""ClamAV over its own socket: `zINSTREAM`, chunks with their length before them, one line back (clamd(8))."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

PORT = 3310
SECONDS = 15
LONGEST_ANSWER = 4096
LONGEST_NAME = 100


class ScannerAway(Exception):
    """The scanner does not answer, or can't say: nothing is known of the file."""


@dataclass(frozen=True, slots=True)
class Clamd:
    """The daemon at `uri`, tcp://host:port or unix:///path."""

    uri: str

    def virus_in(self, chunks: Iterable[bytes]) -> str | None:
        """The name of what was found, None for a clean file; raises ScannerAway."""
        try:
            with self._connected() as link:
                link.sendall(b"zINSTREAM\0")
                for chunk in chunks:
                    if chunk:
                        link.sendall(struct.pack(">I", len(chunk)) + chunk)
                link.sendall(struct.pack(">I", 0))
                return _found(_line(link))
        except OSError as error:
            raise ScannerAway(str(error)) from error

    def _connected(self) -> socket.socket:
        parts = urlsplit(self.uri)
        if parts.scheme == "tcp":
            return socket.create_connection((parts.hostname or "127.0.0.1", parts.port or PORT), timeout=SECONDS)
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(SECONDS)
        link.connect(parts.path)
        return link


def _line(link: socket.socket) -> str:
    answer = b""
    while not answer.endswith((b"\0", b"\n")) and len(answer) < LONGEST_ANSWER:
        piece = link.recv(LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def _found(line: str) -> str | None:
    """`stream: OK`, `stream: <name> FOUND`; anything else, such as a size limit of the daemon, says nothing."""
    if line == "stream: OK":
        return None
    if line.startswith("stream: ") and line.endswith(" FOUND"):
        return line.removeprefix("stream: ").removesuffix(" FOUND")[:LONGEST_NAME]
    raise ScannerAway(line or "no answer")
