"""Where a person is reached, and in which language."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum


class Language(Enum):
    """The languages of the messages; the first is used until a person chooses."""

    INDONESIAN = "id"
    ENGLISH = "en"


DEFAULT_LANGUAGE = Language.INDONESIAN


@dataclass(frozen=True, slots=True)
class Contact:
    """An account's e-mail address.

    settled     the messages that waited for an address have been queued since the last change
    """

    account: str
    email: str
    language: Language
    settled: bool = False


def move_to(contact: Contact, email: str, language: Language) -> Contact:
    """Another address or language; what waits is to be looked through again."""
    return replace(contact, email=email, language=language, settled=False)
