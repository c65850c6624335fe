"""A running stand and a browser, shared by the journeys."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, Playwright, StorageState, sync_playwright

from tests.journeys import stand
from tests.journeys.stand import Stand
from tests.journeys.walk import ANNA, DENIS, OLEG, add_relative, agree, cancel_all, enter
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
    """The demo, started once for all journeys of the real clock: `tests.shares` keeps them in one
    of the processes, and a second that starts a demo fails."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        (tmp_path_factory.getbasetemp().parent / "demo").touch(exist_ok=False)
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
    """One for all journeys."""
    with launched(playwright) as browser:
        yield browser


@contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    """Chromium: the system's, else Playwright's own. Its absence fails under CI."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found and not os.path.exists(playwright.chromium.executable_path):
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is not installed")
        pytest.skip("Chromium is not installed: run make test, it installs one")
    browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A phone that has never been here; a message of the browser's console fails the test."""
    with on_a_phone(browser) as page:
        yield page


@pytest.fixture(scope="package")
def olegs_session(browser: Browser, running: Stand) -> StorageState:
    """Олег has signed in and declared Анна and Денис: what his phone keeps of it."""
    with on_a_phone(browser) as page:
        enter(page, running, OLEG)
        agree(page, running)
        add_relative(page, ANNA)
        add_relative(page, DENIS)
        return page.context.storage_state()


@pytest.fixture
def oleg(browser: Browser, running: Stand, olegs_session: StorageState) -> Iterator[Page]:
    """Олег's phone: signed in, himself and two children to choose from; nobody has a visit."""
    with on_a_phone(browser, olegs_session) as page:
        yield page
        cancel_all(page, running)


@contextmanager
def on_a_phone(browser: Browser, session: StorageState | None = None) -> Iterator[Page]:
    """A page 390 px wide; what the console complains of fails the test, refusals apart."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="ru-RU", storage_state=session
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    complaints: list[str] = []
    context.on(
        "console",
        lambda it: (
            complaints.append(f"{it.text} {it.location.get('url', '')}")
            if it.type in ("error", "warning")
            else None
        ),
    )
    yield page
    context.close()
    refused = ("403", "409", "422")
    assert [it for it in complaints if not any(code in it for code in refused)] == []
