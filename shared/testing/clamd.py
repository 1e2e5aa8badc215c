"""A small ClamAV daemon: real TCP, the INSTREAM command as in clamd(8), and one virus that it knows (EICAR)."""

from __future__ import annotations

import socketserver
import struct
import threading
from types import TracebackType
from typing import ClassVar

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The test file that every scanner knows (eicar.org); harmless."""


class FakeClamd:
    """Listens while it is entered; `uri` is its address.

    `largest`: bytes after which it gives up, as clamd does at its StreamMaxLength.
    """

    def __init__(self, *, largest: int = 25 * 1024 * 1024) -> None:
        self.largest = largest
        self._server = _Server(("127.0.0.1", 0), _Conversation)
        self._server.largest = largest
        self.uri = f"tcp://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> FakeClamd:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    largest = 0


class _Conversation(socketserver.StreamRequestHandler):
    commands: ClassVar[dict[bytes, str]] = {b"zPING": "_pong", b"zINSTREAM": "_scan"}

    def handle(self) -> None:
        """One command, one answer, as clamd does outside a session."""
        command = b""
        while not command.endswith(b"\0"):
            letter = self.rfile.read(1)
            if not letter:
                return
            command += letter
        answer = getattr(self, self.commands.get(command.rstrip(b"\0"), "_unknown"))()
        self.wfile.write(answer + b"\0")

    def _pong(self) -> bytes:
        return b"PONG"

    def _unknown(self) -> bytes:
        return b"UNKNOWN COMMAND"

    def _scan(self) -> bytes:
        data = b""
        while length := struct.unpack(">I", self.rfile.read(4))[0]:
            data += self.rfile.read(length)
            if len(data) > self.server.largest:  # type: ignore[attr-defined]  # ours is a _Server
                return b"INSTREAM size limit exceeded. ERROR"
        return b"stream: Eicar-Test-Signature FOUND" if EICAR in data else b"stream: OK"
