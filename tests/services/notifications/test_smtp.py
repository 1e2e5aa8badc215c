"""The mail server's address, its replies and its pauses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from services.notifications.domain.message import MessageState
from services.notifications.errors import MailServerAway
from services.notifications.mail import compose
from services.notifications.smtp import Pause, clean, mail_server
from shared.settings import SettingsError
from tests.services.notifications.post import Post
from tests.services.notifications.said import NOON
from tests.services.notifications.test_message import QUEUED

SENDER = "zona@example.go.id"


@pytest.mark.parametrize(
    ("uri", "host", "port", "security"),
    [
        ("smtp://127.0.0.1:2525", "127.0.0.1", 2525, "none"),
        ("smtp://relay.example.go.id", "relay.example.go.id", 25, "none"),
        ("smtp://relay.example.go.id?starttls=required", "relay.example.go.id", 587, "starttls"),
        ("smtps://relay.example.go.id", "relay.example.go.id", 465, "tls"),
        ("smtp://[::1]:2525", "::1", 2525, "none"),
    ],
)
def test_the_uri_says_host_port_and_security(uri: str, host: str, port: int, security: str) -> None:
    server = mail_server(uri, SENDER)
    assert (server.host, server.port, server.security) == (host, port, security)


def test_user_and_password_may_hold_any_character_and_are_never_shown() -> None:
    server = mail_server("smtps://zona%40x:p%2Fw@relay.example.go.id", SENDER)
    assert (server.user, server.password) == ("zona@x", "p/w")
    assert "p/w" not in repr(server)


@pytest.mark.parametrize(
    ("uri", "sender", "said"),
    [
        ("smtp://user:pw@relay.example.go.id", SENDER, "no TLS"),
        ("http://relay.example.go.id", SENDER, "must read"),
        ("smtp://", SENDER, "must read"),
        ("smtp://relay:port", SENDER, "must read"),
        ("smtp://relay?starttls=maybe", SENDER, "must read"),
        ("smtp://relay", "zona", "MAIL_FROM"),
    ],
)
def test_an_address_that_can_not_work_is_refused_at_the_start(uri: str, sender: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        mail_server(uri, sender)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_a_password_to_this_machine_itself_needs_no_tls(host: str) -> None:
    assert mail_server(f"smtp://user:pw@{host}", SENDER).user == "user"


def test_a_reply_is_shown_without_addresses_and_on_one_line() -> None:
    assert clean("550 <a.b@c.go.id>: a.b@c.go.id\r\n is unknown") == "550 …: … is unknown"
    assert len(clean("x" * 1000)) == 200


def test_a_server_that_demands_tls_it_does_not_offer_is_away(post: Post) -> None:
    server = mail_server(f"{post.uri}?starttls=required", SENDER)
    with pytest.raises(MailServerAway), server.conversation():
        pass


def test_a_server_that_offers_no_sign_in_is_away(post: Post) -> None:
    server = mail_server(f"smtp://user:pw@127.0.0.1:{post.port}", SENDER)
    with pytest.raises(MailServerAway), server.conversation():
        pass


def test_a_sender_that_the_server_does_not_take_blames_no_message(post: Post) -> None:
    server = mail_server(post.uri, "zona@" + "x" * 600 + ".id")
    with server.conversation() as conversation, pytest.raises(MailServerAway) as refusal:
        conversation.deliver(b"x", "a@example.go.id")
    assert type(refusal.value) is MailServerAway


def test_pauses_grow_from_a_second_to_a_minute_and_end_with_an_answer() -> None:
    pause, now, waits = Pause(), NOON, []
    for _ in range(8):
        pause.lengthen(now)
        assert pause.until is not None
        waits.append((pause.until - now).total_seconds())
        assert pause.holds(pause.until - timedelta(microseconds=1))
        assert not pause.holds(pause.until)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    pause.end()
    assert not pause.holds(now)


def test_the_same_message_always_makes_the_same_bytes() -> None:
    assert QUEUED.state is MessageState.QUEUED
    first, second = (compose(QUEUED, "a@example.go.id", "id", SENDER) for _ in range(2))
    assert first == second
    assert first.isascii()


def test_a_correlation_id_that_is_no_header_value_is_made_one() -> None:
    mail = compose(replace(QUEUED, correlation_id="a\r\nBcc: x@y " + "é" * 200), "a@example.go.id", "id", SENDER)
    assert b"\r\nBcc" not in mail
    assert message_from_bytes(mail, policy=policy.default)["X-Correlation-ID"].startswith("a--Bcc:-x@y--")
