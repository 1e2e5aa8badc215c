"""The log as strangers get it: over HTTP, with the registry's own records, and when the database was tampered with."""

from __future__ import annotations

import base64
import gzip
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from services.registry import handlers
from services.registry.log.leaves import content_of
from services.registry.rooms import Rooms
from services.registry.web import furnish, schemas
from shared.settings import Settings
from shared.tlog.checkpoints import trusted
from shared.tlog.merkle import leaf_hash, verify_inclusion
from shared.tlog.notes import VerifierKey
from shared.tlog.sources import AddressSource
from shared.tlog.tiles import hashes_of, unpack
from shared.tlog.verdicts import Verdict
from shared.tlog.verifying import Wanted, verify
from tests.services.registry.log.appending import fill_log, publish_many, with_key
from tests.services.registry.samples import draft, publish, revoke

ENTRIES = 319


@pytest.fixture
def logged(settings: Settings, tmp_path: Path) -> Rooms:
    """A registry whose log has more than one tile."""
    rooms = with_key(settings, tmp_path)
    fill_log(rooms, ENTRIES)
    return rooms


@pytest.fixture
def site(settings: Settings, logged: Rooms) -> Iterator[str]:
    """The registry's application behind a real port."""
    server = make_server("127.0.0.1", 0, furnish(settings, logged), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    server.server_close()


def checked(site: str, **wanted: Any) -> Verdict:
    return verify(AddressSource(f"{site}/log"), Wanted(**wanted))


def proven(client: FlaskClient, number: str) -> list[dict[str, Any]]:
    """The proofs of a record, each checked as a stranger checks it."""
    record = client.get(f"/api/v1/designations/{number}").get_json()
    assert schemas.ProvenRecord().validate(record) == {}
    keys = [VerifierKey.parse(line) for line in client.get("/log/key").text.splitlines()]
    for proof in record["log"]:
        checkpoint = trusted(proof["checkpoint"], keys)
        path = [base64.b64decode(each) for each in proof["inclusion_proof"]]
        verify_inclusion(leaf_hash(proof["leaf"].encode()), proof["index"], proof["tree_size"], path, checkpoint.root)
        assert checkpoint.size == proof["tree_size"]
    return list(record["log"])


def test_the_log_of_a_registry_is_verified_over_http(site: str, logged: Rooms) -> None:
    verdict = checked(site)
    assert verdict.faults == []
    assert verdict.size == ENTRIES
    head = logged.log.head()
    assert head is not None
    assert head.keys == tuple(verdict.signed_by)


def test_it_begins_with_every_checkpoint_that_was_signed(site: str, logged: Rooms) -> None:
    publish_many(logged, 0, 5)
    handlers.append_to_log(logged)
    sizes = {0}
    for stored in logged.log.checkpoints.find():
        assert checked(site, earlier=stored["note"]).consistent_with == stored["size"]
        sizes.add(stored["size"])
    assert {ENTRIES, ENTRIES + 5} <= sizes


def change(rooms: Rooms, harm: str) -> tuple[str, int]:
    """Tamper with entry 17 of the stored log; gives the kind of fault and the entry that must be named."""
    entries = rooms.log.entries
    seventeen, eighteen = (entries.find_one({"_id": index}) for index in (17, 18))
    assert seventeen is not None
    assert eighteen is not None
    if harm == "edited":
        entries.update_one({"_id": 17}, {"$set": {"leaf": seventeen["leaf"].replace(b"86.81", b"99.81")}})
    elif harm == "dropped":
        entries.delete_one({"_id": 17})
    elif harm == "reordered":
        entries.update_one({"_id": 17}, {"$set": {"leaf": eighteen["leaf"]}})
        entries.update_one({"_id": 18}, {"$set": {"leaf": seventeen["leaf"]}})
    else:
        entries.delete_many({"index": {"$gte": 17, "$lt": ENTRIES}})
    return harm, 17


@pytest.mark.parametrize("harm", ["edited", "dropped", "reordered", "truncated"])
def test_an_entry_that_was_tampered_with_in_the_database_is_found_and_named(
    site: str, logged: Rooms, harm: str
) -> None:
    kind, index = change(logged, harm)
    faults = checked(site).faults
    assert (faults[0].kind, faults[0].index) == (kind, index)


def test_each_record_carries_the_proof_of_each_of_its_entries(settings: Settings, tmp_path: Path) -> None:
    rooms = with_key(settings, tmp_path)
    client = furnish(settings, rooms).test_client()
    number = publish(rooms)
    assert proven_events(client, number) == []
    handlers.append_to_log(rooms)
    assert [proof["event"] for proof in proven(client, number)] == ["designated"]
    publish_many(rooms, 0, 20)
    revoke(rooms, number)
    handlers.append_to_log(rooms)
    first, second = proven(client, number)
    assert (first["event"], second["event"]) == ("designated", "revoked")
    assert first["tree_size"] == 1
    assert content_of(second["leaf"].encode())["number"] == number


def proven_events(client: FlaskClient, number: str) -> list[str]:
    return [proof["event"] for proof in client.get(f"/api/v1/designations/{number}").get_json()["log"]]


def test_a_proof_stays_word_for_word_the_same_while_the_log_grows(settings: Settings, tmp_path: Path) -> None:
    rooms = with_key(settings, tmp_path)
    number = publish(rooms)
    handlers.append_to_log(rooms)
    address = f"/api/v1/designations/{number}"
    before = furnish(settings, rooms).test_client().get(address)
    publish_many(rooms, 0, 30)
    handlers.append_to_log(rooms)
    after = furnish(settings, with_key(settings, tmp_path)).test_client().get(address)
    assert (before.data, before.headers["ETag"]) == (after.data, after.headers["ETag"])


def test_the_page_says_how_to_verify_once_the_log_tells_of_it(settings: Settings, tmp_path: Path) -> None:
    rooms = with_key(settings, tmp_path)
    client = furnish(settings, rooms).test_client()
    number = publish(rooms)
    assert "zi log verify" not in client.get(f"/designations/{number}").text
    handlers.append_to_log(rooms)
    assert "zi log verify" in client.get(f"/designations/{number}").text
    assert "entry number 0" in client.get(f"/designations/{number}?lang=en").text


def test_a_draft_is_nowhere_in_the_log(settings: Settings, tmp_path: Path) -> None:
    rooms = with_key(settings, tmp_path)
    draft(rooms)
    assert handlers.append_to_log(rooms) == 0


@pytest.fixture
def client(settings: Settings, logged: Rooms) -> FlaskClient:
    return furnish(settings, logged).test_client()


def test_files_have_the_types_and_the_caching_that_the_specification_asks_for(client: FlaskClient) -> None:
    checkpoint, tile = client.get("/log/checkpoint"), client.get("/log/tile/0/000")
    assert checkpoint.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert checkpoint.headers["Cache-Control"] == "public, no-cache"
    assert tile.headers["Content-Type"] == "application/octet-stream"
    assert "immutable" in tile.headers["Cache-Control"]
    assert len(tile.data) == 8192
    assert len(client.get("/log/tile/1/000.p/1").data) == 32
    assert len(hashes_of(client.get("/log/tile/0/001.p/63").data)) == 63


def test_bundles_are_zipped_for_whom_asks_for_it(client: FlaskClient) -> None:
    plain = client.get("/log/tile/entries/000")
    zipped = client.get("/log/tile/entries/000", headers={"Accept-Encoding": "gzip"})
    assert len(unpack(plain.data)) == 256
    assert gzip.decompress(zipped.data) == plain.data
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert zipped.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert len(zipped.data) < len(plain.data) / 4


@pytest.mark.parametrize(
    "name",
    [
        "0/001",
        "0/001.p/64",
        "0/002.p/1",
        "1/000",
        "1/000.p/2",
        "2/000.p/1",
        "entries/001",
        "entries/001.p/64",
        "0/0",
        "x",
    ],
)
def test_nothing_beyond_the_checkpoint_and_nothing_under_a_wrong_name_is_served(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/log/tile/{name}")
    assert answer.status_code == 404
    assert answer.get_json()["code"] == "not_logged"


def test_partial_tiles_of_older_checkpoints_stay(client: FlaskClient) -> None:
    assert client.get("/log/tile/0/000.p/7").data == client.get("/log/tile/0/000").data[: 7 * 32]
    assert len(unpack(client.get("/log/tile/entries/000.p/7").data)) == 7


def test_a_registry_without_a_log_says_so(settings: Settings, rooms: Rooms) -> None:
    client = furnish(settings, rooms).test_client()
    assert client.get("/log/checkpoint").status_code == client.get("/log/key").status_code == 404
    assert client.get("/log/tile/0/000").get_json()["code"] == "not_logged"


def test_the_private_key_is_in_the_file_alone(client: FlaskClient, logged: Rooms, tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    assert path.stat().st_mode & 0o777 == 0o600
    secret = path.read_text().strip().split("+", 4)[4]  # base64 may hold a + of its own
    for name in logged.database.list_collection_names():
        assert secret not in str(list(logged.database[name].find()))
    assert secret not in client.get("/log/key").text + client.get("/log/checkpoint").text
