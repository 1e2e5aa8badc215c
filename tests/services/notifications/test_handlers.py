"""Events into messages, on a real database."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations
from threading import Barrier
from typing import Any

import pytest

from services.notifications import handlers, queries
from services.notifications.domain.contact import Language
from services.notifications.domain.message import MessageState, message_id
from services.notifications.rooms import Rooms
from shared.failures import AlreadyExists, StaleVersion
from shared.storage import Cause
from tests.services.notifications.said import NOON, account, heard, reach, sample
from tests.services.notifications.samples import EVALUATORS, SAMPLES

UNIT_OFFICER = account("petugas", "unit_officer", unit="L3171-RSUD-01")
TPI = account("inspektorat", "tpi", institution="L3171")
PANEL = account("panel.satu", "panel")


def all_messages(rooms: Rooms) -> list[dict[str, Any]]:
    return list(rooms.messages.collection.find({}, {"summary": 1, "state": 1}))


def told(rooms: Rooms, name: str) -> list[str]:
    return [message.event_type for message in queries.inbox(rooms, name, None, 100)]


def side_by_side(*calls: Callable[[], object]) -> None:
    """Run every call in its own thread, all starting at once."""
    start = Barrier(len(calls))

    def run(call: Callable[[], object]) -> None:
        start.wait()
        call()

    with ThreadPoolExecutor(len(calls)) as pool:
        list(pool.map(run, calls))


def test_an_event_becomes_one_message_for_each_person_it_concerns(rooms: Rooms) -> None:
    for each in (UNIT_OFFICER, TPI, PANEL):
        handlers.learn_account(rooms, each)
    handlers.notify(rooms, sample("units.unit_declared"))
    assert told(rooms, "petugas") == told(rooms, "inspektorat") == ["units.unit_declared"]
    assert told(rooms, "panel.satu") == []


def test_the_same_event_heard_twice_makes_one_message(rooms: Rooms) -> None:
    handlers.learn_account(rooms, UNIT_OFFICER)
    for _ in range(2):
        handlers.notify(rooms, sample("units.unit_declared"))
    assert len(all_messages(rooms)) == 1


def test_two_handlers_of_one_event_at_once_make_one_message(rooms: Rooms) -> None:
    handlers.learn_account(rooms, UNIT_OFFICER)
    reach(rooms, "petugas")
    event = sample("units.unit_declared")
    side_by_side(*[lambda: handlers.notify(rooms, event)] * 6)
    (message,) = all_messages(rooms)
    assert message["summary"]["state"] == "queued"


def test_two_events_of_one_kind_make_two_messages(rooms: Rooms) -> None:
    handlers.learn_account(rooms, UNIT_OFFICER)
    for number in (1, 2):
        handlers.notify(rooms, sample("units.progress_reported", number=number))
    assert len(told(rooms, "petugas")) == 2


def test_a_message_without_an_address_waits_and_is_in_the_inbox_all_the_same(rooms: Rooms) -> None:
    handlers.learn_account(rooms, UNIT_OFFICER)
    handlers.notify(rooms, sample("units.unit_declared"))
    (message,) = queries.inbox(rooms, "petugas", None, 10)
    assert message.state is MessageState.WAITING_ADDRESS
    assert message.texts["id"].subject == "Pencanangan Zona Integritas: RSUD Tarakan"


def test_a_message_to_a_known_address_is_queued_at_once_in_the_persons_language(rooms: Rooms) -> None:
    handlers.learn_account(rooms, UNIT_OFFICER)
    reach(rooms, "petugas", Language.ENGLISH)
    handlers.notify(rooms, sample("units.unit_declared"))
    (message,) = queries.inbox(rooms, "petugas", None, 10)
    assert (message.state, message.language) == (MessageState.QUEUED, "en")


def test_a_contact_queues_what_waited_for_it_and_nothing_else(rooms: Rooms) -> None:
    for each in (UNIT_OFFICER, TPI):
        handlers.learn_account(rooms, each)
    handlers.notify(rooms, sample("units.unit_declared"))
    reach(rooms, "petugas", Language.ENGLISH)
    states = {message["summary"]["recipient"]: message["state"] for message in all_messages(rooms)}
    assert (states["petugas"]["state"], states["petugas"]["language"]) == ("queued", "en")
    assert states["inspektorat"]["state"] == "waiting_address"


def test_more_waiting_messages_than_a_page_are_all_queued(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "PAGE", 3)
    handlers.learn_account(rooms, UNIT_OFFICER)
    for number in range(10):
        handlers.notify(rooms, sample("units.progress_reported", number=number))
    handlers.put_contact(rooms, "petugas", "p@example.go.id", Language.INDONESIAN, Cause(NOON, "c"))
    assert handlers.settle_contacts(rooms, NOON) == 10
    assert handlers.settle_contacts(rooms, NOON) == 0


def test_a_contact_and_an_event_at_once_leave_no_message_waiting(rooms: Rooms) -> None:
    """Whatever the order in which the two interleave: the message or the contact is seen by the other."""
    for number in range(12):
        name = f"petugas.{number}"
        handlers.learn_account(rooms, account(name, "unit_officer", unit="L3171-RSUD-01"))
        event = sample("units.progress_reported", number=number)
        side_by_side(
            lambda event=event: handlers.notify(rooms, event),  # type: ignore[misc]  # bound now, not later
            lambda name=name: reach(rooms, name),  # type: ignore[misc]  # bound now, not later
        )
        handlers.settle_contacts(rooms, NOON)
    waiting = [each for each in all_messages(rooms) if each["summary"]["state"] == "waiting_address"]
    reached = {f"petugas.{number}" for number in range(12)}
    assert [each for each in waiting if each["summary"]["recipient"] in reached] == []
    assert len(all_messages(rooms)) == sum(range(1, 13)) + sum(range(12))


def test_a_contact_written_between_the_look_and_the_message_finds_it_queued(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers.learn_account(rooms, UNIT_OFFICER)
    create = rooms.messages.create

    def contact_first(*given: Any) -> Any:
        reach(rooms, "petugas")
        return create(*given)

    monkeypatch.setattr(rooms.messages, "create", contact_first)
    handlers.notify(rooms, sample("units.unit_declared"))
    assert queries.statistics(rooms) == {"sent": 0, "queued": 1, "failed": 0, "waiting_address": 0}


def test_a_message_that_the_timer_queues_first_is_left_as_it_is(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    handlers.learn_account(rooms, UNIT_OFFICER)
    create = rooms.messages.create

    def contact_after(*given: Any) -> Any:
        made = create(*given)
        reach(rooms, "petugas")
        return made

    monkeypatch.setattr(rooms.messages, "create", contact_after)
    handlers.notify(rooms, sample("units.unit_declared"))
    (message,) = all_messages(rooms)
    assert (message["summary"]["state"], queries.statistics(rooms)["queued"]) == ("queued", 1)


def test_a_crash_between_message_and_queueing_is_mended_by_the_second_delivery(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers.learn_account(rooms, UNIT_OFFICER)
    reach(rooms, "petugas")
    event = sample("units.unit_declared")
    with monkeypatch.context() as crash:
        crash.setattr(rooms.contacts, "find", lambda _account: None)  # the message was written before the contact
        handlers.notify(rooms, event)
    assert queries.statistics(rooms)["waiting_address"] == 1
    handlers.notify(rooms, event)
    assert queries.statistics(rooms)["queued"] == 1


def test_a_first_contact_that_somebody_else_saves_first_is_changed(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = rooms.contacts.create

    def other_first(*given: Any) -> Any:
        monkeypatch.setattr(rooms.contacts, "create", create)
        handlers.put_contact(rooms, "petugas", "a@example.go.id", Language.INDONESIAN, Cause(NOON, "c"))
        return create(*given)

    monkeypatch.setattr(rooms.contacts, "create", other_first)
    handlers.put_contact(rooms, "petugas", "b@example.go.id", Language.ENGLISH, Cause(NOON, "c"))
    saved = queries.contact(rooms, "petugas")
    assert (saved.state.email, saved.version) == ("b@example.go.id", 2)


def test_a_contact_that_changes_during_the_look_is_looked_through_again(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers.put_contact(rooms, "petugas", "a@example.go.id", Language.INDONESIAN, Cause(NOON, "c"))
    settled = handlers.mark_settled

    def change_first(store: Any, contact: Any) -> bool:
        handlers.put_contact(rooms, "petugas", "b@example.go.id", Language.INDONESIAN, Cause(NOON, "c"))
        return settled(store, contact)

    monkeypatch.setattr(handlers, "mark_settled", change_first)
    handlers.settle_contacts(rooms, NOON)
    assert queries.contact(rooms, "petugas").state.settled is False


def test_settling_raises_no_version_that_a_persons_save_would_stumble_over(rooms: Rooms) -> None:
    saved = handlers.put_contact(rooms, "petugas", "a@example.go.id", Language.INDONESIAN, Cause(NOON, "c"))
    handlers.settle_contacts(rooms, NOON)
    again = handlers.put_contact(
        rooms, "petugas", "b@example.go.id", Language.ENGLISH, Cause(NOON, "c"), version=saved.version
    )
    assert again.state.email == "b@example.go.id"


def test_a_contact_saved_on_an_older_version_is_refused(rooms: Rooms) -> None:
    for email in ("a@example.go.id", "b@example.go.id"):
        handlers.put_contact(rooms, "petugas", email, Language.INDONESIAN, Cause(NOON, "c"))
    with pytest.raises(StaleVersion) as refusal:
        handlers.put_contact(rooms, "petugas", "c@example.go.id", Language.INDONESIAN, Cause(NOON, "c"), version=1)
    assert refusal.value.members["current_version"] == 2


def test_first_contacts_saved_by_two_at_once_both_succeed_and_one_stands(rooms: Rooms) -> None:
    emails = [f"{name}@example.go.id" for name in "abcd"]
    side_by_side(
        *[
            lambda email=email: handlers.put_contact(  # type: ignore[misc]  # bound now, not later
                rooms, "petugas", email, Language.INDONESIAN, Cause(NOON, "c")
            )
            for email in emails
        ]
    )
    assert queries.contact(rooms, "petugas").version == 4


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_account_event_and_contact_does_not_matter(rooms: Rooms, order: tuple[int, ...]) -> None:
    steps = (
        lambda: handlers.learn_account(rooms, UNIT_OFFICER),
        lambda: handlers.notify(rooms, sample("units.unit_declared")),
        lambda: reach(rooms, "petugas"),
    )
    for nth in order:
        steps[nth]()
    handlers.settle_contacts(rooms, NOON)
    (message,) = all_messages(rooms)
    assert message["summary"]["state"] == "queued"


def test_an_account_and_an_event_at_once_leave_nobody_untold(rooms: Rooms) -> None:
    for number in range(12):
        place = f"L3171-RSUD-{number}"
        type, data = SAMPLES["units.unit_declared"]
        event = heard(type, {**data, "unit": place}, number=number)
        new = account(f"petugas.{number}", "unit_officer", unit=place)
        side_by_side(
            lambda event=event: handlers.notify(rooms, event),  # type: ignore[misc]  # bound now, not later
            lambda new=new: handlers.learn_account(rooms, new),  # type: ignore[misc]  # bound now, not later
        )
        assert len(told(rooms, f"petugas.{number}")) == 1


def test_an_account_heard_after_many_events_is_told_of_each_once(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "PAGE", 3)
    for number in range(10):
        handlers.notify(rooms, sample("units.progress_reported", number=number))
    for _ in range(2):
        handlers.learn_account(rooms, UNIT_OFFICER)
    assert len(told(rooms, "petugas")) == 10


def test_a_new_account_is_not_told_what_happened_long_before_it(rooms: Rooms) -> None:
    handlers.notify(rooms, sample("units.progress_reported", number=1, time=NOON - timedelta(days=2)))
    handlers.notify(rooms, sample("units.progress_reported", number=2, time=NOON - timedelta(hours=2)))
    handlers.learn_account(rooms, UNIT_OFFICER)
    (message,) = queries.inbox(rooms, "petugas", None, 10)
    assert message.happened_at == NOON - timedelta(hours=2)


def test_an_older_state_of_an_account_does_not_replace_the_newer(rooms: Rooms) -> None:
    handlers.learn_account(rooms, account("petugas", "tpi", institution="L3171", number=2))
    handlers.learn_account(rooms, account("petugas", "unit_officer", unit="L3171-RSUD-01", number=1))
    known = rooms.accounts.find("petugas")
    assert known is not None
    assert known.roles == {"tpi"}


def test_an_officer_who_moved_is_told_of_the_new_unit_and_no_longer_of_the_old(rooms: Rooms) -> None:
    handlers.learn_account(rooms, UNIT_OFFICER)
    handlers.learn_account(rooms, account("petugas", "unit_officer", unit="L3171-RSUD-02", number=2))
    handlers.notify(rooms, sample("units.unit_declared"))
    assert told(rooms, "petugas") == []


def test_named_evaluators_are_told_though_no_account_is_known_and_none_learns_of_the_others(rooms: Rooms) -> None:
    handlers.learn_account(rooms, UNIT_OFFICER)
    handlers.notify(rooms, sample("evaluation.evaluators_assigned"))
    for name in (*EVALUATORS, "petugas"):
        (message,) = queries.inbox(rooms, name, None, 10)
        shown = repr(message.texts)
        assert not any(evaluator in shown for evaluator in EVALUATORS)


def test_an_evaluator_who_is_named_and_then_registers_is_told_once(rooms: Rooms) -> None:
    handlers.notify(rooms, sample("evaluation.evaluators_assigned"))
    handlers.learn_account(rooms, account(EVALUATORS[0], "evaluator"))
    assert told(rooms, EVALUATORS[0]) == ["evaluation.evaluators_assigned"]


def test_a_message_carries_the_events_correlation_and_a_derived_id(rooms: Rooms) -> None:
    handlers.learn_account(rooms, UNIT_OFFICER)
    event = sample("units.unit_declared")
    handlers.notify(rooms, event)
    (message,) = queries.inbox(rooms, "petugas", None, 10)
    assert message.id == message_id("petugas", event.id)
    assert (message.event, message.correlation_id) == (event.id, event.cause.correlation_id)


def test_messages_and_notices_hold_no_address(rooms: Rooms) -> None:
    reach(rooms, "petugas", email="orang@example.go.id")
    handlers.learn_account(rooms, UNIT_OFFICER)
    handlers.notify(rooms, sample("units.unit_declared"))
    for store in (rooms.messages, rooms.notices):
        assert "orang@" not in repr(list(store.collection.find({})))


def test_a_message_of_another_cause_under_the_same_id_would_be_seen(rooms: Rooms) -> None:
    handlers.learn_account(rooms, UNIT_OFFICER)
    handlers.notify(rooms, sample("units.unit_declared"))
    (message,) = queries.inbox(rooms, "petugas", None, 10)
    with pytest.raises(AlreadyExists):
        rooms.messages.create(message.id, message, [], Cause(NOON, "c", event_id="another event"))
