"""A forgotten password: one page for known and unknown, a code, the СНИЛС, a new password."""

import re

import pytest
from litestar import Litestar

from registratura_standins.esia.database import Connection, value
from tests.esia_standin.browser import PASSWORD, Browser, Page
from tests.esia_standin.conftest import open_browser
from tests.esia_standin.walks import NEW_PASSWORD, choose_password, last_code, send, type_code

MARIA, SNILS = "maria@example.org", "112-233-445 95"


async def ask(browser: Browser, login: str) -> None:
    """Ask for a code."""
    sent = await send(browser, "/recovery", {"login": login})
    assert sent.headers["location"] == "/recovery/code"


async def test_a_new_password_replaces_the_old_one_and_ends_every_session(
    browser: Browser, esia: Litestar
) -> None:
    async with open_browser(esia) as signed_in:
        await signed_in.sign_in(MARIA)
        await ask(browser, MARIA)
        await type_code(browser, "/recovery/code")
        done = await choose_password(browser, "/recovery/password", snils=SNILS)
        assert done.headers["location"] == "/recovery/done"
        assert (await signed_in.get("/account")).headers["location"] == "/login"
    assert (await browser.sign_in(MARIA, PASSWORD)).status_code == 422
    assert (await browser.sign_in(MARIA, NEW_PASSWORD)).headers["location"] == "/account"
    assert "Пароль вашей учётной записи изменён" in (await browser.get("/messages")).text
    assert (await browser.get("/recovery/password")).headers["location"] == "/recovery"


@pytest.mark.parametrize(
    ("login", "target"),
    [(MARIA, MARIA), (SNILS, "+7 900 000-00-01"), ("89000000001", "+7 900 000-00-01")],
)
async def test_the_code_goes_to_the_contact_that_was_named_else_to_the_telephone(
    browser: Browser, login: str, target: str
) -> None:
    await ask(browser, login)
    text = Page((await browser.get("/messages")).text).text
    assert re.search(rf"{re.escape(target)} Код подтверждения", text), text


async def test_an_unknown_login_gets_the_same_pages_and_no_message(
    browser: Browser, esia_db: Connection
) -> None:
    pages = []
    for login in (MARIA, "nobody@example.org"):
        await ask(browser, login)
        shown = await browser.get("/recovery/code")
        wrong = await type_code(browser, "/recovery/code", "abcdef")
        pages.append(
            [re.sub(r'value="[^"]*"', "", answer.text) for answer in (shown, wrong)]
            + [str(wrong.status_code)]
        )
    assert pages[0] == pages[1]
    assert await value(esia_db, "select count(*) from message") == 1
    for _ in range(2):
        answer = await type_code(browser, "/recovery/code", "abcdef")
    assert answer.headers["location"] == "/recovery"


async def test_many_requests_for_one_account_look_like_the_first(
    browser: Browser, esia_db: Connection
) -> None:
    for login in (MARIA, "nobody@example.org"):
        for _ in range(7):
            await ask(browser, login)
    assert await value(esia_db, "select count(*) from message") == 5


async def test_one_address_asks_only_so_often(browser: Browser) -> None:
    form = await browser.get("/recovery")
    statuses = [
        (
            await browser.send_form(form, "/recovery", login=f"nobody{number}@example.org")
        ).status_code
        for number in range(31)
    ]
    assert statuses == [303] * 30 + [429]


async def test_what_is_no_login_is_said_so(browser: Browser) -> None:
    page = await send(browser, "/recovery", {"login": "Мария"})
    assert (page.status_code, "не похоже на логин" in page.text) == (422, True)


async def test_a_wrong_snils_does_not_change_the_password(browser: Browser) -> None:
    await ask(browser, MARIA)
    await type_code(browser, "/recovery/code")
    for _ in range(6):
        page = await choose_password(browser, "/recovery/password", snils="112-233-446 96")
        assert (page.status_code, "Это не СНИЛС владельца" in page.text) == (422, True)
    late = await choose_password(browser, "/recovery/password", snils=SNILS)
    assert late.status_code == 422  # too many tries: even the right one is not taken
    assert (await browser.sign_in(MARIA, PASSWORD)).status_code == 303


async def test_a_code_sent_again_replaces_the_old_one(browser: Browser) -> None:
    await ask(browser, MARIA)
    old = await last_code(browser)
    page = await browser.get("/recovery/code")
    await browser.send_form(page, "/recovery/code/again")
    new = await last_code(browser)
    if new != old:
        assert (await type_code(browser, "/recovery/code", old)).status_code == 422
    assert (await type_code(browser, "/recovery/code")).headers["location"] == "/recovery/password"


async def test_a_code_for_one_purpose_is_worth_nothing_for_another(browser: Browser) -> None:
    await ask(browser, MARIA)
    await type_code(browser, "/recovery/code")
    assert (await browser.get("/registration/password")).headers["location"] == "/registration"
    await browser.sign_in("+7 900 000-00-03")
    saved = await browser.get("/account/contact/save")
    assert saved.headers["location"] == "/account/contact"


UNKNOWN_SNILS, PHONE = "112-233-446 96", "+7 900 000-00-01"


async def use_up(browser: Browser, phone: str) -> None:
    """Type wrong codes for this telephone, and ask for messages to it, as often as one may, by a
    registration that anybody may begin."""
    typed = {"last_name": "Чужов", "first_name": "Семён", "phone": phone}
    for _ in range(3):
        await send(browser, "/registration", typed)
        for _ in range(3):
            await type_code(browser, "/registration/code", "abcdef")
    for _ in range(3):
        await send(browser, "/registration", typed)


async def test_tries_for_a_telephone_do_not_tell_whose_snils_it_belongs_to(
    browser: Browser, esia: Litestar, esia_db: Connection
) -> None:
    await use_up(browser, PHONE)
    before = await value(esia_db, "select count(*) from message")
    told = []
    for snils in (SNILS, UNKNOWN_SNILS):
        async with open_browser(esia) as other:
            await ask(other, snils)
            told.append((await type_code(other, "/recovery/code", "abcdef")).status_code)
    assert told == [422, 422]
    assert await value(esia_db, "select count(*) from message") == before + 1  # her code came


async def test_recoveries_by_snils_do_not_tell_which_telephone_gets_the_codes(
    browser: Browser, esia: Litestar
) -> None:
    for _ in range(5):
        await ask(browser, SNILS)
    for _ in range(2):
        for _ in range(3):
            await type_code(browser, "/recovery/code", "abcdef")
        await ask(browser, SNILS)
    async with open_browser(esia) as other:
        for phone in (PHONE, "+7 900 999-99-99"):
            typed = {"last_name": "Чужов", "first_name": "Семён", "phone": phone}
            asked = await send(other, "/registration", typed)
            assert asked.headers.get("location") == "/registration/code", phone
            wrong = await type_code(other, "/registration/code", "abcdef")
            assert wrong.status_code == 422, phone


async def test_known_and_unknown_are_counted_alike_to_the_end(
    browser: Browser, esia: Litestar
) -> None:
    walks = []
    for login in (SNILS, UNKNOWN_SNILS):
        seen: list[tuple[int, str | None]] = []
        async with open_browser(esia) as other:
            for _ in range(4):
                await ask(other, login)
                page = await other.get("/recovery/code")
                for _ in range(3):
                    answer = await other.send_form(page, "/recovery/code", code="abcdef")
                    seen.append((answer.status_code, answer.headers.get("location")))
        walks.append(seen)
    assert walks[0] == walks[1]
    assert walks[0].count((422, None)) == 4
