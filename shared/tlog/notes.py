"""Signed notes (C2SP signed-note): text, a blank line, and signatures that name their key.

    key ID = SHA-256(name || 0x0A || type || public key)[:4]
    — <name> base64(key ID || signature)

Type 0x01 signs the text itself (logs); type 0x04 is the timestamped cosignature of a witness (C2SP
tlog-cosignature). Private keys are written as golang.org/x/mod/sumdb/note writes them, PRIVATE+KEY+name+id+base64.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LOG, WITNESS = 0x01, 0x04
PRIVATE = "PRIVATE+KEY+"
MARK = "— "
LARGEST_NOTE = 64 * 1024
MOST_SIGNATURES = 64
_NAME = re.compile(r"[^\s+]+")
_ID, _TIME, _RAW = 4, 8, 32


class BadNote(Exception):
    """A note or a key that is malformed, or a note that no known key has signed."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name; `kind` is LOG or WITNESS."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that name the key, its kind and its name."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:_ID]

    def __str__(self) -> str:
        """The vkey: name+id+base64(type || public key)."""
        return f"{self.name}+{self.id.hex()}+{_base64(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read a vkey; raises BadNote with what is wrong with it."""
        name, _, rest = text.strip().partition("+")
        id, _, encoded = rest.partition("+")
        key = _material(encoded)
        found = cls(_checked_name(name), key[0], key[1:])
        if found.kind not in (LOG, WITNESS) or found.id.hex() != id:
            raise BadNote(f"{text.strip()[:100]!r} is no Ed25519 verifier key: name+id+key, with the id that fits")
        return found

    def verify(self, text: str, signature: bytes) -> int | None:
        """The time of a witness's signature (seconds since 1970), None for a log's; raises BadNote if it is wrong."""
        stamped = self.kind == WITNESS
        time = int.from_bytes(signature[:_TIME], "big") if stamped else None
        message = cosigned(text, time) if time is not None else text
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(
                signature[_TIME if stamped else 0 :], message.encode()
            )
        except InvalidSignature as error:
            raise BadNote(f"the signature of {self.name} ({self.id.hex()}) is wrong") from error
        return time


@dataclass(frozen=True, slots=True)
class SignerKey:
    """A private key with its name. Never printed: `str` gives the public half."""

    verifier: VerifierKey
    seed: bytes

    @classmethod
    def make(cls, name: str, kind: int = LOG) -> SignerKey:
        """A new key; raises BadNote for a name with blanks or plus signs."""
        return cls.of(name, kind, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def of(cls, name: str, kind: int, seed: bytes) -> SignerKey:
        """The key that a seed of 32 bytes makes."""
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        return cls(VerifierKey(_checked_name(name), kind, public), seed)

    @classmethod
    def parse(cls, text: str) -> SignerKey:
        """Read what `encoded` wrote; raises BadNote, and never repeats the key in its words."""
        if not text.strip().startswith(PRIVATE):
            raise BadNote("a private key of a note begins with PRIVATE+KEY+")
        name, _, rest = text.strip().removeprefix(PRIVATE).partition("+")
        id, _, encoded = rest.partition("+")
        material = _material(encoded)
        key = cls.of(name, material[0], material[1:])
        if key.verifier.kind not in (LOG, WITNESS) or key.verifier.id.hex() != id:
            raise BadNote(f"the private key of {name[:100]} is damaged: its id does not fit")
        return key

    def encoded(self) -> str:
        """The private key as one line, for a file with mode 0600."""
        key = self.verifier
        return f"{PRIVATE}{key.name}+{key.id.hex()}+{_base64(bytes([key.kind]) + self.seed)}"

    def sign(self, text: str, time: int | None = None) -> str:
        """A signature line for `text`; a witness's needs its `time`, in seconds since 1970."""
        message, stamp = text, b""
        if self.verifier.kind == WITNESS:
            if time is None:
                raise ValueError("a cosignature needs its time")
            message, stamp = cosigned(text, time), time.to_bytes(_TIME, "big")
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(message.encode())
        return f"{MARK}{self.verifier.name} {_base64(self.verifier.id + stamp + signature)}\n"

    def __repr__(self) -> str:
        return f"<SignerKey of {self.verifier}>"


def cosigned(text: str, time: int) -> str:
    """What a witness signs."""
    return f"cosignature/v1\ntime {time}\n{text}"


def sign(text: str, keys: Iterable[SignerKey]) -> str:
    """A note of `text`, which ends in a newline, signed by each of `keys`."""
    return f"{text}\n{''.join(key.sign(text) for key in keys)}"


@dataclass(frozen=True, slots=True)
class Note:
    """A note as read: nothing about it is believed yet. `signatures`: (name, key id, signature)."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]

    @classmethod
    def parse(cls, raw: str) -> Note:
        """Take text and signatures apart; raises BadNote."""
        text, blank, lines = raw.rpartition("\n\n")
        if not blank or not lines.endswith("\n") or len(raw.encode()) > LARGEST_NOTE:
            raise BadNote("this is no signed note: text, a blank line, signatures")
        if any(letter < " " and letter != "\n" for letter in raw):
            raise BadNote("a signed note holds no control characters")
        signatures = tuple(_signature(line) for line in lines[:-1].split("\n"))
        if len(signatures) > MOST_SIGNATURES:
            raise BadNote(f"a note with more than {MOST_SIGNATURES} signatures is not read")
        return cls(f"{text}\n", signatures)

    def signed_by(self, keys: Sequence[VerifierKey]) -> dict[VerifierKey, int | None]:
        """Those of `keys` that signed, each with the time of its signature if it is a witness's.

        Raises BadNote when a signature of one of them is wrong. Signatures of unknown keys are passed over.
        """
        known = {(key.name, key.id): key for key in keys}
        return {
            key: key.verify(self.text, signature)
            for name, id, signature in self.signatures
            if (key := known.get((name, id))) is not None
        }


def opened(raw: str, keys: Sequence[VerifierKey]) -> Note:
    """The note, signed by at least one of `keys`; raises BadNote."""
    note = Note.parse(raw)
    if not note.signed_by(keys):
        raise BadNote(f"no known key signed it; known: {', '.join(map(str, keys)) or 'none'}")
    return note


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, encoded = line.removeprefix(MARK).partition(" ")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise BadNote(f"{line[:80]!r} is no signature line") from error
    if not line.startswith(MARK) or not _NAME.fullmatch(name) or len(raw) <= _ID:
        raise BadNote(f"{line[:80]!r} is no signature line")
    return name, raw[:_ID], raw[_ID:]


def _material(encoded: str) -> bytes:
    """The kind and the 32 bytes of a key."""
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote("a key of a note is name+id+base64") from error
    if len(key) != 1 + _RAW:
        raise BadNote("an Ed25519 key of a note has 33 bytes: its kind and 32 more")
    return key


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise BadNote(f"{name[:80]!r} can't name a key: a name has no blanks and no plus sign")
    return name


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
