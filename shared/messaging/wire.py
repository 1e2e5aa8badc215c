"""How py-amqp's frames pass the socket: many in one read, many in one write.

py-amqp asks the kernel for each part of each frame, two or three calls where one would bring hundreds of frames, and
writes each frame by a call of its own. For small messages that costs more than the messages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from amqp.method_framing import frame_writer
from amqp.transport import TCPTransport

AT_ONCE = 64 * 1024
"""Bytes asked for by one read."""


def in_few_reads(connection: Any, transport: Any) -> Any:
    """What py-amqp asks for as `frame_writer`: its own; reads are buffered from here on."""
    buffer_reads(transport)
    return frame_writer(connection, transport)


def buffer_reads(transport: Any) -> None:
    """Buffer what `transport` reads from its socket; TLS does that by itself."""
    if type(transport) is TCPTransport:
        transport._quick_recv = _BufferedReads(transport.sock.recv)  # noqa: SLF001 - py-amqp's one place for it


class _BufferedReads:
    """`recv` as py-amqp calls it: at most so many bytes, empty at the end, whatever it raises while there are none."""

    def __init__(self, recv: Callable[[int], bytes]) -> None:
        self._recv = recv
        self._buffer, self._at = b"", 0

    def __call__(self, most: int) -> bytes:
        if self._at == len(self._buffer):
            self._buffer, self._at = self._recv(AT_ONCE), 0
        taken = self._buffer[self._at : self._at + most]
        self._at += len(taken)
        return taken


class GatheredWrites:
    """Frames on their way to the socket, held back until `flush`; what is read is buffered too."""

    def __init__(self) -> None:
        self._transport: Any = None
        self._gathers = False
        self.drop()

    def writer(self, connection: Any, transport: Any) -> Any:
        """What py-amqp asks for as `frame_writer`: its own, writing to us."""
        self._transport, self._gathers = transport, False
        buffer_reads(transport)
        return frame_writer(connection, self)

    def gather(self) -> None:
        """From here on, hold back: after the handshake, whose every frame is awaited."""
        self._gathers = True

    def pass_on(self) -> None:
        """Drop what was held back, and hold back nothing more."""
        self._gathers = False
        self.drop()

    def write(self, frames: Any) -> None:
        """As the transport's own; called by py-amqp."""
        if self._gathers:
            self._frames.append(bytes(frames))  # a view on a buffer that the next frame overwrites
            self.held += len(frames)
        else:
            self._transport.write(frames)

    def flush(self) -> None:
        """Write what is held back."""
        if self._frames:
            frames = b"".join(self._frames)
            self.drop()
            self._transport.write(frames)

    def drop(self) -> None:
        """Forget what is held back."""
        self._frames: list[bytes] = []
        self.held = 0
