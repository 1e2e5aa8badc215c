"""The pages as they leave the server: answers, languages, security, size, structure."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pymongo.errors import ServerSelectionTimeoutError
from werkzeug.test import TestResponse

from services.registry import queries
from services.registry.rooms import Rooms
from services.registry.web import STYLES
from tests.services.registry.samples import NOW, draft, fill, publish, revoke

ACTIVE, REVOKED = "/designations/WBK-2026-L3171-RSUD-01", "/designations/WBK-2026-L7371-PTSP-01"
PAGES = ["/", "/designations", "/designations?q=kota&status=active", ACTIVE, REVOKED]
EVERY_PAGE = [f"{page}{'&' if '?' in page else '?'}lang={language}" for page in PAGES for language in ("id", "en")]
REFUSED = ["/designations/WBK-2026-NOBODY", "/designations?colour=red", "/nothing/here", "/?lang=en&x=1"]
LARGEST_PAGE = 60_000
VOID = {"meta", "link", "input", "br", "img", "hr"}


class Outline(HTMLParser):
    """The elements of a page in their order, each with its attributes; `text` is what a reader reads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


def outline(client: FlaskClient, address: str) -> Outline:
    return Outline(client.get(address).get_data(as_text=True))


def test_an_active_designation_says_yes_at_the_top(client: FlaskClient, rooms: Rooms) -> None:
    publish(rooms)
    text = outline(client, ACTIVE).text
    assert "Ya — hari ini unit ini berpredikat Menuju WBK." in text
    assert text.index("Ya — hari ini") < text.index("Dasar penetapan")
    assert "TIDAK BERLAKU" not in text


def test_a_revoked_designation_keeps_its_page_and_says_so_at_the_top(client: FlaskClient, rooms: Rooms) -> None:
    fill(rooms)
    text = outline(client, REVOKED).text
    assert "TIDAK BERLAKU: dicabut 20 November 2026." in text
    assert text.index("TIDAK BERLAKU") < text.index("Dasar penetapan")
    assert "Terbukti ada pungutan di luar tarif resmi" in text
    assert "20 November 2028" in text
    assert "Ya — hari ini" not in text


def test_the_page_follows_a_revocation_at_once(client: FlaskClient, rooms: Rooms) -> None:
    number = publish(rooms)
    first = client.get(ACTIVE)
    revoke(rooms, number)
    after = client.get(ACTIVE, headers={"If-None-Match": first.headers["ETag"]})
    assert after.status_code == 200
    assert "TIDAK BERLAKU" in after.get_data(as_text=True)


def test_scores_stand_in_the_picture_and_in_the_table_as_the_language_writes_them(
    client: FlaskClient, rooms: Rooms
) -> None:
    publish(rooms)
    page = outline(client, ACTIVE)
    assert page.text.count("91,67%") >= 3  # picture, table, gate
    fills = [rect["width"] for rect in page.all("rect") if rect.get("class") == "bar-fill"]
    assert fills[0] == "330.0"  # 91.666667 percent of 360
    assert "35,13" in page.text  # 35.125 rounds half up, for the reader only
    assert "91.67%" in outline(client, f"{ACTIVE}?lang=en").text


def test_each_gate_says_measured_limit_passed_and_article(client: FlaskClient, rooms: Rooms) -> None:
    publish(rooms)
    text = " ".join(outline(client, ACTIVE).text.split())
    assert "Nilai totalPermenPANRB 90/2021, Lampiran II Bab III.A Terukur 86,81 Batas ≥ 75 Ya" in text


def test_other_designations_of_the_unit_are_named(client: FlaskClient, rooms: Rooms) -> None:
    publish(rooms)
    assert "Penetapan lain untuk unit ini" not in outline(client, ACTIVE).text
    publish(rooms, target="WBBM")
    assert "Penetapan lain untuk unit ini" in outline(client, ACTIVE).text


def test_the_front_page_counts_and_shows_the_latest(client: FlaskClient, rooms: Rooms) -> None:
    assert "Jumlah" not in client.get("/").get_data(as_text=True)
    fill(rooms)
    page = outline(client, "/")
    text = " ".join(page.text.split())
    assert "1 Menuju WBK berlaku 1 Menuju WBBM berlaku 1 dicabut" in text
    assert "Rumah Sakit Umum Daerah Tarakan" in text


def test_the_list_keeps_its_question_in_every_link(client: FlaskClient, rooms: Rooms) -> None:
    fill(rooms, more=25)
    page = outline(client, "/designations?q=unit&predicate=WBK&lang=en")
    links = [link["href"] or "" for link in page.all("a")]
    following = next(link for link in links if "cursor=" in link)
    assert {"q=unit", "predicate=WBK", "lang=en"} <= set(following.partition("?")[2].split("&"))
    assert "/designations?q=unit&lang=en" in links  # without the predicate
    assert len(outline(client, following).all("h3")) == 5


def test_a_list_without_a_match_says_what_to_try(client: FlaskClient, rooms: Rooms) -> None:
    fill(rooms)
    assert "Tidak ada penetapan yang cocok" in outline(client, "/designations?q=zzz").text


def test_an_unknown_number_is_told_what_to_check_and_a_draft_likewise(client: FlaskClient, rooms: Rooms) -> None:
    number = draft(rooms)
    pages = [client.get(f"/designations/{asked}") for asked in (number, "WBK-2026-L3171-RSUD-99")]
    assert [page.status_code for page in pages] == [404, 404]
    said = [page.get_data(as_text=True).replace("RSUD-99", "RSUD-01") for page in pages]
    assert said[0] == said[1]
    assert "piagam itu patut diragukan" in said[0]


def test_a_number_in_small_letters_is_led_to_its_page(client: FlaskClient, rooms: Rooms) -> None:
    publish(rooms)
    answer = client.get("/designations/wbk-2026-l3171-rsud-01?lang=en")
    assert (answer.status_code, answer.headers["Location"]) == (308, f"{ACTIVE}?lang=en")
    assert client.get("/designations/wbk-2026-nobody").status_code == 404


def test_a_malformed_question_gets_a_page_that_names_the_fault(client: FlaskClient) -> None:
    answer = client.get("/designations?colour=red&year=x&lang=en")
    text = Outline(answer.get_data(as_text=True)).text
    assert answer.status_code == 400
    assert "colour: This parameter is not known." in text
    assert "year: A year of four digits" in text


def test_while_the_database_is_away_the_page_says_so(
    client: FlaskClient, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*args: object, **kwargs: object) -> None:
        raise ServerSelectionTimeoutError("no server")

    monkeypatch.setattr(queries, "public_record", away)
    answer = client.get(ACTIVE)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Registri sementara tidak dapat dibuka" in answer.get_data(as_text=True)


def test_a_mistake_of_the_program_is_a_page_without_its_insides(
    client: FlaskClient, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the insides")

    monkeypatch.setattr(queries, "public_record", broken)
    answer = client.get(ACTIVE)
    assert answer.status_code == 500
    assert "the insides" not in answer.get_data(as_text=True)
    assert answer.headers["X-Correlation-ID"] in answer.get_data(as_text=True)


def test_names_that_look_like_markup_are_shown_as_text(client: FlaskClient, rooms: Rooms) -> None:
    page = client.get("/designations?q=%3Cscript%3Ealert(1)%3C/script%3E").get_data(as_text=True)
    assert "<script" not in page
    assert "&lt;script&gt;" in page


@pytest.fixture
def every_page(client: FlaskClient, rooms: Rooms) -> dict[str, TestResponse]:
    """Every kind of page in both languages, refusals included, of a filled registry; by address."""
    fill(rooms, more=30)
    return {address: client.get(address) for address in EVERY_PAGE + REFUSED}


def read(answer: TestResponse) -> Outline:
    return Outline(answer.get_data(as_text=True))


def test_no_page_needs_a_script_an_inline_style_or_anything_from_elsewhere(every_page: dict[str, TestResponse]) -> None:
    for address, answer in every_page.items():
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self';"), address
        page = read(answer)
        assert not page.all("script", "style", "iframe", "img", "object"), address
        for tag, attributes in page.elements:
            assert not [name for name in attributes if name == "style" or name.startswith("on")], (address, tag)
            if tag == "link" and attributes["rel"] in {"stylesheet", "icon"}:
                assert (attributes["href"] or "").startswith("/static/"), address


def test_a_page_with_all_it_loads_is_within_sixty_kilobytes(
    client: FlaskClient, every_page: dict[str, TestResponse]
) -> None:
    links = read(every_page["/?lang=id"]).all("link")
    loaded = [link["href"] or "" for link in links if link["rel"] in {"stylesheet", "icon"}]
    beside = sum(len(client.get(each).data) for each in loaded)
    sizes = {address: len(answer.data) + beside for address, answer in every_page.items()}
    assert {address: size for address, size in sizes.items() if size > LARGEST_PAGE} == {}


def test_the_style_sheet_names_nothing_from_elsewhere_and_may_be_kept(client: FlaskClient) -> None:
    styles = client.get("/static/registry.css")
    assert "url(" not in styles.get_data(as_text=True)
    assert "@import" not in styles.get_data(as_text=True)
    assert "max-age=31536000" in styles.headers["Cache-Control"]


def test_every_page_has_its_landmarks_its_language_and_one_first_heading(every_page: dict[str, TestResponse]) -> None:
    for address, answer in every_page.items():
        page = read(answer)
        language = "en" if "lang=en" in address else "id"
        assert (page.all("html")[0]["lang"], answer.headers["Content-Language"]) == (language, language), address
        assert [len(page.all(tag)) for tag in ("header", "main", "footer", "h1")] == [1, 1, 1, 1], address
        assert page.all("a")[0]["href"] == "#isi", address  # the skip link comes first
        levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
        assert all(after <= before + 1 for before, after in pairwise(levels)), address
        assert page.open == [], address


def test_every_control_is_labelled_every_id_is_single_and_every_header_has_a_scope(
    every_page: dict[str, TestResponse],
) -> None:
    for address, answer in every_page.items():
        page = read(answer)
        ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
        assert len(ids) == len(set(ids)), address
        labelled = {label["for"] for label in page.all("label")}
        controls = [control for control in page.all("input", "select") if control.get("type") != "hidden"]
        assert all(control["id"] in labelled for control in controls), address
        assert all("scope" in header for header in page.all("th")), address
        referred = {name for _, at in page.elements for name in (at.get("aria-labelledby") or "").split()}
        assert referred <= set(ids), address


@pytest.mark.parametrize("address", [ACTIVE, "/", "/designations?q=kota"])
def test_each_language_names_itself_and_the_other(client: FlaskClient, rooms: Rooms, address: str) -> None:
    fill(rooms)
    page = outline(client, address)
    links = {(link["rel"], link.get("hreflang")): link["href"] or "" for link in page.all("link")}
    english_address = f"{address}{'&' if '?' in address else '?'}lang=en"
    assert links["canonical", None] == f"http://127.0.0.1:8080{address}"
    assert links["alternate", "en"] == f"http://127.0.0.1:8080{english_address}"
    english = outline(client, english_address)
    assert [link["href"] for link in english.all("link") if link["rel"] == "canonical"] == [links["alternate", "en"]]


def test_indonesian_names_are_marked_as_such_on_english_pages(client: FlaskClient, rooms: Rooms) -> None:
    publish(rooms)
    assert '<h1><span lang="id">Rumah Sakit' in client.get(f"{ACTIVE}?lang=en").get_data(as_text=True)


def test_an_unchanged_page_is_not_sent_again(client: FlaskClient, rooms: Rooms) -> None:
    publish(rooms)
    for address in ("/", "/designations", ACTIVE):
        first = client.get(address)
        assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_times_are_written_in_western_indonesian_time(client: FlaskClient, rooms: Rooms) -> None:
    publish(rooms, time=NOW)
    assert "20 November 2026, 14.30 WIB" in outline(client, ACTIVE).text
    assert "20 November 2026, 14:30 WIB" in outline(client, f"{ACTIVE}?lang=en").text


def test_the_style_sheets_address_changes_with_its_content(client: FlaskClient) -> None:
    hrefs = [link["href"] or "" for link in outline(client, "/").all("link") if link["rel"] == "stylesheet"]
    assert re.fullmatch(r"/static/registry\.css\?v=[0-9a-f]{12}", hrefs[0])
    assert Path(STYLES).is_file()
