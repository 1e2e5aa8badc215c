"""The texts of the messages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError

from services.notifications.domain.contact import Language
from services.notifications.domain.recipients import CALLED
from services.notifications.pages import PAGES
from services.notifications.rendering import TEMPLATES, one_line, writer
from shared.contracts import CONTRACTS
from tests.services.notifications.golden import FOLDER, MESSAGE, golden_files
from tests.services.notifications.samples import CARD, EVALUATORS, SAMPLES

GOLDEN = list(golden_files())
CONTRACT_EXAMPLES = Path(__file__).parents[3] / "shared" / "contracts" / "golden"
WRITER = writer("https://zona.example.go.id/")


@pytest.mark.parametrize(("path", "text"), GOLDEN, ids=[str(path.relative_to(FOLDER)) for path, _ in GOLDEN])
def test_a_message_reads_as_its_golden_file(path: Path, text: str) -> None:
    assert path.read_text(encoding="utf-8") == text


def test_no_golden_file_is_left_over() -> None:
    assert set(FOLDER.rglob("*.txt")) == {path for path, _ in GOLDEN}


@pytest.mark.parametrize("language", [language.value for language in Language])
def test_each_language_has_a_template_for_each_event_and_no_other(language: str) -> None:
    found = {path.name.removesuffix(".txt.j2") for path in (TEMPLATES / language).glob("*.j2")}
    assert found - {"layout"} == set(CALLED)


def test_every_event_has_a_page_to_read_more_on() -> None:
    assert set(PAGES) == set(CALLED)


def test_both_languages_name_the_same_things() -> None:
    indonesian, english = (WRITER.environments[language].globals["names"] for language in Language)
    assert keys_of(indonesian) == keys_of(english)


def test_every_role_that_is_told_something_has_a_name() -> None:
    roles = {called.role for row in CALLED.values() for called in row}
    assert set(WRITER.environments[Language.INDONESIAN].globals["names"]["roles"]) == roles  # type: ignore[index]  # from YAML


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_are_what_the_contracts_say(name: str) -> None:
    type, data = SAMPLES[name]
    CONTRACTS[type].check(data)


@pytest.mark.parametrize("type", CALLED)
def test_the_contracts_own_example_makes_a_message_for_every_role(type: str) -> None:
    example = json.loads((CONTRACT_EXAMPLES / f"{type}.v{CONTRACTS[type].version}.json").read_text(encoding="utf-8"))
    data = example.get("data", example)
    for called in CALLED[type]:
        for text in WRITER.write(type, data, called.role, MESSAGE).values():
            assert text.subject
            assert data["unit"] in text.body or data["number"] in text.body


@pytest.mark.parametrize(("path", "text"), GOLDEN, ids=[str(path.relative_to(FOLDER)) for path, _ in GOLDEN])
def test_no_message_names_an_evaluator(path: Path, text: str) -> None:
    assert not any(evaluator in text for evaluator in EVALUATORS)


@pytest.mark.parametrize(("path", "text"), GOLDEN, ids=[str(path.relative_to(FOLDER)) for path, _ in GOLDEN])
def test_every_message_has_a_subject_a_next_step_and_a_page(path: Path, text: str) -> None:
    subject, _, body = text.partition("\n\n")
    assert 10 < len(subject) <= 120
    assert "LANGKAH BERIKUTNYA\n" in body or "WHAT TO DO NEXT\n" in body
    assert "https://zona.example.go.id/" in body
    assert "\n\n\n" not in body


def test_an_event_without_a_field_that_its_message_says_is_an_error_and_not_an_empty_place() -> None:
    data = {name: value for name, value in SAMPLES["units.unit_declared"][1].items() if name != "place"}
    with pytest.raises(UndefinedError, match="place"):
        WRITER.write("units.unit_declared", data, "tpi", MESSAGE)


def test_a_unit_name_with_line_breaks_forges_neither_a_header_nor_a_paragraph() -> None:
    type, data = SAMPLES["units.unit_declared"]
    text = WRITER.write(type, {**data, "unit_name": "RSUD\r\nBcc: x@y\n\nPalsu"}, "tpi", MESSAGE)["id"]
    assert text.subject == "Pencanangan Zona Integritas: RSUD Bcc: x@y Palsu"
    assert "\nPalsu" not in text.body


def test_a_very_long_unit_name_leaves_a_subject_of_bounded_length() -> None:
    type, data = SAMPLES["units.unit_declared"]
    assert len(WRITER.write(type, {**data, "unit_name": "R" * 5000}, "tpi", MESSAGE)["en"].subject) == 200


def test_points_are_never_rounded_up_to_a_limit() -> None:
    text = WRITER.write(*SAMPLES["evaluation.concluded.screening"], "tpi", MESSAGE)["id"].body
    assert "Nilai total: 74,99, batas 75,00" in text


def test_times_are_those_of_western_indonesia_across_midnight() -> None:
    text = WRITER.write(*SAMPLES["units.proposal_submitted"], "tpi", MESSAGE)
    assert "31 Mei 2026 pukul 01.05 WIB" in text["id"].body
    assert "31 May 2026, 01:05 WIB (UTC+7)" in text["en"].body


def test_a_gate_of_an_instrument_to_come_is_named_by_its_code() -> None:
    type, data = SAMPLES["evaluation.concluded.screening"]
    gates = [{**data["gates"][0], "gate": "gate_baru"}]
    assert "gate_baru: 74,99" in WRITER.write(type, {**data, "gates": gates}, "tpi", MESSAGE)["id"].body


def test_one_line_leaves_what_is_not_text() -> None:
    assert one_line({"a": [1, True, None, " b\n c "]}) == {"a": [1, True, None, "b c"]}
    assert one_line(CARD) == CARD


def keys_of(names: Any) -> Any:
    return {name: keys_of(inner) for name, inner in names.items()} if isinstance(names, dict) else type(names)
