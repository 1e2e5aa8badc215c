"""Queued messages through a real SMTP server."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.notifications import handlers, queries, sending
from services.notifications.domain.contact import Language
from services.notifications.domain.message import FIRST_DELAY, LEASE, Message, MessageState
from services.notifications.rooms import Rooms
from services.notifications.sending import send_due
from tests.services.notifications.post import HANG_UP, Post
from tests.services.notifications.said import NOON, Clock, account, reach, sample
from tests.services.notifications.test_handlers import side_by_side


def queue_for(rooms: Rooms, *names: str, events: int = 1, language: Language = Language.INDONESIAN) -> None:
    """Each name gets a contact and `events` queued messages."""
    for name in names:
        handlers.learn_account(rooms, account(name, "unit_officer", unit="L3171-RSUD-01"))
        reach(rooms, name, language)
    for number in range(events):
        handlers.notify(rooms, sample("units.progress_reported", number=number))


def message_of(rooms: Rooms, name: str) -> Message:
    (message,) = queries.inbox(rooms, name, None, 2)
    return message


def test_a_queued_message_arrives_and_is_marked_sent(posting: Rooms, post: Post) -> None:
    queue_for(posting, "petugas")
    assert send_due(posting, Clock()) == {"sent": 1}
    (mail,) = post.mails
    message = message_of(posting, "petugas")
    assert (mail.sender, mail.recipient) == ("zona@zona.example.go.id", "petugas@example.go.id")
    assert (message.state, message.sent_at) == (MessageState.SENT, NOON)
    assert message.receipt == "250 OK, queued as 4F1"


def test_the_mail_can_be_followed_by_its_headers(posting: Rooms, post: Post) -> None:
    queue_for(posting, "petugas")
    send_due(posting, Clock())
    message, headers = message_of(posting, "petugas"), post.mails[0].content
    assert headers["Message-ID"] == f"<{message.id}@zona.example.go.id>"
    assert headers["X-Zona-Message-Id"] == message.id
    assert headers["X-Correlation-ID"] == "corr-0"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Content-Language"] == "id"
    assert headers["Date"].datetime == NOON
    assert headers["To"] == "petugas@example.go.id"


def test_the_mail_is_in_the_recipients_language(posting: Rooms, post: Post) -> None:
    queue_for(posting, "officer", language=Language.ENGLISH)
    send_due(posting, Clock())
    content = post.mails[0].content
    assert content["Content-Language"] == "en"
    assert content["Subject"] == "Progress report 2026-Q1: RSUD Tarakan"
    assert content.get_content().replace("\r\n", "\n") == message_of(posting, "officer").texts["en"].body


def test_a_language_chosen_after_queueing_counts(posting: Rooms, post: Post) -> None:
    queue_for(posting, "officer")
    reach(posting, "officer", Language.ENGLISH, email="baru@example.go.id")
    send_due(posting, Clock())
    assert (post.mails[0].recipient, post.mails[0].content["Content-Language"]) == ("baru@example.go.id", "en")
    assert message_of(posting, "officer").language == "en"


def test_a_batch_goes_through_one_connection(posting: Rooms, post: Post) -> None:
    queue_for(posting, "a", "b", "c", events=2)
    assert send_due(posting, Clock()) == {"sent": 6}
    assert len({mail.session for mail in post.mails}) == 1


def test_nothing_due_opens_no_connection(posting: Rooms, post: Post) -> None:
    post.close()
    try:
        assert send_due(posting, Clock()) == {}
        assert posting.pause.until is None
    finally:
        post.open()


def test_a_message_without_an_address_is_not_sent(posting: Rooms, post: Post) -> None:
    handlers.learn_account(posting, account("petugas", "unit_officer", unit="L3171-RSUD-01"))
    handlers.notify(posting, sample("units.progress_reported"))
    assert send_due(posting, Clock()) == {}
    assert post.mails == []


def test_a_recipient_refused_for_good_fails_with_the_reason_and_the_others_arrive(posting: Rooms, post: Post) -> None:
    post.at_rcpt["hilang@example.go.id"] = "550 5.1.1 <hilang@example.go.id>: no such user"
    queue_for(posting, "hilang", "petugas")
    assert send_due(posting, Clock()) == {"sent": 1, "failed": 1}
    failed = message_of(posting, "hilang")
    assert (failed.state, failed.due) == (MessageState.FAILED, None)
    assert failed.reason == "the mail server refused: 550 5.1.1 …: no such user"


def test_a_text_refused_for_good_fails(posting: Rooms, post: Post) -> None:
    post.at_data["petugas@example.go.id"] = "554 looks like spam"
    queue_for(posting, "petugas")
    assert send_due(posting, Clock()) == {"failed": 1}
    assert post.mails == []


@pytest.mark.parametrize("place", ["at_rcpt", "at_data"])
def test_a_recipient_not_taken_now_is_tried_again_later(posting: Rooms, post: Post, place: str) -> None:
    getattr(post, place)["petugas@example.go.id"] = "451 4.7.1 greylisted"
    queue_for(posting, "petugas", "lain")
    clock = Clock()
    assert send_due(posting, clock) == {"postponed": 1, "sent": 1}
    waiting = message_of(posting, "petugas")
    assert (waiting.state, waiting.attempts, waiting.due) == (MessageState.QUEUED, 1, NOON + FIRST_DELAY)
    getattr(post, place).clear()
    assert send_due(posting, clock) == {}
    clock.move(FIRST_DELAY)
    assert send_due(posting, clock) == {"sent": 1}


def test_a_server_that_dies_in_the_middle_loses_nothing(posting: Rooms, post: Post) -> None:
    post.at_data["b@example.go.id"] = HANG_UP
    queue_for(posting, "a", "b", "c")
    clock = Clock()
    send_due(posting, clock)
    hit = message_of(posting, "b")
    assert (hit.state, hit.attempts) == (MessageState.QUEUED, 1)
    post.at_data.clear()
    clock.move(timedelta(minutes=2))
    send_due(posting, clock)
    assert sorted(mail.recipient[0] for mail in post.mails) == ["a", "b", "c"]
    assert queries.statistics(posting) == {"sent": 3, "queued": 0, "failed": 0, "waiting_address": 0}


def test_a_server_that_leaves_with_421_costs_no_attempt(posting: Rooms, post: Post) -> None:
    post.at_rcpt["petugas@example.go.id"] = "421 shutting down"
    queue_for(posting, "petugas")
    send_due(posting, Clock())
    waiting = message_of(posting, "petugas")
    assert (waiting.state, waiting.attempts) == (MessageState.QUEUED, 0)


def test_while_the_server_is_away_nothing_is_claimed_and_the_tries_become_rare(posting: Rooms, post: Post) -> None:
    queue_for(posting, "petugas")
    post.close()
    clock = Clock()
    with capture_logs() as lines:
        for _ in range(600):
            send_due(posting, clock)
            clock.move(timedelta(seconds=1))
    tries = [line for line in lines if line["event"] == "mail_server_away"]
    assert 10 <= len(tries) <= 17
    assert message_of(posting, "petugas").attempts == 0
    post.open()
    clock.move(timedelta(minutes=1))
    assert send_due(posting, clock) == {"sent": 1}


def test_no_log_line_shows_an_address(posting: Rooms, post: Post) -> None:
    post.at_rcpt["hilang@example.go.id"] = "550 <hilang@example.go.id> unknown"
    post.at_data["putus@example.go.id"] = HANG_UP
    with capture_logs() as lines:
        queue_for(posting, "hilang", "petugas", "putus")
        send_due(posting, Clock())
        post.close()
        send_due(posting, Clock(NOON + timedelta(hours=1)))
    post.open()
    assert lines
    assert "@example" not in repr(lines)


def test_two_senders_at_once_send_each_mail_once(posting: Rooms, post: Post) -> None:
    queue_for(posting, "a", "b", "c", "d", events=5)
    clock = Clock()
    side_by_side(*[lambda: send_due(posting, clock)] * 3)
    ids = [mail.content["X-Zona-Message-Id"] for mail in post.mails]
    assert len(ids) == len(set(ids)) == 20


def test_a_crash_between_the_servers_yes_and_our_mark_sends_again_under_the_same_id(
    posting: Rooms, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_for(posting, "petugas")
    clock = Clock()
    with monkeypatch.context() as crash:
        crash.setattr(sending, "record_sent", die)
        with pytest.raises(Crash):
            send_due(posting, clock)
    assert message_of(posting, "petugas").state is MessageState.SENDING
    assert send_due(posting, clock) == {}
    clock.move(LEASE)
    assert send_due(posting, clock) == {"sent": 1}
    first, second = post.mails
    assert first.content.as_bytes() == second.content.as_bytes()


def test_a_message_whose_contact_is_gone_waits_for_the_next_one(posting: Rooms, post: Post) -> None:
    queue_for(posting, "petugas")
    posting.contacts.collection.delete_one({"_id": "contact:petugas"})
    assert send_due(posting, Clock()) == {"waiting_address": 1}
    assert message_of(posting, "petugas").state is MessageState.WAITING_ADDRESS
    reach(posting, "petugas")
    assert send_due(posting, Clock()) == {"sent": 1}


def test_a_message_that_can_not_be_written_as_mail_fails_and_the_others_arrive(posting: Rooms, post: Post) -> None:
    queue_for(posting, "petugas", "rusak")
    posting.contacts.collection.update_one({"_id": "contact:rusak"}, {"$set": {"state.email": "bukan\nalamat"}})
    assert send_due(posting, Clock()) == {"sent": 1, "failed": 1}
    assert (message_of(posting, "rusak").reason or "").startswith("not a mail")


def test_a_message_that_can_not_be_read_stands_in_nobodys_way(posting: Rooms, post: Post) -> None:
    queue_for(posting, "rusak", "petugas")
    broken = {"$set": {"state.texts": "bukan teks"}}
    posting.messages.collection.update_one({"summary.recipient": "rusak"}, broken)
    with capture_logs() as lines:
        assert send_due(posting, Clock()) == {"skipped": 1, "sent": 1}
        assert send_due(posting, Clock()) == {}
    assert [line["log_level"] for line in lines if line["event"] == "message_skipped"] == ["error"]


def test_without_a_mail_server_messages_stay_queued(rooms: Rooms) -> None:
    queue_for(rooms, "petugas")
    assert send_due(rooms, Clock()) == {}
    assert queries.statistics(rooms)["queued"] == 1


class Crash(Exception):
    """The process ends here."""


def die(*_: Any) -> Any:
    raise Crash
