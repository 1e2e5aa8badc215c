"""The mail sink keeps what it is sent, whole, and refuses what is too large."""

import smtplib
import sys
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

import pytest

from shared.localrun.mail import LARGEST_MESSAGE, messages
from shared.localrun.ports import LOOPBACK, free_ports
from shared.localrun.processes import Supervisor
from shared.localrun.programs import Programs


@pytest.fixture
def sink(tmp_path):
    port, folder = free_ports(1)[0], tmp_path / "mail"
    with Supervisor(tmp_path / "logs") as supervisor:
        supervisor.start(Programs({}, tmp_path).mail_sink(folder, port))
        yield port, folder


def letter(text):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "zona@localhost", "sari@example.org", "Usulan diterima"
    message["X-Correlation-ID"] = "c-1"
    message.set_content(text)
    return message


def test_each_message_is_a_file_in_the_order_of_arrival(sink):
    port, folder = sink
    with smtplib.SMTP(LOOPBACK, port) as client:
        for text in ("satu", "dua", "tiga"):
            client.send_message(letter(text))
    kept = [message_from_bytes(path.read_bytes()) for path in messages(folder)]
    assert [message.get_payload().strip() for message in kept] == ["satu", "dua", "tiga"]
    assert kept[0]["X-Correlation-ID"] == "c-1"
    assert kept[0]["X-Envelope-To"] == "sari@example.org"


def test_nothing_half_written_is_ever_seen_and_too_much_is_refused(sink):
    port, folder = sink
    with smtplib.SMTP(LOOPBACK, port) as client, pytest.raises(smtplib.SMTPSenderRefused, match="552"):
        client.sendmail("a@localhost", ["b@localhost"], b"x" * (LARGEST_MESSAGE + 1))
    assert list(folder.iterdir()) == []


def test_the_sink_listens_on_loopback_alone(sink):
    port, _ = sink
    address = f"0100007F:{port:04X}"
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()]
    listening = [row[1] for row in rows if row[3] == "0A"]
    assert [place for place in listening if place.endswith(f":{port:04X}")] == [address]
    assert sys.byteorder == "little"  # what the address above is written in
