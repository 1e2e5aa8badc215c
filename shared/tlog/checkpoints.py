"""Checkpoints (C2SP tlog-checkpoint): origin, size and root of a log's tree, as the text of a signed note."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.tlog.merkle import HASH_SIZE
from shared.tlog.notes import BadNote, VerifierKey, opened

_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")
_LEAST_LINES = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree's head: `origin` is the log's name, `size` its entries, `root` the 32 bytes over all of them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read a note's text; extension lines are passed over. Raises BadNote."""
        lines = text.split("\n")
        if len(lines) <= _LEAST_LINES or not all(lines[:-1]) or not _SIZE.fullmatch(lines[1]):
            raise BadNote("this is no checkpoint: origin, size and root, each on its line")
        try:
            root = base64.b64decode(lines[2], validate=True)
        except binascii.Error as error:
            raise BadNote("the root of the checkpoint is not base64") from error
        if len(root) != HASH_SIZE:
            raise BadNote("the root of the checkpoint does not have 32 bytes")
        return cls(lines[0], int(lines[1]), root)


def trusted(raw: str, keys: Sequence[VerifierKey]) -> Checkpoint:
    """The checkpoint of a note that one of `keys` signed, whose name is its origin; raises BadNote."""
    checkpoint = Checkpoint.parse(opened(raw, keys).text)
    if checkpoint.origin not in {key.name for key in keys}:
        raise BadNote(f"the checkpoint is of {checkpoint.origin}, the key of {keys[0].name}")
    return checkpoint


def origin_of(base_url: str) -> str:
    """The name of the log under a site's address: without the scheme, e.g. zona.example.go.id/log."""
    parts = urlsplit(base_url)
    return f"{parts.netloc}{parts.path.rstrip('/')}/log"
