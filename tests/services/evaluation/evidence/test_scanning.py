"""The virus scanner: asked over its own protocol, and never in the way of a filing when it is away."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from services.evaluation import evidence_queries, handlers
from services.evaluation.errors import EvidenceRefused, EvidenceWithheld
from services.evaluation.evidence_store import FileState
from services.evaluation.rooms import Rooms, build
from services.evaluation.scanning import Clamd, ScannerAway
from shared.localrun.ports import free_ports
from shared.settings import Settings
from shared.testing.clamd import EICAR, FakeClamd
from tests.services.evaluation.evidence.offices import NOTHING, ONE_FILE, begin, hand_in, kept
from tests.services.evaluation.samples import CYCLE, OFFICER, UNIT

MEBIBYTE = 1024 * 1024


@pytest.fixture
def clamd() -> Iterator[FakeClamd]:
    with FakeClamd(largest=MEBIBYTE) as running:
        yield running


@pytest.fixture
def away() -> Clamd:
    [port] = free_ports(1)
    return Clamd(f"tcp://127.0.0.1:{port}")


def with_scanner(rooms: Rooms, scanner: Clamd | None) -> Rooms:
    return Rooms(rooms.database, scanner=scanner)


def test_a_clean_file_is_told_from_an_infected_one(clamd: FakeClamd) -> None:
    assert Clamd(clamd.uri).virus_in([b"a", b"", b"b" * 100_000]) is None
    assert Clamd(clamd.uri).virus_in([EICAR[:20], EICAR[20:]]) == "Eicar-Test-Signature"


def test_a_file_that_the_scanner_gives_up_on_is_not_called_clean(clamd: FakeClamd) -> None:
    with pytest.raises(ScannerAway):
        Clamd(clamd.uri).virus_in(b"a" * 65_536 for _ in range(40))


def test_an_absent_scanner_is_away(away: Clamd) -> None:
    with pytest.raises(ScannerAway):
        away.virus_in([b"a"])


def test_the_fake_speaks_as_clamd_does(clamd: FakeClamd) -> None:
    """The words of clamd(8), byte by byte, so that the fake does not merely agree with our client."""
    parts = urlsplit(clamd.uri)
    for sent, answer in (
        (b"zPING\0", b"PONG\0"),
        (b"zINSTREAM\0" + struct.pack(">I", 1) + b"a" + struct.pack(">I", 0), b"stream: OK\0"),
        (b"zSOMETHING\0", b"UNKNOWN COMMAND\0"),
    ):
        with socket.create_connection((parts.hostname, parts.port), timeout=5) as link:
            link.sendall(sent)
            assert link.recv(100) == answer


def test_an_infected_file_is_refused_by_its_name_and_not_kept(rooms: Rooms, clamd: FakeClamd) -> None:
    begin(rooms)
    with pytest.raises(EvidenceRefused, match="Eicar") as refusal:
        hand_in(with_scanner(rooms, Clamd(clamd.uri)), b"x\n" + EICAR)
    assert refusal.value.members["reason"] == "infected"
    assert kept(rooms) == NOTHING


def test_while_the_scanner_is_away_a_file_is_taken_and_given_to_nobody(rooms: Rooms, away: Clamd) -> None:
    begin(rooms)
    taken = hand_in(with_scanner(rooms, away))
    assert taken.state is FileState.QUARANTINED
    assert kept(rooms) == ONE_FILE
    with pytest.raises(EvidenceWithheld, match="waits for the virus scanner"):
        evidence_queries.evidence_file(rooms, OFFICER, UNIT, CYCLE, taken.evidence.current.sha256)


def test_a_quarantined_file_is_free_when_the_scanner_has_found_nothing(
    rooms: Rooms, away: Clamd, clamd: FakeClamd
) -> None:
    begin(rooms)
    sha256 = hand_in(with_scanner(rooms, away)).evidence.current.sha256
    assert handlers.scan_quarantined(with_scanner(rooms, away)) == 0
    assert handlers.scan_quarantined(with_scanner(rooms, Clamd(clamd.uri))) == 1
    file = evidence_queries.evidence_file(rooms, OFFICER, UNIT, CYCLE, sha256)
    assert b"".join(file.pieces) == b"catatan rapat\n"


def test_a_quarantined_file_that_is_infected_stays_withheld_and_is_not_taken_again(
    rooms: Rooms, away: Clamd, clamd: FakeClamd
) -> None:
    begin(rooms)
    infected = b"x\n" + EICAR
    sha256 = hand_in(with_scanner(rooms, away), infected).evidence.current.sha256
    handlers.scan_quarantined(with_scanner(rooms, Clamd(clamd.uri)))
    with pytest.raises(EvidenceWithheld, match="Eicar"):
        evidence_queries.evidence_file(rooms, OFFICER, UNIT, CYCLE, sha256)
    with pytest.raises(EvidenceRefused, match="Eicar"):
        hand_in(with_scanner(rooms, away), infected, minutes=1)
    [item] = evidence_queries.evidence(rooms, OFFICER, UNIT, CYCLE)["items"]
    assert item["state"] == "infected"


def test_without_a_scanner_nothing_waits(rooms: Rooms) -> None:
    assert rooms.scanner is None
    assert handlers.scan_quarantined(rooms) == 0


def test_the_setting_names_the_scanner(settings: Settings) -> None:
    assert build(replace(settings, clamd_uri="tcp://clamd:3310")).scanner == Clamd("tcp://clamd:3310")
