"""Finding by name: what is indexed for a designation, and what a visitor's words ask of it.

Every beginning of every word is stored, so that a search is a set of equalities: "rsud tar" asks for the
beginnings `rsud` and `tar`. Facets stand in the same array as `name=value`; a word has no `=` in it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

LONGEST_WORD = 40
"""Longer words are cut, stored and searched alike."""
APOSTROPHES = str.maketrans("", "", "'’‘ʼʻ`´")


def words_of(text: str) -> list[str]:
    """The words of `text`: without case, diacritics and punctuation; each once, in their order.

    An apostrophe joins (Jum'at → jumat), any other mark divides (L3171-RSUD-01 → l3171, rsud, 01).
    """
    letters = (letter for letter in _plain(text) if not unicodedata.combining(letter))
    parts = "".join(letter if letter.isalnum() else " " for letter in letters).split()
    return list(dict.fromkeys(part[:LONGEST_WORD] for part in parts))


def _plain(text: str) -> str:
    """Compatibility caseless form (Unicode 3.13, D146): a letter may gain case or marks when it is taken apart."""
    apart = unicodedata.normalize("NFKD", text.translate(APOSTROPHES))
    return unicodedata.normalize("NFKD", apart.casefold()).translate(APOSTROPHES)


def beginnings(words: Iterable[str]) -> list[str]:
    """Every beginning of every word, sorted, each once."""
    return sorted({word[:length] for word in words for length in range(1, len(word) + 1)})


def facet(name: str, value: object) -> str:
    """The term of a facet, e.g. `predicate=WBK`."""
    return f"{name}={value}"
