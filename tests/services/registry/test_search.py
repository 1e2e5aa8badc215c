"""How names become terms, and a visitor's words with them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.search import LONGEST_WORD, beginnings, facet, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("RSUD Tarakan", ["rsud", "tarakan"]),
        ("L3171-RSUD-01", ["l3171", "rsud", "01"]),
        ("Jum’at  Qur'an", ["jumat", "quran"]),
        ("Pengadilan Negeri (Kelas IA) — Sûrabaya", ["pengadilan", "negeri", "kelas", "ia", "surabaya"]),
        ("PTSP/ptsp PTSP", ["ptsp"]),
        ("?! …", []),
    ],
)
def test_words_lose_case_diacritics_and_punctuation(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_every_beginning_of_every_word_is_a_term_once() -> None:
    assert beginnings(["rsud", "rs"]) == ["r", "rs", "rsu", "rsud"]


def test_a_word_is_never_a_facet() -> None:
    assert facet("status", "active") == "status=active"
    assert "=" not in "".join(words_of("status=active"))


@given(st.text(max_size=120), st.integers(min_value=1, max_value=LONGEST_WORD))
def test_whatever_a_name_is_any_beginning_of_its_words_finds_it(name: str, length: int) -> None:
    terms = set(beginnings(words_of(name)))
    for word in words_of(name):
        assert set(words_of(word[:length])) <= terms


@given(st.text(max_size=120))
def test_normalising_twice_changes_nothing(text: str) -> None:
    words = words_of(text)
    assert words_of(" ".join(words)) == words
