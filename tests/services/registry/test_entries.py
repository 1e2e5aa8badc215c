"""What the log says of a designation, as a function of the designation alone."""

from __future__ import annotations

from dataclasses import replace

from services.registry.domain.designation import Designation, draft, publish
from services.registry.domain.entries import entries_of, ids_of
from services.registry.hearing import conclusion_of
from tests.services.registry.samples import NOW, concluded, decree

BUNDLE = "c" * 64


def published(**told: str | None) -> Designation:
    drafted = draft(conclusion_of(concluded(**told)), NOW)
    assert drafted is not None
    return publish(drafted, decree(), NOW)


def test_a_draft_has_no_entry() -> None:
    drafted = draft(conclusion_of(concluded()), NOW)
    assert drafted is not None
    assert entries_of(drafted) == []


def test_an_entry_carries_the_hash_of_the_public_bundle_where_there_is_one() -> None:
    assert entries_of(published(bundle_sha256=BUNDLE))[0].content["bundle_sha256"] == BUNDLE
    assert "bundle_sha256" not in entries_of(published(bundle_sha256=None))[0].content


def test_what_was_said_of_a_publication_does_not_change_by_what_follows() -> None:
    before = published()
    later = replace(before, drafted_at=NOW.replace(year=2030))
    assert entries_of(later) == entries_of(before)


def test_the_ids_that_a_designation_can_have_are_those_that_its_entries_get() -> None:
    (entry,) = entries_of(published())
    assert entry.id == ids_of("WBK-2026-L3171-RSUD-01")[0]
