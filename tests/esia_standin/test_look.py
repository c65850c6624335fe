"""Every page of the stand-in in a real browser: no fault that axe finds, no sideways scroll."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.esia_standin.browser import PASSWORD
from tests.esia_standin.portal import Portal
from tests.esia_standin.walks import CHILD, NEW_PASSWORD, PAPERS
from tests.journeys.conftest import launched, on_a_phone
from tests.journeys.walk import look

BUTTON = "button.plain-button_wide"
OPEN = ["/help", "/terms", "/idp/ext/Logout"]
FAULTY = ["/nothing", "/consent", "/aas/oauth2/v2/ac"]


class Walk:
    """A phone on the stand-in; every page that it comes to is looked at."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address

    def open(self, path: str) -> None:
        """Go there."""
        self.page.goto(f"{self.address}{path}")
        look(self.page)

    def send(self, typed: dict[str, str], button: str = BUTTON) -> None:
        """Fill in what is on the page and press the button."""
        for name, text in typed.items():
            if name == "gender":
                self.page.check(f'[name="gender"][value="{text}"]')
            else:
                self.page.fill(f'[name="{name}"]', text)
        self.page.click(button)
        look(self.page)

    def code(self) -> str:
        """The newest code among the messages."""
        other = self.page.context.new_page()
        other.goto(f"{self.address}/messages")
        words = other.locator("main li").first.inner_text()
        other.close()
        return words.partition(": ")[2][:6]


@pytest.fixture(scope="module")
def chromium(running_esia: tuple[str, object]) -> Iterator[Browser]:
    """A real browser, closed before the next module: its driver holds a loop of its own."""
    with sync_playwright() as driver, launched(driver) as browser:
        yield browser


@pytest.fixture
def walk(chromium: Browser, running_esia: tuple[str, object]) -> Iterator[Walk]:
    """A phone that has never been here."""
    with on_a_phone(chromium) as page:
        yield Walk(page, running_esia[0])


def open_apart(chromium: Browser, walk: Walk, paths: list[str]) -> None:
    """Look at pages whose status is a fault: the console complains of each, and may."""
    with chromium.new_context(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        for path in paths:
            page.goto(f"{walk.address}{path}")
            look(page)


def test_pages_of_whoever_comes(chromium: Browser, walk: Walk, portal: Portal) -> None:
    for path in OPEN:
        walk.open(path)
    open_apart(chromium, walk, FAULTY)
    walk.open(portal.ask_url())
    walk.send({"login": "+7 900 000-00-30", "password": "wrong"})
    walk.send({"login": "+7 900 000-00-30", "password": PASSWORD})
    walk.send({}, 'form[action="/login/code/again"] button')
    walk.send({"code": "000000"})
    walk.send({"code": walk.code()})  # the consent
    assert walk.page.url.startswith(f"{walk.address}/consent")
    walk.open("/recovery")
    walk.send({"login": "Мария"})
    walk.send({"login": "maria@example.org"})
    walk.send({"code": "000000"})
    walk.send({"code": walk.code()})
    walk.send({"snils": "1", "password": "1", "again": "2"})
    walk.open("/recovery/done")
    walk.open("/messages")


def test_pages_of_an_account(walk: Walk) -> None:
    walk.open("/registration")
    walk.send({"last_name": "Smith", "first_name": "", "phone": "1"})
    walk.send({"last_name": "Новосёлов", "first_name": "Тимур", "phone": "+7 901 000-00-99"})
    walk.send({"code": walk.code()})
    walk.send({"password": NEW_PASSWORD, "again": NEW_PASSWORD})  # the account
    walk.open("/account/papers")
    walk.send({})
    walk.send({name: text for name, text in PAPERS.items() if name != "snils"} | {"snils": "1"})
    walk.send({"snils": PAPERS["snils"]})
    walk.open("/account/confirm")
    walk.send({})
    walk.open("/account/policy")
    walk.send({"policy": "4053110874010015"})
    walk.open("/account/children/new")
    walk.send(CHILD)
    walk.send({}, 'form[action$="/verify"] button')
    walk.page.get_by_role("link", name="Создать учётную запись").click()
    look(walk.page)
    walk.send({"phone": "1"})
    walk.send({"phone": "+7 901 000-00-98"})
    walk.send({"code": "000000"})
    walk.send({"code": walk.code()})
    walk.send({"password": NEW_PASSWORD, "again": NEW_PASSWORD})
    walk.open("/account/contact")
    walk.send({"target": "timur@example.org", "present": NEW_PASSWORD})
    walk.send({"code": walk.code()})
    walk.send({})
    walk.open("/account/password")
    walk.open("/account/second-step")
    walk.page.check("#method-3")
    walk.send({"present": NEW_PASSWORD})
    walk.send({"code": "000000"})
    walk.open("/account")
