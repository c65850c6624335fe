"""The look: one small style sheet, fonts that fit the budget, settings for low vision."""

import gzip
import re

import httpx
import pytest
from litestar import Litestar

from registratura_ground import look
from registratura_ground.look.shelf import FOREVER
from registratura_ground.look.vision import CHOICES, Vision
from tests.given import portal

BUDGET = 120 * 1024  # first load of the home page, fonts and all


async def test_the_home_page_is_small_with_fonts_and_all(visitor: httpx.AsyncClient) -> None:
    page = await visitor.get("/", headers={"Accept-Encoding": "gzip"})
    assert page.headers["content-encoding"] == "gzip"
    total = len(gzip.compress(page.content))
    addresses = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text))
    style = await visitor.get(next(it for it in addresses if it.endswith(".css")))
    addresses |= {
        it for it in re.findall(r"url\(([^)]+)\)", style.text) if "cyrillic-ext" not in it
    }
    for address in addresses:
        answer = await visitor.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == FOREVER
        total += int(answer.headers["content-length"])
    assert 40 * 1024 < total < BUDGET


async def test_a_page_of_the_previous_version_still_gets_its_style(
    visitor: httpx.AsyncClient,
) -> None:
    answer = await visitor.get("/static/portal.0000000000.css")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["../app.py", "portal.css/..", "", "fonts", "templates.html"])
async def test_the_shelf_holds_its_own_files_only(visitor: httpx.AsyncClient, name: str) -> None:
    assert (await visitor.get(f"/static/{name}")).status_code == 404


async def test_low_vision_settings_are_kept_and_shown(visitor: httpx.AsyncClient) -> None:
    chosen = {"size": "xl", "scheme": "wb", "spacing": "wide", "images": "off", "back": "/signin"}
    answer = await portal.submit(visitor, "/vision", chosen)
    assert (answer.status_code, answer.headers["location"]) == (303, "/signin")
    page = (await visitor.get("/signin")).text
    assert 'data-size="xl" data-scheme="wb" data-spacing="wide" data-images="off"' in page
    assert 'value="xl" checked' in page
    await portal.submit(visitor, "/vision", {"reset": "1"})
    assert "data-size" not in (await visitor.get("/signin")).text


async def test_settings_never_lead_to_another_site(visitor: httpx.AsyncClient) -> None:
    answer = await portal.submit(visitor, "/vision", {"size": "l", "back": "//evil.example"})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    "cookie",
    ["", "size=huge", 'size="><script>', "size=xl;scheme", "&&&==", "x" * 5000, "scheme=wb&x=1"],
)
def test_a_strange_cookie_is_read_as_the_ordinary_look(cookie: str) -> None:
    vision = Vision.parsed(cookie)
    for name, (_, options) in CHOICES.items():
        assert getattr(vision, name) in {value for value, _ in options}


def test_what_is_chosen_is_read_back() -> None:
    vision = Vision(size="xxl", scheme="blue")
    assert Vision.parsed(vision.cookie) == vision
    assert Vision().cookie == ""


def test_the_licence_of_the_font_lies_beside_it() -> None:
    assert "SIL Open Font License" in (look.FOLDER / "fonts" / "OFL.txt").read_text()


async def test_every_link_of_the_open_pages_leads_somewhere(app: Litestar) -> None:
    client = portal.browser(app)
    seen, waiting = set[str](), {"/"}
    while waiting:
        path = waiting.pop()
        seen.add(path)
        answer = await client.get(path)
        assert answer.status_code in (200, 303), path
        links = re.findall(r'(?:href|action)="(/[^"#]*)', answer.text)
        waiting |= {link for link in links if not link.startswith("/static/")} - seen
        waiting -= {"/vision", "/profile"}
    assert {"/signin", "/clinics", "/about/accessibility"} <= seen
