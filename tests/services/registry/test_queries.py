"""Lists and searches against a real database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.registry import queries
from services.registry.errors import NotDesignated
from services.registry.queries import Wanted
from services.registry.rooms import Rooms
from tests.services.registry.samples import NOW, draft, fill, publish, revoke

RSUD, DUKCAPIL, PTSP = "WBK-2026-L3171-RSUD-01", "WBBM-2026-L3578-DKC-01", "WBK-2026-L7371-PTSP-01"


def found(rooms: Rooms, **wanted: object) -> list[str]:
    """The numbers that a question finds, in their order."""
    page = queries.find_designations(rooms, Wanted(**wanted), after=None, limit=50, now=NOW)  # type: ignore[arg-type]  # per test
    return [entry["number"] for entry in page.entries]


def walked(rooms: Rooms, wanted: Wanted, limit: int) -> list[str]:
    """Every number of a question, page by page."""
    numbers: list[str] = []
    after: str | None = None
    while True:
        page = queries.find_designations(rooms, wanted, after=after, limit=limit, now=NOW)
        assert len(page.entries) <= limit
        numbers += [entry["number"] for entry in page.entries]
        if page.next is None:
            return numbers
        after = page.next


def test_the_list_shows_what_was_published_the_newest_first_and_no_draft(rooms: Rooms) -> None:
    fill(rooms)
    assert found(rooms) == [RSUD, DUKCAPIL, PTSP]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({"predicate": "WBBM"}, [DUKCAPIL]),
        ({"status": "active"}, [RSUD, DUKCAPIL]),
        ({"status": "revoked"}, [PTSP]),
        ({"year": 2026}, [RSUD, DUKCAPIL, PTSP]),
        ({"year": 2025}, []),
        ({"institution": "L3578"}, [DUKCAPIL]),
        ({"province": "31"}, [RSUD]),
        ({"province": "31", "predicate": "WBBM"}, []),
        ({"province": "73", "status": "revoked", "predicate": "WBK", "year": 2026, "institution": "L7371"}, [PTSP]),
    ],
)
def test_each_facet_narrows_the_list(rooms: Rooms, wanted: dict[str, object], numbers: list[str]) -> None:
    fill(rooms)
    assert found(rooms, **wanted) == numbers


@pytest.mark.parametrize(
    ("q", "numbers"),
    [
        ("tarakan", [RSUD]),
        ("TÁRA rumah", [RSUD]),
        ("kota", [RSUD, DUKCAPIL, PTSP]),
        ("kota sura", [DUKCAPIL]),
        ("penduduk", []),
        ("kependudukan", [DUKCAPIL]),
        ("l3578-dkc", [DUKCAPIL]),
        ("WBK-2026-L7371-PTSP-01", [PTSP]),
        ("rumah surabaya", []),
        ("jum'at", []),
    ],
)
def test_every_word_must_begin_a_word_of_the_names_or_the_number(rooms: Rooms, q: str, numbers: list[str]) -> None:
    fill(rooms)
    assert found(rooms, q=q) == numbers


def test_words_and_facets_narrow_together(rooms: Rooms) -> None:
    fill(rooms)
    assert found(rooms, q="kota", status="active", predicate="WBK") == [RSUD]


def test_paging_shows_every_designation_once_over_hours_months_and_years(rooms: Rooms) -> None:
    ages = [timedelta(minutes=nth) for nth in range(5)]
    ages += [timedelta(days=3 * nth) for nth in range(1, 6)] + [timedelta(days=400 * nth) for nth in range(1, 5)]
    numbers = [
        publish(rooms, f"L3171-U-{nth:02d}", cycle="2015", time=NOW - age) for nth, age in enumerate(ages, start=1)
    ]
    for limit in (1, 3, 50):
        assert walked(rooms, Wanted(), limit) == numbers
        assert walked(rooms, Wanted(q="unit", year=2015), limit) == numbers


def test_a_question_of_several_terms_is_walked_like_one_of_a_single_term(rooms: Rooms) -> None:
    numbers = [publish(rooms, f"L3171-U-{nth}", time=NOW - timedelta(days=40 * nth)) for nth in range(7)]
    assert walked(rooms, Wanted(q="unit", province="31", status="active", predicate="WBK"), 2) == numbers
    assert walked(rooms, Wanted(status="active", predicate="WBK"), 2) == numbers
    assert walked(rooms, Wanted(status="revoked", predicate="WBK"), 2) == []


def test_no_question_reaches_a_draft(rooms: Rooms) -> None:
    draft(rooms)
    questions = [Wanted(), Wanted(q="tarakan"), Wanted(institution="L3171"), Wanted(status="active", predicate="WBK")]
    assert [walked(rooms, question, 10) for question in questions] == [[], [], [], []]


def test_those_of_one_instant_are_paged_by_number(rooms: Rooms) -> None:
    numbers = [publish(rooms, f"L3171-U-{nth}") for nth in (3, 1, 2)]
    assert walked(rooms, Wanted(), 1) == sorted(numbers)


def test_what_is_published_or_revoked_during_a_walk_neither_doubles_nor_hides_the_rest(rooms: Rooms) -> None:
    numbers = [publish(rooms, f"L3171-U-{nth}", time=NOW - timedelta(hours=nth)) for nth in range(6)]
    first = queries.find_designations(rooms, Wanted(), after=None, limit=2, now=NOW)
    publish(rooms, "L3171-NEW", time=NOW + timedelta(hours=1))
    revoke(rooms, numbers[4])
    rest = queries.find_designations(rooms, Wanted(), after=first.next, limit=10, now=NOW)
    assert [entry["number"] for entry in rest.entries] == numbers[2:]


def test_a_publication_by_a_clock_that_runs_ahead_is_listed_all_the_same(rooms: Rooms) -> None:
    number = publish(rooms, time=NOW + timedelta(hours=3))
    assert found(rooms) == [number]


def test_a_draft_is_as_unknown_as_any_other_number(rooms: Rooms) -> None:
    number = draft(rooms)
    refusals = []
    for asked in (number, "WBK-2026-NOBODY"):
        with pytest.raises(NotDesignated) as refused:
            queries.public_record(rooms, asked)
        refusals.append(str(refused.value).replace(asked, "…"))
    assert refusals[0] == refusals[1]


def test_the_registrar_sees_drafts_by_number_and_only_drafts(rooms: Rooms) -> None:
    publish(rooms, "L3171-U-1")
    numbers = [draft(rooms, f"L3171-U-{nth}") for nth in (4, 2, 3)]
    first = queries.drafts(rooms, after=None, limit=2)
    rest = queries.drafts(rooms, after=first[-1].key, limit=2)
    assert [draft.key for draft in first + rest] == sorted(numbers)


def test_the_other_designations_of_a_unit_stand_beside_each_other(rooms: Rooms) -> None:
    wbk = publish(rooms, time=NOW - timedelta(days=20))
    wbbm = publish(rooms, target="WBBM")
    publish(rooms, "L3578-DKC-01")
    shown = queries.public_record(rooms, wbk)
    assert [other["number"] for other in queries.others_of(rooms, shown, limit=5, now=NOW)] == [wbbm]
