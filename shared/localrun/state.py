"""The folder that holds everything a local run keeps: data, keys, passwords, logs, mail. One run at a time."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from pathlib import Path

from shared.localrun.errors import StateInUse

MARK = ".zona-state"
"""The file that makes a folder ours; it also holds the lock and the process id of the run that has it."""


class StateFolder:
    """Ours from `open` to `close`, as long as the process lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self._lock: int | None = None

    def open(self, *, fresh: bool = False) -> None:
        """Take the folder, made if need be; `fresh` empties it. Raises StateInUse and changes nothing then.

        Only an empty folder, or one that an earlier run made, is taken: a mistyped name never costs anybody's files.
        """
        mark = self.folder / MARK
        if self.folder.exists() and not mark.exists() and any(self.folder.iterdir()):
            raise StateInUse(
                (f"{self.folder} berisi berkas lain.", f"{self.folder} holds other files."),
                remedy=("Pilih folder lain dengan --state.", "Choose another folder with --state."),
            )
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(mark, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, 20).decode().strip()
            os.close(descriptor)
            raise StateInUse(
                (f"{self.folder} sedang dipakai oleh proses {holder}.", f"Process {holder} is using {self.folder}."),
                remedy=(
                    "Hentikan proses itu atau pilih folder lain: --state.",
                    "Stop it or choose another with --state.",
                ),
            ) from error
        self._lock = descriptor
        os.truncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        if fresh:
            self._empty()

    def close(self) -> None:
        """Give the folder up; what is in it stays. A second call does nothing."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def secret(self, name: str) -> str:
        """The secret of that name, made at the first call; its file is readable for this user only."""
        return kept_secret(self.folder / name)

    def _empty(self) -> None:
        for entry in self.folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry.name != MARK:
                entry.unlink()


def kept_secret(path: Path) -> str:
    """The secret in that file, made at the first call."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(24))
    return path.read_text()


def write_private(path: Path, text: str) -> None:
    """Write a file that only this user may read, from its first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
