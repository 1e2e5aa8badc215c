"""Events and commands against a real database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from services.registry import handlers, queries
from services.registry.domain.designation import State
from services.registry.errors import BrokenConclusion, MoveNotOpen, NumberTaken
from services.registry.rooms import Rooms
from shared.contracts import contract_of
from shared.failures import AlreadyExists, Failure, InvalidInput, NotFound, StaleVersion
from tests.services.registry.samples import (
    NOW,
    command,
    concluded,
    decree,
    draft,
    heard,
    know_institutions,
    publish,
    revoke,
)

NUMBER = "WBK-2026-L3171-RSUD-01"


def said(rooms: Rooms, number: str = NUMBER) -> list[dict[str, object]]:
    """The events in the outbox of a designation."""
    document = rooms.designations.collection.find_one({"_id": f"designation:{number}"})
    assert document is not None
    return list(document["outbox"])


def test_a_positive_conclusion_inserts_a_draft_and_says_so(rooms: Rooms) -> None:
    draft(rooms)
    stands = rooms.designations.load(NUMBER)
    assert stands.state.state is State.DRAFT
    assert [event["type"] for event in said(rooms)] == ["registry.designation_drafted"]


def test_the_same_event_twice_leaves_one_draft_and_one_event(rooms: Rooms) -> None:
    event = heard("evaluation.concluded", concluded())
    handlers.draft_designation(rooms, event)
    handlers.draft_designation(rooms, event)
    assert len(said(rooms)) == 1


def test_a_second_conclusion_of_the_same_proposal_is_already_done(rooms: Rooms) -> None:
    draft(rooms)
    with pytest.raises(AlreadyExists) as refused:
        draft(rooms)
    assert refused.value.failure is Failure.ALREADY_DONE


def test_another_proposal_under_the_same_number_is_dead_lettered(rooms: Rooms) -> None:
    draft(rooms)
    with pytest.raises(NumberTaken) as refused:
        handlers.draft_designation(rooms, heard("evaluation.concluded", concluded(proposal="L3171-RSUD-01.2026.2")))
    assert refused.value.failure is Failure.PERMANENT


def test_a_negative_conclusion_leaves_nothing(rooms: Rooms) -> None:
    handlers.draft_designation(rooms, heard("evaluation.concluded", concluded(outcome="failed", predicate=None)))
    assert rooms.designations.collection.find_one({}) is None


def test_a_conclusion_without_its_gates_is_dead_lettered(rooms: Rooms) -> None:
    broken = concluded()
    del broken["gates"]
    with pytest.raises(BrokenConclusion) as refused:
        handlers.draft_designation(rooms, heard("evaluation.concluded", broken))
    assert refused.value.failure is Failure.PERMANENT


def test_what_a_newer_producer_adds_passes_unseen(rooms: Rooms) -> None:
    handlers.draft_designation(rooms, heard("evaluation.concluded", concluded(bundle="added later")))
    assert rooms.designations.load(NUMBER).state.state is State.DRAFT


def test_neither_evaluators_nor_the_panels_reason_are_taken_in(rooms: Rooms) -> None:
    publish(rooms)
    stored = str(rooms.designations.collection.find_one({"_id": f"designation:{NUMBER}"}))
    assert "RAHASIA" not in stored


def test_publication_and_revocation_say_what_the_contracts_ask(rooms: Rooms) -> None:
    revoke(rooms, publish(rooms))
    events = {event["type"]: event["data"] for event in said(rooms)}
    assert list(events) == [
        "registry.designation_drafted",
        "registry.designation_published",
        "registry.designation_revoked",
    ]
    for type, data in events.items():
        contract_of(type).check(data)  # type: ignore[arg-type]  # read back from the database
    assert events["registry.designation_revoked"]["barred_until"] == "2028-11-20"  # type: ignore[index]  # the same


def test_the_designation_is_public_from_the_very_write_that_publishes_it(rooms: Rooms) -> None:
    number = draft(rooms)
    before = rooms.designations.load(number).version
    saved = handlers.publish_designation(rooms, number, decree(), command())
    assert saved.version == before + 1
    assert queries.public_record(rooms, number)["status"] == "active"
    listed = queries.find_designations(rooms, queries.Wanted(q="tarakan"), after=None, limit=10, now=NOW)
    assert [entry["number"] for entry in listed.entries] == [number]


def test_a_repeated_command_publishes_once(rooms: Rooms) -> None:
    number = draft(rooms)
    first = handlers.publish_designation(rooms, number, decree(), command(command_id="k-1"))
    again = handlers.publish_designation(rooms, number, decree(), command(command_id="k-1"))
    assert (again.version, again.state) == (first.version, first.state)
    assert len(said(rooms, number)) == 2


def test_publishing_twice_with_another_command_is_not_open(rooms: Rooms) -> None:
    number = publish(rooms)
    with pytest.raises(MoveNotOpen):
        handlers.publish_designation(rooms, number, decree(), command())


def test_a_refused_decree_changes_nothing(rooms: Rooms) -> None:
    number = draft(rooms)
    with pytest.raises(InvalidInput):
        handlers.publish_designation(rooms, number, decree(day=date(2031, 1, 1)), command())
    assert rooms.designations.load(number).version == 1
    assert len(said(rooms, number)) == 1


def test_a_decision_on_an_older_version_is_refused_with_the_current_one(rooms: Rooms) -> None:
    number = publish(rooms)
    with pytest.raises(StaleVersion) as refused:
        handlers.revoke_designation(rooms, number, decree(), "Pungutan liar", command(), version=1)
    assert refused.value.members["current_version"] == 2


def test_of_many_registrars_with_one_draft_exactly_one_publishes_it(rooms: Rooms) -> None:
    number = draft(rooms)

    def attempt(nth: int) -> bool:
        try:
            handlers.publish_designation(rooms, number, decree(f"Nomor {nth}"), command())
        except MoveNotOpen:
            return False
        return True

    with ThreadPoolExecutor(8) as registrars:
        assert sum(registrars.map(attempt, range(8))) == 1
    assert len(said(rooms, number)) == 2


def test_an_unknown_number_can_not_be_published(rooms: Rooms) -> None:
    with pytest.raises(NotFound):
        handlers.publish_designation(rooms, "WBK-2026-NOBODY", decree(), command())


def test_institutions_are_kept_in_their_newest_state_whatever_the_order(rooms: Rooms) -> None:
    said = {"code": "L3171", "name": "Nama baru", "kind": "city", "province": "31"}
    type, subject = "units.institution_registered", "institution:L3171"
    handlers.learn_institution(rooms, heard(type, said, subject=subject, sequence=2))
    handlers.learn_institution(rooms, heard(type, said | {"name": "Nama lama"}, subject=subject, sequence=1))
    assert queries.institution_name(rooms, "L3171") == "Nama baru"


def test_provinces_are_named_by_what_was_heard(rooms: Rooms) -> None:
    assert queries.provinces(rooms) == {}
    know_institutions(rooms)
    assert next(iter(queries.provinces(rooms).items())) == ("31", "DKI Jakarta")
    assert queries.institution_name(rooms, "B99") == "B99"


def test_the_counts_are_counted_again_only_after_something_moved(rooms: Rooms) -> None:
    assert queries.counts(rooms) is None
    publish(rooms)
    publish(rooms, target="WBBM", time=NOW + timedelta(hours=1))
    handlers.refresh_counts(rooms)
    assert queries.counts(rooms) == {"WBK": 1, "WBBM": 1, "revoked": 0}
    assert rooms.counts.take_stale() is False
    revoke(rooms, NUMBER)
    handlers.refresh_counts(rooms)
    assert queries.counts(rooms) == {"WBK": 0, "WBBM": 1, "revoked": 1}
