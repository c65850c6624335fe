"""A child's own account: of a verified certificate only, its telephone proven by a code."""

import asyncio

import httpx
from litestar import Litestar

from registratura_standins.esia.database import Connection, execute, value
from tests.esia_standin.browser import Browser, Page
from tests.esia_standin.conftest import open_browser
from tests.esia_standin.walks import (
    NEW_PASSWORD,
    account_text,
    choose_password,
    last_code,
    send,
    type_code,
)

OLEG, STRANGER = "oleg@example.org", "+7 900 000-00-03"
PHONE, DENIS = "+7 901 000-00-56", "/account/children/5002/account"
CODE, CHOOSE = "/account/children/code", "/account/children/password"
ACCOUNTS = "select count(*) from account where level = 'child'"
IS_LOGIN = "select count(*) from login where name = %(name)s"


async def verify(browser: Browser) -> None:
    """Денис's certificate is found in the register of births."""
    await browser.send_form(await browser.get("/account"), "/account/children/5002/verify")


async def prove(browser: Browser, phone: str = PHONE) -> None:
    """Oleg signs in, Денис's certificate is verified, the code typed."""
    await browser.sign_in(OLEG)
    await verify(browser)
    asked = await send(browser, DENIS, {"phone": phone})
    assert asked.headers["location"] == CODE, asked.text
    assert (await type_code(browser, CODE)).headers["location"] == CHOOSE


async def test_a_child_gets_an_account_of_its_own_level(
    browser: Browser, esia: Litestar, esia_db: Connection
) -> None:
    await prove(browser)
    for name in ("+79010000056", "20000002224"):
        assert await value(esia_db, IS_LOGIN, name=name) == 0  # not before the password
    assert "+7 901 000-00-56" in (await browser.get(CHOOSE)).text
    done = await choose_password(browser, CHOOSE)
    assert done.headers["location"] == "/account"
    assert (await account_text(browser)).count("Есть учётная запись") == 2  # Анна had one
    for login in (PHONE, "200-000-022 24"):
        async with open_browser(esia) as denis:
            await denis.sign_in(login, NEW_PASSWORD)
            text = await account_text(denis)
            assert "Смирнов Денис Олегович" in text
            assert "Детская" in text
            assert (await denis.get("/account/children/new")).headers["location"] == "/account"
    level = "select level from account join login using (oid) where name = '+79010000056'"
    assert await value(esia_db, level) == "child"
    proven = "select verified from contact where value = '+79010000056'"
    assert await value(esia_db, proven) is True


async def test_an_unverified_certificate_opens_no_account(
    browser: Browser, esia_db: Connection
) -> None:
    before = await value(esia_db, ACCOUNTS)
    await browser.sign_in(OLEG)
    page = await browser.get("/account")
    assert DENIS not in Page(page.text).links
    assert (await browser.get(DENIS)).headers["location"] == "/account"
    fields = {**Page(page.text).forms[0][1], "phone": PHONE, "password": NEW_PASSWORD}
    for path in (DENIS, CHOOSE):
        answer = await browser.post(path, data={**fields, "again": NEW_PASSWORD})
        assert answer.headers["location"] == "/account", path
    assert await value(esia_db, "select count(*) from message") == 0
    assert await value(esia_db, ACCOUNTS) == before
    await verify(browser)
    assert DENIS in Page((await browser.get("/account")).text).links


async def test_a_certificate_that_is_verified_no_more_opens_no_account(
    browser: Browser, esia_db: Connection
) -> None:
    """Or the child is gone from the list: judged when the account is opened."""
    before = await value(esia_db, ACCOUNTS)
    await prove(browser)
    await execute(esia_db, "update document set verified = false where child_id = 5002")
    done = await send(browser, CHOOSE, {"password": NEW_PASSWORD, "again": NEW_PASSWORD})
    assert done.headers["location"] == "/account"
    assert await value(esia_db, ACCOUNTS) == before
    assert await value(esia_db, IS_LOGIN, name="+79010000056") == 0


async def test_without_its_code_a_telephone_is_no_login(
    browser: Browser, esia_db: Connection
) -> None:
    await browser.sign_in(OLEG)
    await verify(browser)
    await send(browser, DENIS, {"phone": PHONE})
    assert (await browser.get(CHOOSE)).headers["location"] == "/account"
    for _ in range(3):
        answer = await type_code(browser, CODE, "abcdef")
    assert answer.headers["location"] == "/account"
    assert await value(esia_db, IS_LOGIN, name="+79010000056") == 0


async def test_a_known_telephone_gets_the_same_page_and_no_code_fits(browser: Browser) -> None:
    await browser.sign_in(OLEG)
    await verify(browser)
    wrong = await send(browser, DENIS, {"phone": "12"})
    assert (wrong.status_code, "десять цифр" in wrong.text) == (422, True)
    asked = await send(browser, DENIS, {"phone": "+7 900 000-00-01"})
    assert asked.headers["location"] == CODE
    messages = Page((await browser.get("/messages")).text).text
    assert "Этот телефон или почта уже указаны в другой учётной записи" in messages
    assert "Код подтверждения" not in messages


async def test_a_snils_of_another_account_opens_none(browser: Browser, esia_db: Connection) -> None:
    before = await value(esia_db, ACCOUNTS)
    await prove(browser)
    await execute(esia_db, "update child set snils = '11223344595' where id = 5002")
    page = await choose_password(browser, CHOOSE)
    assert (page.status_code, "СНИЛС ребёнка" in page.text) == (409, True)
    assert await value(esia_db, ACCOUNTS) == before
    assert await value(esia_db, IS_LOGIN, name="+79010000056") == 0


async def test_what_one_parent_proved_is_worth_nothing_in_anothers_session(
    browser: Browser, esia: Litestar, esia_db: Connection
) -> None:
    before = await value(esia_db, ACCOUNTS)
    await prove(browser)
    async with open_browser(esia) as other:
        await other.sign_in(STRANGER)
        other.cookies.set("esia_proof", browser.cookies["esia_proof"], domain="127.0.0.1", path="/")
        assert (await other.get(CHOOSE)).headers["location"] == "/account"
        fields = Page((await other.get("/account")).text).forms[0][1]
        typed = {"password": NEW_PASSWORD, "again": NEW_PASSWORD}
        answer = await other.post(CHOOSE, data={**fields, **typed})
        assert answer.headers["location"] == "/account"
    assert await value(esia_db, ACCOUNTS) == before


async def test_two_at_once_open_one_account(browser: Browser, esia_db: Connection) -> None:
    before = await value(esia_db, ACCOUNTS)
    await prove(browser)
    page = await browser.get(CHOOSE)
    typed = {"password": NEW_PASSWORD, "again": NEW_PASSWORD}

    async def press() -> httpx.Response:
        return await browser.send_form(page, CHOOSE, **typed)

    answers = await asyncio.gather(*(press() for _ in range(5)))
    assert {answer.headers["location"] for answer in answers} == {"/account"}
    assert await value(esia_db, ACCOUNTS) == before + 1


async def test_a_code_sent_again_proves_the_same_telephone(browser: Browser) -> None:
    await browser.sign_in(OLEG)
    await verify(browser)
    await send(browser, DENIS, {"phone": PHONE})
    await browser.send_form(await browser.get(CODE), f"{CODE}/again")
    await type_code(browser, CODE, await last_code(browser))
    done = await choose_password(browser, CHOOSE)
    assert done.headers["location"] == "/account"
    assert (await account_text(browser)).count("Есть учётная запись") == 2
