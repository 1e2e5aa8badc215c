"""A mail server that delivers nothing: it keeps each message as a file that can be read afterwards.

Run as a process of its own: `python -m shared.localrun.mail --port 2525 --folder .zona/mail`.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import time
from pathlib import Path

import click
from aiosmtpd.smtp import SMTP, Envelope, Session

from shared.localrun.ports import LOOPBACK

LARGEST_MESSAGE = 1024 * 1024
"""Bytes; a larger message is refused with 552, as RFC 1870 says."""


class Keeper:
    """Writes each message to `folder` as `<nanoseconds>-<number>.eml`, so that names sort by arrival."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._numbers = folder, itertools.count(1)
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the message under its final name only when it is whole; then, and not before, say 250."""
        del session  # aiosmtpd passes it by position
        name = f"{time.time_ns()}-{next(self._numbers)}.eml"
        unfinished = self._folder / f".{name}.part"
        header = f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n"
        unfinished.write_bytes(header.encode() + (envelope.original_content or b""))
        unfinished.rename(self._folder / name)
        return f"250 kept as {name}"


def messages(folder: Path) -> list[Path]:
    """The messages kept so far, oldest first."""
    return sorted(folder.glob("*.eml"))


async def serve(port: int, folder: Path) -> None:
    """Keep messages until SIGTERM or SIGINT; raises OSError if the port is taken."""
    keeper, stop = Keeper(folder), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await loop.create_server(
        lambda: SMTP(keeper, data_size_limit=LARGEST_MESSAGE, enable_SMTPUTF8=True, hostname="localhost"),
        LOOPBACK,
        port,
    )
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(server.close)
        click.echo(f"keeping mail for {LOOPBACK}:{port} in {folder} (process {os.getpid()})")
        await stop.wait()


@click.command()
@click.option("--port", type=click.IntRange(1, 65_535), required=True)
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), required=True)
def main(port: int, folder: Path) -> None:
    """Keep every message that is sent to this port as a file in FOLDER."""
    asyncio.run(serve(port, folder))


if __name__ == "__main__":
    main()
