"""Both languages of the site are complete. The messages themselves are Indonesian; the catalogue is English."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from services.registry.web.language import TRANSLATIONS
from services.registry.web.words import AREAS, GATES

WEB = TRANSLATIONS.parent
FOLDER = TRANSLATIONS / "en" / "LC_MESSAGES"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}
REMEDY = "translate in messages.po, then compile: see services/registry/README.md"
UNTRANSLATED = {"English", "Indonesia", "WBBM", "rsud", "dinas", "kependudukan"}
"""Names of languages and of the predicate, and the sample questions."""
Message = str | tuple[str, ...]


def asked() -> set[Message]:
    """Every message that the pages use."""
    with (WEB / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(WEB, methods, options, keywords=KEYWORDS)
    return {message if isinstance(message, str) else tuple(message) for _, _, message, _, _ in found}


@pytest.fixture(scope="module")
def english() -> Catalog:
    with (FOLDER / "messages.po").open("rb") as file:
        return read_po(file, locale="en")


def messages(catalog: Catalog) -> dict[Message, Message]:
    """The catalogue's messages; those with a plural as tuples, whichever file they were read from."""
    return {_plain(message.id): _plain(message.string) for message in catalog if message.id}


def _plain(text: Any) -> Message:
    return text if isinstance(text, str) else tuple(text)


def forms(message: Message) -> tuple[str, ...]:
    """The forms of a message: one, or singular and plural."""
    return (message,) if isinstance(message, str) else message


def test_every_message_has_its_english_and_none_is_left_over(english: Catalog) -> None:
    assert set(messages(english)) == asked(), REMEDY


def test_no_english_is_empty_or_uncertain(english: Catalog) -> None:
    for id, string in messages(english).items():
        assert all(forms(string)), f"{id}: {REMEDY}"
    assert [message.id for message in english if message.id and message.fuzzy] == []


def test_every_translation_names_the_same_places(english: Catalog) -> None:
    for id, string in messages(english).items():
        for source, text in zip(forms(id), forms(string), strict=True):
            assert set(re.findall(r"%\((\w+)\)", text)) == set(re.findall(r"%\((\w+)\)", source)), source


def test_the_compiled_catalogue_is_up_to_date(english: Catalog) -> None:
    with (FOLDER / "messages.mo").open("rb") as file:
        assert messages(read_mo(file)) == messages(english), REMEDY


def test_every_area_has_its_gate_in_words() -> None:
    assert {f"area_{code}" for code in AREAS} <= set(GATES)


def test_the_templates_carry_no_untranslated_sentence() -> None:
    for template in Path(WEB / "templates").glob("*.html"):
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<[^>]*>", " ", template.read_text(encoding="utf-8"), flags=re.S)
        left = set(re.findall(r"[A-Za-z]{4,}", text))
        assert left <= UNTRANSLATED, template.name
