"""The workbook over HTTP: who may, what headers and bodies look like, how each refusal reads."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from werkzeug.test import TestResponse

from services.evaluation.rooms import Rooms
from services.evaluation.web import create_app
from services.evaluation.workbooks import LARGEST_FILE, MIME
from shared.security import Actor
from shared.security.tokens import issue, load_key
from shared.settings import Settings
from tests.services.evaluation.samples import CYCLE, OFFICER, PANEL, TPI, UNIT, cycle, know, told
from tests.services.evaluation.workbook.files import address_of, edited, read

SHEET = f"/api/v1/worksheets/{UNIT}/{CYCLE}"
FILE = f"{SHEET}/layers/unit/workbook"
OPTION = "A.I.MP.i.b"
STRANGER = Actor("other", "Other", frozenset({"unit_officer"}), unit="L3172-RSUD-01")


class Client:
    """Requests as a signed-in person, with bodies of any kind."""

    def __init__(self, settings: Settings, rooms: Rooms) -> None:
        self._client = create_app(settings, rooms).test_client()
        self._key = load_key(settings.token_private_key_file)

    def ask(
        self, method: str, path: str, actor: Actor, body: bytes = b"", kind: str = MIME, **more: str
    ) -> TestResponse:
        headers = {"Authorization": f"Bearer {issue(actor, self._key, datetime.now(UTC))[0]}", **more}
        return self._client.open(path, method=method, data=body, content_type=kind, headers=headers)

    def json(self, method: str, path: str, actor: Actor, body: str) -> TestResponse:
        return self.ask(method, path, actor, body.encode(), "application/json")


@pytest.fixture
def client(settings: Settings, rooms: Rooms) -> Client:
    made = Client(settings, rooms)
    know(rooms)
    body = f'{{"unit": "{UNIT}", "cycle": "{CYCLE}"}}'
    assert made.json("POST", "/api/v1/worksheets", OFFICER, body).status_code == 201
    return made


def test_a_file_is_downloaded_filled_in_and_uploaded(client: Client) -> None:
    file = client.ask("GET", FILE, OFFICER)
    assert file.content_type == MIME
    assert file.headers["Content-Disposition"] == f'attachment; filename="lke-{UNIT}-{CYCLE}-unit.xlsx"'
    assert (file.headers["X-Content-Type-Options"], file.headers["Cache-Control"]) == ("nosniff", "private, no-store")
    report = client.ask("POST", FILE, OFFICER, edited(file.data, {address_of(OPTION): "B"}))
    assert report.status_code == 200
    assert [one["question"] for one in report.get_json()["taken"]] == [OPTION]
    assert read(client.ask("GET", FILE, OFFICER).data).answers == {OPTION: "B"}


def test_the_same_command_twice_gives_the_first_report(client: Client) -> None:
    file = edited(client.ask("GET", FILE, OFFICER).data, {address_of(OPTION): "B"})
    first, second = (client.ask("POST", FILE, OFFICER, file, **{"Idempotency-Key": "k1"}) for _ in range(2))
    assert first.get_json() == second.get_json()
    assert second.headers["Idempotent-Replayed"] == "true"


def test_a_bad_cell_is_told_with_sheet_address_and_what_is_allowed(client: Client) -> None:
    file = edited(client.ask("GET", FILE, OFFICER).data, {address_of(OPTION): "Z"})
    [fault] = client.ask("POST", FILE, OFFICER, file).get_json()["faults"]
    assert (fault["sheet"], fault["address"], fault["code"]) == (*address_of(OPTION), "unknown_option")
    assert fault["messages"].keys() == {"id", "en"}
    assert all("A, B, C" in message for message in fault["messages"].values())


@pytest.mark.parametrize(
    ("method", "actor", "status"),
    [
        ("GET", OFFICER, 200),
        ("GET", TPI, 200),
        ("GET", PANEL, 200),
        ("GET", STRANGER, 403),
        ("POST", OFFICER, 200),
        ("POST", TPI, 403),
        ("POST", PANEL, 403),
        ("POST", STRANGER, 403),
    ],
)
def test_readers_download_and_the_layers_own_people_upload(
    client: Client, method: str, actor: Actor, status: int
) -> None:
    file = client.ask("GET", FILE, OFFICER).data
    assert client.ask(method, FILE, actor, file if method == "POST" else b"").status_code == status


def test_refusals_read_as_problems(client: Client) -> None:
    refused = client.ask("POST", FILE, OFFICER, b"not a workbook")
    assert (refused.status_code, refused.get_json()["code"]) == (422, "unreadable_workbook")
    assert refused.get_json()["reason"] == "not_xlsx"
    assert client.ask("POST", FILE, OFFICER, b"x", "text/csv").status_code == 422
    assert client.ask("POST", FILE, OFFICER, bytes(LARGEST_FILE + 1)).status_code == 413
    wrong = client.ask("POST", f"{SHEET}/layers/tpi/workbook", TPI, client.ask("GET", FILE, OFFICER).data)
    assert (wrong.status_code, wrong.get_json()["code"]) == (422, "not_this_worksheet")
    assert wrong.get_json()["errors"][0]["pointer"] == "/layer"
    assert client.ask("GET", f"{SHEET}/layers/panel/workbook", OFFICER).status_code == 404


def test_copying_last_year_tells_what_was_copied_left_and_changed(client: Client, rooms: Rooms) -> None:
    from services.evaluation import handlers

    handlers.learn_cycle(rooms, told("units.cycle_changed", cycle("2015", instrument="lke-2014")))
    client.json("POST", "/api/v1/worksheets", OFFICER, f'{{"unit": "{UNIT}", "cycle": "2015"}}')
    answers = '{"answers": {"A.I.MP.i.a": {"value": "Ya", "revision": 0}}}'
    client.json("PATCH", f"/api/v1/worksheets/{UNIT}/2015/layers/unit", OFFICER, answers)
    told_back = client.json("POST", f"{SHEET}/layers/unit/carry-over", OFFICER, '{"from_cycle": "2015"}')
    assert told_back.status_code == 200
    body = told_back.get_json()
    [left] = body["left"]
    assert (body["copied"], left["question"], left["code"], left["value"]) == (
        [],
        "A.I.MP.i.a",
        "asked_differently",
        "Ya",
    )
    assert {"of": "SDM", "before": "15", "after": "10"} in body["changes"]["weights"]
    assert (
        body["changes"] == client.ask("GET", "/api/v1/instruments/lke-2021/changes?since=lke-2014", OFFICER).get_json()
    )


def test_unknown_instruments_and_bad_bodies_are_refused(client: Client) -> None:
    assert client.ask("GET", "/api/v1/instruments/lke-2021/changes?since=nope", OFFICER).status_code == 404
    assert client.ask("GET", "/api/v1/instruments/lke-2021/changes", OFFICER).status_code == 422
    assert client.json("POST", f"{SHEET}/layers/unit/carry-over", OFFICER, "{}").status_code == 422


def test_the_description_of_the_api_names_file_and_report(client: Client) -> None:
    paths = client.ask("GET", "/openapi.json", OFFICER).get_json()["paths"]
    found = next(one for path, one in paths.items() if path.endswith("/workbook"))
    assert MIME in found["get"]["responses"]["200"]["content"]
    assert MIME in found["post"]["requestBody"]["content"]
    assert "WorkbookReport" in str(found["post"]["responses"]["200"])
