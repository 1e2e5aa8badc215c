"""The keys that sign the log: a file that only the worker reads, one private key a line, never in the database.

It is made at the first start, with mode 0600. While a key is being replaced the file holds both, each checkpoint
carries both signatures, and whoever trusts either can go on (docs/log.md).
"""

from __future__ import annotations

from pathlib import Path

from services.registry.errors import LogKeyUnusable
from shared.tlog import keyfile
from shared.tlog.notes import LOG, BadNote, SignerKey


class KeyFile:
    """The keys in a file; a change of the file is noticed. `origin` names a log that has no key yet."""

    def __init__(self, path: Path, origin: str) -> None:
        self.path, self._origin = path, origin
        self._read: tuple[tuple[int, int], tuple[SignerKey, ...]] | None = None

    def keys(self) -> tuple[SignerKey, ...]:
        """The keys that sign now, made if the file is not there; raises LogKeyUnusable."""
        try:
            if not self.path.exists():
                keyfile.write_new(self.path, [SignerKey.make(self._origin)])
            about = self.path.stat()
            stamp = (about.st_mtime_ns, about.st_ino)
            if self._read is None or self._read[0] != stamp:
                self._read = stamp, self._keys_of_a_log()
        except OSError as error:
            raise unusable(self.path, error.strerror or str(error)) from error
        except BadNote as error:
            raise unusable(self.path, str(error)) from error
        return self._read[1]

    def _keys_of_a_log(self) -> tuple[SignerKey, ...]:
        keys = keyfile.read(self.path)
        if keys[0].verifier.kind != LOG:
            raise BadNote("its keys are a witness's")
        return keys


def unusable(path: Path, reason: str) -> LogKeyUnusable:
    """The refusal of a key file, with its place and the reason."""
    return LogKeyUnusable(
        (f"Kunci log {path} tidak dapat dipakai: {reason}", f"The log's key {path} can't be used: {reason}"),
        remedy=("Periksa ZONA_LOG_KEY_FILE (docs/log.md).", "Look at ZONA_LOG_KEY_FILE (docs/log.md)."),
    )
