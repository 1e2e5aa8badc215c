"""The bundle behind a designation: served as it was told, linked with what recomputes it, there after a rebuild.

The three events are the contracts' own golden examples, which tell of one conclusion.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.registry import handlers
from services.registry.comparison import Comparer
from services.registry.rebuilding import Rebuilt
from services.registry.replacing import replace
from services.registry.rooms import Rooms
from shared.contracts.received import Received, read
from shared.recomputing import recompute as program
from shared.recomputing.recompute import recompute
from tests.services.registry.histories import declare_own, quiet, say_everything
from tests.services.registry.samples import concluded, heard, publish, publish_drafted

GOLDEN = Path(__file__).parents[3] / "shared/contracts/golden"
NUMBER = "WBK-2026-L3578-RSUD-01"
ADDRESS = f"/designations/{NUMBER}/bundle.json"
SHOWN = ("total", "pengungkit", "hasil", "areas")


def example(type: str) -> Received:
    return read((GOLDEN / f"evaluation.{type}.v1.json").read_text())


def designated(rooms: Rooms, *also: str) -> None:
    """A published designation, after `also` were heard."""
    handlers.draft_designation(rooms, example("concluded"))
    for type in also:
        handlers.keep_bundle(rooms, example(type))
    publish_drafted(rooms, NUMBER)


def test_the_served_bundle_recomputes_to_the_published_record(client: FlaskClient, rooms: Rooms) -> None:
    designated(rooms, "instrument_adopted", "bundle_published")
    record = client.get(f"/api/v1/designations/{NUMBER}").get_json()
    result = recompute(client.get(ADDRESS).get_data(), record["bundle_sha256"])
    assert result["faults"] == []
    assert {name: result[name] for name in SHOWN} == {name: record["scores"][name] for name in SHOWN}
    assert result["gates"] == record["gates"]


def test_its_bytes_hash_to_what_the_conclusion_told(client: FlaskClient, rooms: Rooms) -> None:
    designated(rooms, "bundle_published", "instrument_adopted")
    answer = client.get(ADDRESS)
    assert hashlib.sha256(answer.get_data()).hexdigest() == example("concluded").data["bundle_sha256"]
    assert answer.content_type == "application/json"
    again = client.get(ADDRESS, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("heard_of", [(), ("bundle_published",), ("instrument_adopted",)])
def test_a_bundle_that_is_on_its_way_is_said_to_be(
    client: FlaskClient, rooms: Rooms, heard_of: tuple[str, ...]
) -> None:
    designated(rooms, *heard_of)
    answer = client.get(ADDRESS)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.get_json()["code"] == "being_processed"


def test_a_draft_has_no_public_bundle(client: FlaskClient, rooms: Rooms) -> None:
    handlers.draft_designation(rooms, example("concluded"))
    for type in ("instrument_adopted", "bundle_published"):
        handlers.keep_bundle(rooms, example(type))
    answer = client.get(ADDRESS)
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_designated")


def test_a_designation_of_before_there_were_bundles_says_so_and_its_page_offers_none(
    client: FlaskClient, rooms: Rooms
) -> None:
    data = concluded()
    del data["bundle_sha256"]
    handlers.draft_designation(rooms, heard("evaluation.concluded", data))
    number = publish_drafted(rooms, "WBK-2026-L3171-RSUD-01")
    answer = client.get(f"/designations/{number}/bundle.json")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "no_bundle")
    assert "bundle.json" not in client.get(f"/designations/{number}").get_data(as_text=True)


@pytest.mark.parametrize(
    ("type", "place"),
    [("bundle_published", "bundle.survey.respondents"), ("instrument_adopted", "document.version")],
)
def test_what_was_changed_behind_our_back_is_not_served(
    client: FlaskClient, rooms: Rooms, type: str, place: str
) -> None:
    designated(rooms, "instrument_adopted", "bundle_published")
    change = {"$set": {f"event.data.{place}": "99"}}
    rooms.heard.collection.update_one({"type": f"evaluation.{type}"}, change)
    answer = client.get(ADDRESS)
    assert (answer.status_code, answer.get_json()["code"]) == (500, "broken_bundle")


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_page_links_the_bundle_with_the_command_that_recomputes_it(
    client: FlaskClient, rooms: Rooms, language: str
) -> None:
    publish(rooms)
    page = client.get(f"/designations/WBK-2026-L3171-RSUD-01?lang={language}").get_data(as_text=True)
    assert 'href="/designations/WBK-2026-L3171-RSUD-01/bundle.json"' in page
    assert 'href="/recompute.py"' in page
    assert f"/designations/WBK-2026-L3171-RSUD-01/bundle.json --sha256 {'c' * 64}" in page


def test_the_program_that_is_served_recomputes_the_bundle_that_is_served(
    client: FlaskClient, rooms: Rooms, tmp_path: Path
) -> None:
    designated(rooms, "instrument_adopted", "bundle_published")
    served = client.get("/recompute.py")
    assert served.get_data() == Path(program.__file__).read_bytes()
    (tmp_path / "recompute.py").write_bytes(served.get_data())
    (tmp_path / "bundle.json").write_bytes(client.get(ADDRESS).get_data())
    command = [sys.executable, "-I", "-S", "recompute.py", "bundle.json", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60, check=False)
    assert done.returncode == 0
    assert json.loads(done.stdout)["total"] == example("concluded").data["total"]


def test_hearing_of_it_twice_keeps_it_once(client: FlaskClient, rooms: Rooms) -> None:
    designated(rooms, *["instrument_adopted", "bundle_published"] * 2)
    assert rooms.heard.collection.count_documents({"subject": example("bundle_published").subject}) == 2
    assert client.get(ADDRESS).status_code == 200


def test_a_registry_that_lost_its_designations_serves_the_same_bundle_after_its_rebuild(
    client: FlaskClient, rooms: Rooms, amqp_uri: str
) -> None:
    declare_own(amqp_uri)
    designated(rooms, "instrument_adopted", "bundle_published")
    say_everything(rooms, amqp_uri)
    before: list[Any] = [client.get(address).get_data() for address in (ADDRESS, f"/api/v1/designations/{NUMBER}")]
    rooms.designations.collection.delete_many({})
    assert client.get(ADDRESS).status_code == 404
    rebuilt = Rebuilt(rooms)
    rebuilt.build(quiet)
    found = replace(rooms, rebuilt, Comparer(rooms, rebuilt, quiet).compare(), quiet, set_aside=False)
    assert found.equal
    assert [client.get(address).get_data() for address in (ADDRESS, f"/api/v1/designations/{NUMBER}")] == before
