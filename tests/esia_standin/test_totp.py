"""Codes of an application: set up with a picture, asked at sign-in, each worth one use."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from litestar import Litestar

from registratura_standins.esia.accounts import find_account
from registratura_standins.esia.database import Connection
from registratura_standins.esia.demo_seeding import TOTP_SECRET
from registratura_standins.esia.totp import check_totp
from tests.esia_standin.browser import PASSWORD, Browser, Page
from tests.esia_standin.conftest import open_browser
from tests.esia_standin.walks import account_text, send, type_code

MARIA, WITH_APP, WITH_APP_OID = "maria@example.org", "+7 900 000-00-30", 1_000_000_030


def code_of(secret: str, ago: int = 0) -> str:
    """The application's code now, or some seconds ago."""
    return pyotp.TOTP(secret).at(datetime.now(UTC) - timedelta(seconds=ago))


async def set_up(browser: Browser) -> str:
    """Turn the application on for whoever is signed in; its secret."""
    chosen = {"method": "totp", "present": PASSWORD}
    answer = await send(browser, "/account/second-step", chosen)
    assert answer.headers["location"] == "/account/second-step/app"
    page = await browser.get("/account/second-step/app")
    assert "<svg" in page.text
    secret = "".join(re.search(r'key">([A-Z2-7 ]+)<', page.text)[1].split())  # type: ignore[index]
    wrong = await browser.send_form(page, "/account/second-step/app", code="000000")
    assert (wrong.status_code, "Код не подошёл" in wrong.text) == (422, True)
    done = await browser.send_form(page, "/account/second-step/app", code=code_of(secret))
    assert done.headers["location"] == "/account"
    return secret


async def test_an_application_is_set_up_and_asked_from_then_on(
    browser: Browser, esia: Litestar
) -> None:
    await browser.sign_in(MARIA)
    secret = await set_up(browser)
    assert "Код из приложения" in await account_text(browser)
    again = await browser.get("/account/second-step/app")
    assert again.headers["location"] == "/account/second-step"  # the secret is shown once
    async with open_browser(esia) as other:
        assert (await other.sign_in(MARIA)).headers["location"] == "/login/code"
        page = await other.get("/login/code")
        assert "Шесть цифр из приложения" in page.text
        assert "осталось попыток: 3" in page.text
        used = await other.send_form(page, "/login/code", code=code_of(secret))
        assert used.status_code == 422  # this half-minute's code set the application up
        fresh = code_of(secret, ago=-30)
        assert (await other.send_form(page, "/login/code", code=fresh)).headers["location"] == (
            "/account"
        )


async def test_the_demos_account_signs_in_by_its_public_secret(browser: Browser) -> None:
    await browser.sign_in(WITH_APP)
    code = code_of(TOTP_SECRET)
    answer = await type_code(browser, "/login/code", f"{code[:3]} {code[3:]}")
    assert answer.headers["location"] == "/account"


async def test_a_code_is_worth_one_use_within_a_minute_and_a_half(esia_db: Connection) -> None:
    now = datetime.now(UTC)
    codes = pyotp.TOTP(TOTP_SECRET)

    async def check(code: str) -> bool:
        return await check_totp(esia_db, WITH_APP_OID, code, now)

    assert not await check(codes.at(now - timedelta(seconds=60)))
    assert not await check(codes.at(now + timedelta(seconds=60)))
    assert not await check("")
    assert await check(codes.at(now - timedelta(seconds=30)))
    assert await check(codes.at(now))
    assert not await check(codes.at(now))
    assert not await check(codes.at(now - timedelta(seconds=30)))  # an older one neither
    assert await check(codes.at(now + timedelta(seconds=30)))


async def test_a_code_by_sms_may_be_asked_instead_and_back(browser: Browser) -> None:
    await browser.sign_in(WITH_APP)
    page = await browser.get("/login/code")
    await browser.send_form(page, "/login/code/again")
    page = await browser.get("/login/code")
    assert "Шесть цифр из СМС" in page.text
    await browser.send_form(page, "/login/code/app")
    assert "Шесть цифр из приложения" in (await browser.get("/login/code")).text
    page = await browser.get("/login/code")
    await browser.send_form(page, "/login/code/again")
    assert (await type_code(browser, "/login/code")).headers["location"] == "/account"


async def test_an_account_without_an_application_is_not_asked_for_its_code(
    browser: Browser,
) -> None:
    await browser.sign_in("+7 900 000-00-05")
    page = await browser.get("/login/code")
    assert "Код из приложения" not in page.text
    token = Page(page.text).forms[0][1]["_csrf_token"]
    await browser.post("/login/code/app", data={"_csrf_token": token})
    assert "Шесть цифр из СМС" in (await browser.get("/login/code")).text


async def test_three_wrong_codes_end_the_step(browser: Browser) -> None:
    await browser.sign_in(WITH_APP)
    page = await browser.get("/login/code")
    for _ in range(3):
        answer = await browser.send_form(page, "/login/code", code="000000")
    assert "Не удалось войти" in answer.text
    assert (await browser.get("/login/code")).headers["location"] == "/login"


@pytest.mark.parametrize("method", ["sms", ""])
async def test_the_second_step_is_changed_with_the_password_only(
    browser: Browser, esia_db: Connection, method: str
) -> None:
    await browser.sign_in(MARIA)
    await set_up(browser)
    wrong = await send(browser, "/account/second-step", {"method": method, "present": "wrong"})
    assert (wrong.status_code, "Пароль не подошёл" in wrong.text) == (422, True)
    await send(browser, "/account/second-step", {"method": method, "present": PASSWORD})
    account = await find_account(esia_db, 1_000_000_001)
    assert account
    assert (account.second_step, account.totp_secret) == (method or None, None)
