"""A new account, from a name and a telephone to a confirmed one with a child."""

import httpx
import pytest
from litestar import Litestar

from registratura_standins.esia.database import Connection, execute
from tests.esia_standin.browser import Browser, Page
from tests.esia_standin.conftest import open_browser
from tests.esia_standin.portal import Portal, answered, exchange, published_key, read, read_token
from tests.esia_standin.walks import (
    CHILD,
    NEW_PASSWORD,
    PAPERS,
    account_text,
    choose_password,
    register,
    send,
    type_code,
)


async def lvl_of(browser: Browser, backend: httpx.AsyncClient, portal: Portal) -> tuple[str, bool]:
    """Level and trust that a client is told of whoever is signed in."""
    answer = await browser.get(portal.ask_url())
    if answer.headers["location"].startswith("/consent"):
        answer = await browser.grant(answer.headers["location"])
    request = portal.token_request(code=answered(answer)["code"])
    tokens = (await exchange(backend, request)).json()
    key = await published_key(backend)
    subject = read_token(tokens["id_token"], key).claims["urn:esia:sbj"]
    oid = subject["urn:esia:sbj:oid"]
    _, person = await read(backend, tokens["access_token"], f"/rs/prns/{oid}")
    assert person["trusted"] == subject.get("urn:esia:sbj:is_tru", False)
    return subject["urn:esia:sbj:lvl"], person["trusted"]


async def test_an_account_rises_from_simplified_to_confirmed_and_gets_a_child(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal
) -> None:
    await register(browser)
    entered = await choose_password(browser, "/registration/password")
    assert entered.headers["location"] == "/account"
    assert "не подтверждена Упрощённая" in await account_text(browser)
    assert await lvl_of(browser, backend, portal) == ("P", False)
    assert (await browser.get("/account/children/new")).headers["location"] == "/account"
    await send(browser, "/account/papers", PAPERS)
    text = await account_text(browser)
    assert "Новосёлов Тимур Ринатович" in text
    assert "не подтверждена Стандартная" in text
    assert "2911 123456" in text
    assert await lvl_of(browser, backend, portal) == ("P", False)
    page = await browser.get("/account/confirm")
    assert "Учебный шаг" in page.text
    await browser.send_form(page, "/account/confirm")
    assert "Учётная запись подтверждена" in await account_text(browser)
    assert await lvl_of(browser, backend, portal) == ("PR", True)
    await send(browser, "/account/children/new", CHILD)
    assert "Новосёлова Алия Тимуровна" in await account_text(browser)


async def test_the_new_account_signs_in_by_telephone_and_by_snils(
    browser: Browser, esia: Litestar
) -> None:
    await register(browser)
    await choose_password(browser, "/registration/password")
    await send(browser, "/account/papers", PAPERS)
    for login in ("8 901 000 00 77", "112-233-446 96"):
        async with open_browser(esia) as other:
            signed = await other.sign_in(login, NEW_PASSWORD)
            assert signed.headers["location"] == "/account"


async def test_a_sign_on_under_way_goes_on_after_registration(
    browser: Browser, portal: Portal
) -> None:
    ask = (await browser.get(portal.ask_url())).headers["location"].partition("=")[2]
    login = await browser.get(f"/login?ask={ask}")
    assert f"/registration?ask={ask}" in Page(login.text).links
    await register(browser, ask=ask)
    entered = await choose_password(browser, "/registration/password")
    assert entered.headers["location"] == f"/consent?ask={ask}"


async def test_a_sign_on_that_ended_meanwhile_does_not_cost_the_new_account(
    browser: Browser, portal: Portal, esia_db: Connection
) -> None:
    ask = (await browser.get(portal.ask_url())).headers["location"].partition("=")[2]
    await register(browser, ask=ask)
    await execute(esia_db, "update authorisation set ends_at = '2020-01-01'")
    entered = await choose_password(browser, "/registration/password")
    assert entered.headers["location"] == "/account"


async def test_a_known_telephone_gets_the_same_page_and_no_code_fits(
    browser: Browser,
) -> None:
    form = await browser.get("/registration")
    typed = {"last_name": "Чужов", "first_name": "Семён", "phone": "+7 900 000-00-01"}
    sent = await browser.send_form(form, "/registration", **typed)
    assert sent.headers["location"] == "/registration/code"
    message = Page((await browser.get("/messages")).text).text
    assert "С этим номером учётная запись уже есть" in message
    assert "Код подтверждения" not in message
    for _ in range(3):
        answer = await type_code(browser, "/registration/code", "000000")
    assert answer.headers["location"] == "/registration"
    assert (await browser.get("/registration/password")).headers["location"] == "/registration"


async def test_every_fault_of_a_form_stands_at_its_field_and_what_was_typed_stays(
    browser: Browser,
) -> None:
    form = await browser.get("/registration")
    typed = {"last_name": "Smith", "first_name": "", "phone": "12"}
    page = await browser.send_form(form, "/registration", **typed)
    assert page.status_code == 422
    text = Page(page.text).text
    assert "Имя: заполните это поле" in text  # on top
    for words in ("русскими буквами", "аполните это поле", "десять цифр после +7"):
        assert text.count(words) == 2, words  # on top, and at the field
    assert Page(page.text).ids["last_name"]["value"] == "Smith"
    assert Page(page.text).ids["phone"]["aria-invalid"] == "true"


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("short", "short", "не меньше 10 знаков"),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa", "слишком легко подобрать"),
        (NEW_PASSWORD, "другой пароль", "Пароли не совпали"),
    ],
)
async def test_a_poor_password_is_not_taken(
    browser: Browser, password: str, again: str, words: str
) -> None:
    await register(browser)
    page = await choose_password(browser, "/registration/password", password=password, again=again)
    assert page.status_code == 422
    assert words in page.text
    assert password not in page.text


async def test_who_was_faster_has_the_telephone(browser: Browser, esia_db: Connection) -> None:
    await register(browser)
    await execute(esia_db, "insert into login (name, oid) values ('+79010000077', 1000000003)")
    page = await choose_password(browser, "/registration/password")
    assert page.status_code == 409
    assert "уже есть учётная запись" in page.text


async def test_a_snils_of_another_account_is_refused_and_nothing_is_written(
    browser: Browser,
) -> None:
    await register(browser)
    await choose_password(browser, "/registration/password")
    page = await send(browser, "/account/papers", {**PAPERS, "snils": "112-233-445 95"})
    assert page.status_code == 409
    assert "указан в другой учётной записи" in page.text
    assert "Упрощённая" in await account_text(browser)


async def test_levels_do_not_rise_out_of_turn(browser: Browser, esia_db: Connection) -> None:
    await browser.sign_in("+7 900 000-00-04")  # simplified
    assert (await browser.get("/account/confirm")).headers["location"] == "/account"
    page = await browser.get("/account")
    token = Page(page.text).forms[0][1]["_csrf_token"]
    for path in ("/account/confirm", "/account/children/new", "/account/policy"):
        await browser.post(path, data={"_csrf_token": token, **CHILD, "policy": "4053110874010015"})
    cursor = await esia_db.execute(
        "select level, (select count(*) from child where oid = account.oid), "
        "(select count(*) from document where oid = account.oid) "
        "from account where oid = 1000000004"
    )
    assert await cursor.fetchone() == ("simplified", 0, 0)
    await browser.post("/signout", data={"_csrf_token": token})
    await browser.sign_in("+7 900 000-00-01")  # confirmed: papers are behind it
    await browser.post("/account/papers", data={"_csrf_token": token, **PAPERS})
    assert "Иванова Мария Петровна" in await account_text(browser)


async def test_codes_for_one_telephone_are_sent_five_times(browser: Browser) -> None:
    form = await browser.get("/registration")
    typed = {"last_name": "Новосёлов", "first_name": "Тимур", "phone": "+7 901 000-00-77"}
    statuses = [
        (await browser.send_form(form, "/registration", **typed)).status_code for _ in range(6)
    ]
    assert statuses == [303] * 5 + [429]
    again = await browser.send_form(
        await browser.get("/registration/code"), "/registration/code/again"
    )
    assert again.status_code == 429
