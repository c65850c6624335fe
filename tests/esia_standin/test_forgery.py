"""Forms are taken from the stand-in's own pages only, and from those of this very session."""

import httpx
from litestar import Litestar

from registratura_standins.esia.database import Connection, value
from tests.esia_standin.browser import Browser, Page
from tests.esia_standin.conftest import PUBLIC_URL, open_browser

MARIA, STRANGER = "maria@example.org", "+7 900 000-00-03"
PHONE = {"phone": "+7 901 000-00-77", "last_name": "Новосёлов", "first_name": "Тимур"}

OWN: list[dict[str, str]] = [
    {},  # an old browser
    {"Origin": PUBLIC_URL, "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},  # sent again by hand
    {"Origin": "http://localhost:8001", "Host": "localhost:8001"},
]
FOREIGN: list[dict[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:8000"},  # the portal on the same host
    {"Origin": f"{PUBLIC_URL}.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": PUBLIC_URL, "Sec-Fetch-Site": "same-site"},
]


async def token_on(browser: Browser, path: str = "/help") -> str:
    """The token of a page's forms."""
    return Page((await browser.get(path)).text).forms[0][1]["_csrf_token"]


async def choose(browser: Browser, token: str, **headers: str) -> httpx.Response:
    return await browser.post("/vision", data={"size": "xl", "_csrf_token": token}, headers=headers)


async def test_a_form_of_another_site_is_refused_though_its_token_is_right(
    browser: Browser, esia_db: Connection
) -> None:
    token = await token_on(browser)
    for headers in FOREIGN:
        answer = await browser.post(
            "/registration", data={**PHONE, "_csrf_token": token}, headers=headers
        )
        assert answer.status_code == 403, headers
        assert "пришла с другого сайта" in answer.text
    assert await value(esia_db, "select count(*) from message") == 0
    taken = [(await choose(browser, token, **headers)).status_code for headers in OWN]
    assert taken == [303] * len(OWN)


async def test_a_token_of_before_the_sign_in_is_no_token(browser: Browser) -> None:
    planted = await token_on(browser)
    csrf = browser.cookies["esia_csrf"]
    await browser.sign_in(MARIA)
    browser.cookies.set("esia_csrf", csrf, domain="127.0.0.1", path="/")
    refused = await browser.post("/account/sessions/end", data={"_csrf_token": planted})
    assert refused.status_code == 403
    assert "Страница устарела" in refused.text
    assert (await browser.get("/account")).status_code == 200
    ended = await browser.send_form(await browser.get("/account"), "/account/sessions/end")
    assert ended.headers["location"] == "/login"


async def test_a_token_of_another_session_is_no_token(browser: Browser, esia: Litestar) -> None:
    await browser.sign_in(MARIA)
    async with open_browser(esia) as stranger:
        await stranger.sign_in(STRANGER)
        token = await token_on(stranger, "/account")
        browser.cookies.set("esia_csrf", token, domain="127.0.0.1", path="/")
        refused = await browser.post("/account/sessions/end", data={"_csrf_token": token})
        assert refused.status_code == 403
        assert (await stranger.get("/account")).status_code == 200
    assert (await browser.get("/account")).status_code == 200


async def test_a_client_system_may_send_the_browser_with_a_form_of_its_own(
    browser: Browser,
) -> None:
    """The request to sign on comes from another site by its nature: it carries a signature."""
    foreign = {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-site"}
    answer = await browser.post("/aas/oauth2/v2/ac", data={"client_id": "NOBODY"}, headers=foreign)
    assert answer.status_code == 400
    assert "Портал не может начать вход" in answer.text
