"""Every link of every page leads somewhere that works."""

from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Page

from tests.journeys.stand import Stand
from tests.journeys.walk import MARIA, agree, enter

ENOUGH = 150  # pages of one crawl: one of each kind, many of some


def kind(address: str) -> str:
    """Pages of one kind differ in their ids only."""
    parts = urlsplit(address).path.split("/")
    return "/".join("#" if len(part) > 30 or part.isdigit() else part for part in parts)


def crawl(page: Page, start: str) -> None:
    """Follow links of the same site from `start`, three pages of a kind."""
    waiting, seen, kinds = [start], {start}, dict[str, int]()
    while waiting and len(seen) < ENOUGH:
        address = waiting.pop(0)
        if kinds.get(kind(address), 0) >= 3:
            continue
        kinds[kind(address)] = kinds.get(kind(address), 0) + 1
        answer = page.goto(address)
        assert answer is not None
        assert answer.status < 400, address
        assert page.locator("a:not([href]), a[href='#'], a[href='']").count() == 0, address
        for link in page.locator("a[href]").all():
            target = urljoin(page.url, link.get_attribute("href") or "")
            fragment = urlsplit(target).fragment
            if target.split("#")[0] == page.url.split("#")[0] and fragment:
                assert page.locator(f"[id='{fragment}']").count() == 1, f"{address} {fragment}"
            target = target.split("#")[0]
            inside = target.startswith(start.rstrip("/") + "/") and "/signin/esia" not in target
            inside = inside and not target.endswith(".json")  # no page: nothing to follow there
            if inside and target not in seen:
                seen.add(target)
                waiting.append(target)


def test_links_of_the_portal_before_sign_in(phone: Page, running: Stand) -> None:
    crawl(phone, f"{running.portal}/")


def test_links_of_the_portal_after_sign_in(phone: Page, running: Stand) -> None:
    enter(phone, running, MARIA)
    agree(phone, running)
    crawl(phone, f"{running.portal}/")


def test_links_of_the_stand_ins(phone: Page, running: Stand) -> None:
    enter(phone, running, MARIA)
    agree(phone, running)
    crawl(phone, f"{running.esia}/")
    crawl(phone, f"{running.gosuslugi}/")
