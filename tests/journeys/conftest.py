"""A running stand and a browser, shared by the journeys."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.journeys import stand
from tests.journeys.stand import Stand
from tests.machine import BROWSERS

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """The demo, started once for all journeys of the real clock."""
    started = stand.start(tmp_path_factory.mktemp("stand") / "var")
    yield started
    started.stop()


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """The driver of the browser."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium: the system's, else Playwright's own. Its absence fails under CI."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found and not os.path.exists(playwright.chromium.executable_path):
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is not installed")
        pytest.skip("Chromium is not installed: run make test, it installs one")
    launched = playwright.chromium.launch(executable_path=found, args=FLAGS)
    yield launched
    launched.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A phone that has never been here; a message of the browser's console fails the test."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="ru-RU")
    context.set_default_timeout(15_000)
    page = context.new_page()
    complaints: list[str] = []
    context.on(
        "console",
        lambda it: complaints.append(it.text) if it.type in ("error", "warning") else None,
    )
    yield page
    context.close()
    assert [it for it in complaints if "409" not in it and "403" not in it] == []
