"""The registry told again from what it recorded and heard, on a real database, said by the real relay."""

from __future__ import annotations

import dataclasses
import json
import signal
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.registry import handlers
from services.registry.comparison import Comparer
from services.registry.domain.designation import State
from services.registry.errors import MoveNotOpen
from services.registry.rebuilding import Rebuilt
from services.registry.replacing import replace
from services.registry.rooms import Rooms
from shared.failures import Failure, ZonaError
from shared.settings import Settings
from shared.testing import wait_until
from tests.services.registry.conftest import Headers
from tests.services.registry.histories import (
    ZI,
    compared,
    declare_own,
    environment,
    mixed_history,
    quiet,
    renamed,
    say_everything,
    zi,
)
from tests.services.registry.samples import command, concluded, decree, draft, heard, publish, revoke

REVOKED, PUBLISHED, DRAFT = "WBK-2024-L3171-RSUD-01", "WBK-2024-L3578-DKC-01", "WBK-2024-K05-KUMHAM-07"
KEYED = "WBBM-2026-L3171-RSUD-01"
QUESTIONS = (
    "",
    "?limit=2",
    "?q=kota",
    "?q=rumah+sakit",
    "?status=revoked",
    "?predicate=WBK&status=active",
    "?province=31",
)
CORRUPTIONS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"state.card.unit_name": "Palsu"}, "record.unit_name"),
    ({"summary.entry.unit_name": "Palsu"}, "listing.entry.unit_name"),
    ({"summary.order": "0000000000000-x"}, "listing.order"),
    ({"summary.search": ["visible=public"]}, "listing.search"),
    ({"state.publication.decree.number": "Nomor 0"}, "record.decree.number"),
    ({"state.state": "draft"}, "draft"),
    ({"state.state": "nonsense"}, "unreadable"),
    ({"version": 7}, "(inside).version"),
    ({"heard": []}, "(inside).heard"),
    ({"state.result.instrument_hash": "c" * 64}, "(inside).state.result.instrument_hash"),
    ({"key": "WBK-2024-ELSEWHERE"}, "(inside).key"),
)
SignedIn = Callable[[str], Headers]


def documents(rooms: Rooms) -> dict[str, dict[str, Any]]:
    """Every live document whole, by id."""
    stored = [*rooms.designations.collection.find(), *rooms.institutions.find()]
    return {document["_id"]: document for document in stored}


def answers(client: FlaskClient, signed_in: SignedIn) -> list[bytes]:
    """What the registry's application answers: lists, searches, facets, records, drafts, the pages."""
    asked = [f"/api/v1/designations{question}" for question in QUESTIONS]
    asked += [f"/api/v1/designations/{number}" for number in (REVOKED, PUBLISHED, KEYED)]
    asked += ["/", "/designations", f"/designations/{REVOKED}"]
    found = [client.get(address).data for address in asked]
    return [*found, client.get("/api/v1/drafts", headers=signed_in("registrar")).data]


def corrupt(rooms: Rooms, number: str, **changes: Any) -> None:
    updated = rooms.designations.collection.update_one({"key": number}, {"$set": changes})
    assert updated.modified_count == 1


class TestComparing:
    def test_a_mixed_history_told_again_is_the_same_byte_for_byte(self, rooms: Rooms, amqp_uri: str) -> None:
        mixed_history(rooms, amqp_uri)
        found = compared(rooms)
        assert found.first == []
        assert (found.equal, found.live, found.designations, found.institutions) == (True, found.rebuilt, 8, 7)

    def test_even_the_documents_are_the_same_word_for_word(self, rooms: Rooms, amqp_uri: str) -> None:
        """What the next command and the next delivery rely on: version, sequence, heard, commands, times."""
        mixed_history(rooms, amqp_uri)
        live = documents(rooms)
        rebuilt = Rebuilt(rooms)
        rebuilt.build(quiet)
        told = [*rebuilt.designations.find(), *rebuilt.institutions.find()]
        assert {document["_id"]: document for document in told} == live

    def test_what_waits_in_an_outbox_was_said_too(self, rooms: Rooms, amqp_uri: str) -> None:
        mixed_history(rooms, amqp_uri)
        handlers.publish_designation(rooms, DRAFT, decree(), command())
        publish(rooms, "L3171-NEW")
        handlers.refresh_counts(rooms)
        found = compared(rooms)
        assert (found.first, found.equal, found.designations) == ([], True, 9)

    def test_counts_that_are_to_be_counted_again_are_no_difference(self, rooms: Rooms, amqp_uri: str) -> None:
        mixed_history(rooms, amqp_uri)
        handlers.publish_designation(rooms, DRAFT, decree(), command())
        assert compared(rooms).equal

    def test_an_empty_registry_is_equal_to_nothing(self, rooms: Rooms) -> None:
        assert compared(rooms).equal

    def test_a_corrupted_document_is_found_and_its_field_named(self, rooms: Rooms, amqp_uri: str) -> None:
        mixed_history(rooms, amqp_uri)
        stored = rooms.designations.collection
        stood = stored.find_one({"key": PUBLISHED}) or {}
        for changes, field in CORRUPTIONS:
            corrupt(rooms, PUBLISHED, **changes)
            found = compared(rooms)
            assert (PUBLISHED, field) in {(each.number, each.field) for each in found.first}
            assert not found.equal
            assert (found.live == found.rebuilt) is field.startswith("(inside)")
            stored.replace_one({"_id": stood["_id"]}, stood)

    def test_what_is_missing_and_what_nobody_told_of_are_named(self, rooms: Rooms, amqp_uri: str) -> None:
        mixed_history(rooms, amqp_uri)
        forged = rooms.designations.collection.find_one({"key": PUBLISHED}) or {}
        rooms.designations.collection.insert_one({**forged, "_id": "designation:FORGED", "key": "FORGED"})
        rooms.designations.collection.delete_one({"key": REVOKED})
        found = compared(rooms)
        named = {each.number: (each.live, each.rebuilt) for each in found.first if each.field == "designation"}
        assert named == {"FORGED": ("…", "—"), REVOKED: ("—", "…")}
        assert found.untold == 1

    def test_a_wrong_institution_and_wrong_counts_are_named(self, rooms: Rooms, amqp_uri: str) -> None:
        mixed_history(rooms, amqp_uri)
        rooms.institutions.update_one({"_id": "L35"}, {"$set": {"name": "Salah"}})
        rooms.counts.write({"standing=active:WBK": 99})
        fields = {(each.number, each.field) for each in compared(rooms).first}
        assert ("L35", "institution.name") in fields
        assert ("(counts)", "counts.standing=active:WBK") in fields

    def test_a_conclusion_that_was_never_kept_is_said_with_what_to_do(self, rooms: Rooms, amqp_uri: str) -> None:
        mixed_history(rooms, amqp_uri)
        rooms.heard.collection.delete_many({"type": "evaluation.concluded"})
        found = compared(rooms)
        assert found.broken == 8
        corrupt(rooms, PUBLISHED, version=7)
        found = compared(rooms)
        assert found.broken == 8

    def test_a_missing_event_is_a_broken_history(self, rooms: Rooms, amqp_uri: str) -> None:
        mixed_history(rooms, amqp_uri)
        rooms.database["events"].delete_one({"subject": f"designation:{REVOKED}", "sequence": 2})
        found = compared(rooms)
        assert (found.broken, found.first[0].number, found.first[0].field) == (1, REVOKED, "(history)")
        assert "Event 2 of it is not recorded" in found.first[0].rebuilt


class TestExecuting:
    def test_the_registry_answers_the_same_bytes_again(
        self, settings: Settings, rooms: Rooms, client: FlaskClient, signed_in: SignedIn, amqp_uri: str
    ) -> None:
        mixed_history(rooms, amqp_uri)
        before, stood = answers(client, signed_in), documents(rooms)
        corrupt(rooms, PUBLISHED, **{"state.card.unit_name": "Palsu", "summary.entry.unit_name": "Palsu", "version": 9})
        corrupt(rooms, REVOKED, **{"summary.search": []})
        rooms.designations.collection.delete_one({"key": DRAFT})
        rooms.institutions.update_one({"_id": "L35"}, {"$set": {"name": "Salah"}})
        rooms.institutions.delete_one({"_id": "L73"})
        assert answers(client, signed_in) != before
        assert zi(settings, "rebuild", "registry")[0] == 1
        status, summary, _ = zi(settings, "rebuild", "registry", "--execute", "--json")
        assert (status, summary["equal"], summary["executed"]) == (0, True, True)
        assert answers(client, signed_in) == before
        assert documents(rooms) == stood
        assert rooms.database["set_aside"].count_documents({}) == 3

    def test_a_registry_that_was_lost_whole_comes_back(self, settings: Settings, rooms: Rooms, amqp_uri: str) -> None:
        mixed_history(rooms, amqp_uri)
        stood = documents(rooms)
        for name in ("designations", "institutions", "hints"):
            rooms.database.drop_collection(name)
        assert zi(settings, "rebuild", "registry", "--execute")[0] == 0
        assert documents(rooms) == stood
        assert {"listing", "key", "pending"} <= set(rooms.designations.collection.index_information())

    def test_a_conclusion_that_comes_again_changes_nothing(
        self, settings: Settings, rooms: Rooms, amqp_uri: str
    ) -> None:
        everything = mixed_history(rooms, amqp_uri)
        rooms.database.drop_collection("designations")
        assert zi(settings, "rebuild", "registry", "--execute")[0] == 0
        stood, kept = documents(rooms), rooms.heard.collection.count_documents({})
        for event in everything:
            handler = handlers.draft_designation if event.type == "evaluation.concluded" else handlers.learn_institution
            try:
                handler(rooms, event)
            except ZonaError as refusal:
                assert refusal.failure is Failure.ALREADY_DONE  # noqa: PT017 - most are not refused at all
        assert (documents(rooms), rooms.heard.collection.count_documents({})) == (stood, kept)

    def test_a_command_that_comes_again_is_answered_and_a_new_one_goes_on_from_there(
        self, settings: Settings, rooms: Rooms, amqp_uri: str
    ) -> None:
        mixed_history(rooms, amqp_uri)
        rooms.database.drop_collection("designations")
        assert zi(settings, "rebuild", "registry", "--execute")[0] == 0
        again = handlers.publish_designation(rooms, KEYED, decree("Nomor 9"), command(command_id="k-9"))
        assert (again.state.state, again.version, again.sequence) == (State.PUBLISHED, 2, 2)
        with pytest.raises(MoveNotOpen):
            handlers.publish_designation(rooms, KEYED, decree("Nomor 9"), command(command_id="k-10"))
        revoke(rooms, KEYED)
        say_everything(rooms, amqp_uri)
        said = rooms.database["events"].find({"subject": f"designation:{KEYED}"})
        assert sorted(record["sequence"] for record in said) == [1, 2, 3]
        handlers.refresh_counts(rooms)
        assert compared(rooms).equal

    def test_while_an_outbox_is_not_empty_nothing_is_replaced(
        self, settings: Settings, rooms: Rooms, amqp_uri: str
    ) -> None:
        mixed_history(rooms, amqp_uri)
        corrupt(rooms, PUBLISHED, version=7)
        draft(rooms, "L3171-NEW")
        stood = documents(rooms)
        status, _, said = zi(settings, "rebuild", "registry", "--execute")
        assert status == 1
        assert "Kotak keluar" in said
        assert "outboxes are not empty" in said
        assert documents(rooms) == stood

    def test_what_no_event_tells_of_is_removed_only_on_demand_and_kept_aside(
        self, settings: Settings, rooms: Rooms, amqp_uri: str
    ) -> None:
        mixed_history(rooms, amqp_uri)
        stood = documents(rooms)
        forged = rooms.designations.collection.find_one({"key": PUBLISHED}) or {}
        rooms.designations.collection.insert_one({**forged, "_id": "designation:FORGED", "key": "FORGED"})
        status, _, said = zi(settings, "rebuild", "registry", "--execute")
        assert (status, "--set-aside" in said, "designation:FORGED" in documents(rooms)) == (1, True, True)
        assert zi(settings, "rebuild", "registry", "--execute", "--set-aside")[0] == 0
        assert documents(rooms) == stood
        assert [each["document"]["key"] for each in rooms.database["set_aside"].find()] == ["FORGED"]

    def test_a_history_that_can_not_be_told_whole_replaces_nothing(
        self, settings: Settings, rooms: Rooms, amqp_uri: str
    ) -> None:
        mixed_history(rooms, amqp_uri)
        corrupt(rooms, PUBLISHED, version=7)
        rooms.database["events"].delete_one({"subject": f"designation:{REVOKED}", "sequence": 2})
        stood = documents(rooms)
        assert zi(settings, "rebuild", "registry", "--execute")[0] == 1
        assert documents(rooms) == stood

    def test_what_is_decided_between_comparison_and_replacement_is_kept(self, rooms: Rooms, amqp_uri: str) -> None:
        mixed_history(rooms, amqp_uri)
        corrupt(rooms, PUBLISHED, heard=[])
        corrupt(rooms, DRAFT, heard=[])
        rebuilt = Rebuilt(rooms)
        rebuilt.build(quiet)
        found = Comparer(rooms, rebuilt, quiet).compare()
        revoke(rooms, PUBLISHED)
        say_everything(rooms, amqp_uri)
        assert replace(rooms, rebuilt, found, quiet, set_aside=False).equal
        assert rooms.designations.load(PUBLISHED).state.state is State.REVOKED


class TestCommand:
    def test_equal_is_exit_0_with_both_hashes_and_json_on_the_last_line(
        self, settings: Settings, rooms: Rooms, amqp_uri: str
    ) -> None:
        mixed_history(rooms, amqp_uri)
        status, summary, said = zi(settings, "rebuild", "registry", "--json")
        assert (status, summary["differences"], summary["live"]) == (0, 0, summary["rebuilt"])
        assert f"live     sha256 {summary['live']}\nrebuilt  sha256 {summary['live']}" in said
        assert "rebuilt_designations" not in rooms.database.list_collection_names()

    def test_a_difference_is_exit_1_and_shown(self, settings: Settings, rooms: Rooms, amqp_uri: str) -> None:
        mixed_history(rooms, amqp_uri)
        corrupt(rooms, PUBLISHED, **{"state.card.unit_name": "Palsu"})
        status, summary, said = zi(settings, "rebuild", "registry", "--json")
        assert (status, summary["equal"]) == (1, False)
        assert summary["first"][0] == {
            "number": PUBLISHED,
            "field": "record.unit_name",
            "live": "Palsu",
            "rebuilt": "Dinas Kependudukan dan Pencatatan Sipil Kota Surabaya",
        }
        assert "live: Palsu" in said

    @pytest.mark.parametrize("service", ["units", "evaluation", "notifications"])
    def test_other_services_are_refused_plainly_in_both_languages(self, settings: Settings, service: str) -> None:
        status, _, said = zi(settings, "rebuild", service)
        assert status == 2
        assert f"{service} belum dapat" in said
        assert f"{service} can't be rebuilt yet" in said

    def test_a_database_that_is_away_is_exit_1_in_both_languages(self, settings: Settings) -> None:
        status, _, said = zi(dataclasses.replace(settings, mongodb_uri="mongodb://127.0.0.1:9/"), "rebuild", "registry")
        assert status == 1
        assert "tidak menjawab" in said
        assert "does not answer" in said

    def test_a_rebuild_that_was_killed_in_the_middle_is_done_again(
        self, settings: Settings, rooms: Rooms, amqp_uri: str
    ) -> None:
        declare_own(amqp_uri)
        for nth in range(300):
            draft(rooms, f"L3171-KEL-{nth:03d}")
        say_everything(rooms, amqp_uri)
        rooms.database.drop_collection("designations")
        process = subprocess.Popen([*ZI, "rebuild", "registry", "--execute"], env=environment(settings))
        scratch = rooms.database["rebuilt_designations"]
        wait_until(lambda: scratch.find_one({"key": {"$gt": ""}}), 60, "the rebuild to have begun")
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        assert compared(rooms).designations == 300
        status, summary, _ = zi(settings, "rebuild", "registry", "--execute", "--json")
        assert (status, summary["designations"], summary["equal"]) == (0, 300, True)


class TestHearing:
    def test_what_is_heard_is_kept_once_however_often_it_comes(self, rooms: Rooms) -> None:
        event = heard("evaluation.concluded", concluded())
        for _ in range(3):
            handlers.draft_designation(rooms, event)
        (kept,) = rooms.heard.collection.find()
        assert (kept["_id"], kept["type"], kept["subject"]) == (event.id, event.type, event.subject)

    def test_what_has_no_effect_is_kept_all_the_same(self, rooms: Rooms) -> None:
        handlers.draft_designation(rooms, heard("evaluation.concluded", concluded(outcome="failed", predicate=None)))
        assert rooms.heard.collection.count_documents({}) == 1

    def test_neither_evaluators_nor_the_panels_reason_are_kept(self, rooms: Rooms) -> None:
        publish(rooms)
        assert "RAHASIA" not in json.dumps(list(rooms.heard.collection.find()), default=str)

    def test_institutions_are_kept_with_every_state_that_was_said(self, rooms: Rooms) -> None:
        for event in renamed("L31", 3):
            handlers.learn_institution(rooms, event)
        assert sorted(record["sequence"] for record in rooms.heard.collection.find()) == [1, 2, 3]
