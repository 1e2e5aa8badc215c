"""What an upload takes: the file, the download and the present answers compared, question by question."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation import instrument_files
from services.evaluation.domain.workbook.cells import ReadSheet
from services.evaluation.domain.workbook.identity import Standing
from services.evaluation.domain.workbook.layout import layout_of
from services.evaluation.domain.workbook.merging import Merge, merge, moved_on
from services.evaluation.domain.workbook.report import report_of
from services.evaluation.domain.worksheet import Answered, Given
from tests.services.evaluation.domain.sheets import unhurried

INSTRUMENT = instrument_files.load("lke-2021")
NOW = datetime(2026, 5, 20, tzinfo=UTC)
Q, INDEX, ME, OTHER = "A.I.MP.i.b", "B.I.a", "me", "somebody.else"
Story = list[tuple[str, str]]
"""Answers to one question from the first on: (value, account)."""


def merged(file: str | None, told: Story, at_download: int, question: str = Q) -> Merge:
    """Upload `file` after the story went on; the download was when `at_download` answers had been given."""
    answered = [Answered(value, nth, by, NOW) for nth, (value, by) in enumerate(told, start=1)]
    read = ReadSheet({question: file} if file else {}, frozenset() if file else frozenset({question}), ())
    base = {question: Standing(at_download, told[at_download - 1][0])} if at_download else {}
    present = {question: answered[-1]} if answered else {}
    spans = moved_on(read, base, present)
    between = {id: answered[first - 1 : last] for id, (first, last) in spans.items()}
    return merge(INSTRUMENT, read, base, present, by=ME, between=between)


def test_a_first_answer_is_taken() -> None:
    assert merged("A", [], 0).taken == {Q: Given("A", 0)}


def test_a_changed_answer_is_taken_with_the_revision_that_was_read() -> None:
    assert merged("A", [("B", OTHER)], 1).taken == {Q: Given("A", 1)}


def test_an_answer_that_stands_already_is_unchanged() -> None:
    assert merged("A", [("A", OTHER)], 0).unchanged == (Q,)


def test_an_untouched_cell_leaves_what_somebody_else_answered_since() -> None:
    assert merged("A", [("A", ME), ("B", OTHER)], 1).unchanged == (Q,)


def test_what_somebody_else_changed_meanwhile_is_a_conflict() -> None:
    assert merged("C", [("A", ME), ("B", OTHER)], 1).conflicts == {Q: "C"}


def test_what_somebody_else_answered_first_is_a_conflict() -> None:
    assert merged("C", [("B", OTHER)], 0).conflicts == {Q: "C"}


def test_a_change_and_back_by_somebody_else_is_a_conflict() -> None:
    assert merged("C", [("A", ME), ("B", OTHER), ("A", OTHER)], 1).conflicts == {Q: "C"}


def test_own_answers_since_the_download_are_no_conflict() -> None:
    assert merged("C", [("A", ME), ("B", ME)], 1).taken == {Q: Given("C", 2)}


def test_an_own_answer_upon_somebody_elses_is_a_conflict() -> None:
    assert merged("C", [("A", ME), ("B", OTHER), ("A", ME)], 1).conflicts == {Q: "C"}


def test_an_old_file_does_not_bring_back_what_its_person_replaced_since() -> None:
    assert merged("B", [("A", ME), ("B", ME), ("C", ME)], 1).conflicts == {Q: "B"}


def test_a_history_with_a_gap_is_a_conflict() -> None:
    read = ReadSheet({Q: "C"}, frozenset(), ())
    present = {Q: Answered("B", 3, ME, NOW)}
    assert merge(INSTRUMENT, read, {Q: Standing(1, "A")}, present, by=ME, between={}).conflicts == {Q: "C"}


def test_a_base_newer_than_what_stands_is_a_conflict() -> None:
    read = ReadSheet({Q: "C"}, frozenset(), ())
    present = {Q: Answered("B", 1, ME, NOW)}
    assert merge(INSTRUMENT, read, {Q: Standing(5, "A")}, present, by=ME, between={}).conflicts == {Q: "C"}


def test_an_emptied_cell_is_told_and_takes_nothing_away() -> None:
    found = merged(None, [("A", ME)], 1)
    assert (found.emptied, found.taken) == ((Q,), {})


def test_a_cell_that_was_always_empty_is_not_told() -> None:
    assert merged(None, [], 0) == Merge()


def test_a_conflict_with_an_answer_that_is_not_there_any_more_is_told_as_none() -> None:
    read = ReadSheet({Q: "C"}, frozenset(), ())
    found = merge(INSTRUMENT, read, {Q: Standing(1, "A")}, {}, by=ME, between={})
    [told] = report_of(layout_of(INSTRUMENT), read, found, {})["conflicts"]
    assert (told["yours"], told["current"]) == ("C", {"value": None, "revision": 0})


@pytest.mark.parametrize("written", ["3.70", "3.7"])
def test_an_index_that_lost_its_zeros_in_a_cell_is_unchanged(written: str) -> None:
    assert merged("3.7", [(written, OTHER)], 1, INDEX).unchanged == (INDEX,)


STORIES = st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from([ME, OTHER])), max_size=6)


@unhurried
@given(STORIES, st.integers(0, 6), st.sampled_from("ABC"))
def test_nothing_of_anybody_else_is_overwritten_and_a_second_upload_changes_nothing(
    told: Story, at_download: int, file: str
) -> None:
    at_download = min(at_download, len(told))
    found = merged(file, told, at_download)
    if found.taken:
        assert all(by == ME for _, by in told[at_download:])
        told = [*told, (file, ME)]
    assert merged(file, told, at_download).taken == {}


@unhurried
@given(STORIES, st.integers(0, 6), st.sampled_from("ABC"), STORIES)
def test_an_upload_that_was_taken_is_never_taken_again_whatever_happened_since(
    told: Story, at_download: int, file: str, since: Story
) -> None:
    at_download = min(at_download, len(told))
    if merged(file, told, at_download).taken:
        assert merged(file, [*told, (file, ME), *since], at_download).taken == {}
