"""Private keys of notes in a file: one a line, readable for its owner alone, written in one step."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from shared.tlog.notes import BadNote, SignerKey


def read(path: Path) -> tuple[SignerKey, ...]:
    """The keys in a file, all of one name and kind, the one in use longest first; raises BadNote and OSError."""
    try:
        keys = tuple(SignerKey.parse(line) for line in path.read_text().splitlines() if line.strip())
    except UnicodeDecodeError as error:
        raise BadNote("it is no text") from error
    if len({(key.verifier.name, key.verifier.kind) for key in keys}) != 1:
        raise BadNote("it must hold one or more keys of one name")
    return keys


def write_new(path: Path, keys: Sequence[SignerKey]) -> None:
    """Write the file unless it stands already; whole or not at all, beside others that do the same. Raises OSError."""
    unfinished = _written(path, keys)
    with suppress(FileExistsError):
        path.hardlink_to(unfinished)
    unfinished.unlink()


def replace(path: Path, keys: Sequence[SignerKey]) -> None:
    """Put these keys in the place of those in the file, in one step. Raises OSError."""
    _written(path, keys).rename(path)


def _written(path: Path, keys: Sequence[SignerKey]) -> Path:
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("".join(f"{key.encoded()}\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())
    return unfinished
