"""A browser and a served site for the tests that a visitor would make."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from services.registry.rooms import Rooms, build
from services.registry.web import furnish
from shared.localrun.browser import require_chromium
from shared.settings import Settings
from tests.services.registry import samples

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass(frozen=True)
class Site:
    """A served registry: its address, and the rooms behind it to change it under the visitor's eyes."""

    address: str
    rooms: Rooms


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One headless Chromium for the session; each test makes its own context."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=require_chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    """The public site on a free port, filled with the sample registry."""
    rooms = build(settings)
    rooms.ensure_indexes()
    samples.fill(rooms, more=22)
    server = make_server("127.0.0.1", 0, furnish(settings, rooms), threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="site")
    thread.start()
    yield Site(f"http://127.0.0.1:{server.server_port}", rooms)
    server.shutdown()
    thread.join()
    rooms.database.client.close()
