"""The public site as a visitor meets it, in a real browser; without JavaScript unless a test must look inside."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.services.registry import samples

ACTIVE, REVOKED = "/designations/WBK-2026-L3171-RSUD-01", "/designations/WBK-2026-L7371-PTSP-01"
PAGES = ["/", "/designations", "/designations?q=kota&status=active", ACTIVE, REVOKED, "/designations/WBK-2026-X"]
IN_BOTH_LANGUAGES = [
    f"{page}{'&' if '?' in page else '?'}lang={language}" for page in PAGES for language in ("id", "en")
]
WIDE_OR_SMALL = """() => {
  const shown = e => e.outerHTML.slice(0, 120);
  const box = e => e.getBoundingClientRect();
  const hidden = e => e.closest('.aside, .scroll, .gates thead');
  const wide = [...document.querySelectorAll('body *')].filter(e => box(e).right > innerWidth && !hidden(e));
  const controls = document.querySelectorAll('button, input:not([type=hidden]), select, nav a, .chips a');
  return [...wide, ...[...controls].filter(e => box(e).height < 24)].map(shown);
}"""


@pytest.fixture
def page(chromium: Browser, site: Site) -> Iterator[Page]:
    """A visitor whose browser runs no JavaScript."""
    context = chromium.new_context(base_url=site.address, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def inspected(chromium: Browser, site: Site) -> Iterator[Page]:
    """A page on a phone of the narrowest width that WCAG 2.2 asks for (1.4.10), which a test may look into."""
    context = chromium.new_context(base_url=site.address, viewport={"width": 320, "height": 640})
    yield context.new_page()
    context.close()


def test_a_visitor_asks_for_a_unit_and_gets_the_answer(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Nama unit, instansi, atau nomor penetapan").fill("rumah tarakan")
    page.get_by_role("button", name="Cari").click()
    page.get_by_role("link", name="Rumah Sakit Umum Daerah Tarakan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rumah Sakit Umum Daerah Tarakan")
    expect(page.get_by_text("Ya — hari ini unit ini berpredikat Menuju WBK.")).to_be_in_viewport()


def test_a_revoked_designation_is_seen_as_such_without_scrolling(page: Page) -> None:
    page.goto(REVOKED)
    expect(page.get_by_text("TIDAK BERLAKU: dicabut 20 November 2026.")).to_be_in_viewport()


def test_facets_narrow_the_list_and_each_can_be_taken_back(page: Page) -> None:
    page.goto("/designations")
    page.get_by_label("Status").select_option(label="Dicabut")
    page.get_by_label("Provinsi").select_option(label="Sulawesi Selatan")
    page.get_by_role("button", name="Cari").click()
    expect(page.locator(".entry")).to_have_count(1)
    page.get_by_role("link", name="Hapus saringan: Dicabut").click()
    page.get_by_role("link", name="Hapus saringan: Sulawesi Selatan").click()
    expect(page.locator(".entry")).to_have_count(20)


def test_the_list_is_walked_to_its_end_and_back(page: Page) -> None:
    page.goto("/designations")
    page.get_by_role("link", name="Penetapan berikutnya").click()
    expect(page.locator(".entry")).to_have_count(5)
    expect(page.get_by_role("link", name="Penetapan berikutnya")).to_have_count(0)
    page.get_by_role("link", name="Kembali ke yang terbaru").click()
    expect(page.locator(".entry")).to_have_count(20)


def test_the_other_language_keeps_the_page_and_stays_on_the_way(page: Page) -> None:
    page.goto(ACTIVE)
    page.get_by_role("link", name="English").click()
    expect(page.get_by_text("Yes — today this unit holds the predicate Menuju WBK.")).to_be_visible()
    page.get_by_role("link", name="Kota Administrasi Jakarta Pusat").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Designations")
    page.get_by_label("Name of the unit").fill("tarakan")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".entry")).to_have_count(1)
    page.get_by_role("link", name="Indonesia", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Penetapan")
    expect(page.locator(".entry")).to_have_count(1)


def test_a_publication_and_its_revocation_show_at_the_next_look(page: Page, site: Site) -> None:
    number = samples.draft(site.rooms, "L3578-DKC-01")
    address = f"/designations/{number}"
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 404
    samples.publish_drafted(site.rooms, number)
    page.reload()
    expect(page.get_by_text("Ya — hari ini unit ini berpredikat Menuju WBK.")).to_be_visible()
    samples.revoke(site.rooms, number)
    page.reload()
    expect(page.get_by_text("TIDAK BERLAKU")).to_be_visible()


def test_an_unknown_number_is_told_what_to_check(page: Page) -> None:
    page.goto("/designations/WBK-2026-X")
    expect(page.get_by_text("Periksa nomornya")).to_be_visible()
    expect(page.get_by_role("search")).to_be_visible()


def test_the_keyboard_alone_leads_to_the_answer(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Langsung ke isi")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Nama unit, instansi, atau nomor penetapan")).to_be_focused()
    page.keyboard.type("tarakan")
    page.keyboard.press("Enter")
    result = page.get_by_role("link", name="Rumah Sakit Umum Daerah Tarakan")
    expect(result).to_be_visible()
    page.get_by_role("link", name="Hapus saringan").focus()
    page.keyboard.press("Tab")
    expect(result).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ya — hari ini")).to_be_visible()


def test_assistive_technology_meets_landmarks_a_picture_with_words_and_tables_with_headers(page: Page) -> None:
    page.goto(ACTIVE)
    for landmark in ("banner", "main", "contentinfo"):
        expect(page.get_by_role(landmark)).to_have_count(1)  # type: ignore[arg-type]  # one of its literals
    expect(page.get_by_role("img", name="Capaian setiap area, dalam persen")).to_be_visible()
    gates = page.get_by_role("table", name="Syarat, hasil ukur, batas, dan dasarnya")
    expect(gates.get_by_role("columnheader")).to_have_count(4)
    expect(gates.get_by_role("rowheader")).to_have_count(len(samples.GATES))


def test_no_page_asks_anybody_else_for_anything_or_breaks_its_policy(inspected: Page, site: Site) -> None:
    asked: list[str] = []
    said: list[str] = []
    inspected.on("request", lambda request: asked.append(request.url))
    inspected.on("console", lambda message: said.append(message.text))
    inspected.on("pageerror", lambda error: said.append(str(error)))
    for address in IN_BOTH_LANGUAGES:
        inspected.goto(address)
    assert [url for url in asked if not url.startswith(site.address)] == []
    assert [text for text in said if "404" not in text] == []  # a browser remarks on the page that is not there


def test_on_the_narrowest_screen_no_page_scrolls_sideways_and_controls_stay_large_enough(inspected: Page) -> None:
    faults = {}
    for address in IN_BOTH_LANGUAGES:
        inspected.goto(address)
        if found := inspected.evaluate(WIDE_OR_SMALL):
            faults[address] = found
    assert faults == {}  # WCAG 2.2: 1.4.10 and 2.5.8


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_visitors_colour_scheme(chromium: Browser, site: Site, scheme: str) -> None:
    context = chromium.new_context(base_url=site.address, color_scheme=scheme)  # type: ignore[arg-type]  # one of its literals
    page = context.new_page()
    page.goto(ACTIVE)
    red = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/[0-9]+/)[0]")
    assert (int(red) > 200) is (scheme == "light")
    context.close()


def test_the_printed_page_leaves_out_what_paper_can_not_use(inspected: Page) -> None:
    inspected.emulate_media(media="print")
    inspected.goto(ACTIVE)
    expect(inspected.get_by_text("Ya — hari ini unit ini berpredikat Menuju WBK.")).to_be_visible()
    expect(inspected.get_by_text("Alamat tetap halaman ini")).to_be_visible()
    expect(inspected.get_by_role("link", name="Beranda")).to_be_hidden()
    expect(inspected.get_by_role("contentinfo")).to_be_hidden()
