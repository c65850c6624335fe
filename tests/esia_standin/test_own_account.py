"""What an owner changes in the account: contacts, policy, children, password, sessions."""

from typing import Any

import pytest
from litestar import Litestar

from registratura_standins.esia.database import Connection, value
from tests.esia_standin.browser import PASSWORD, Browser, Page
from tests.esia_standin.conftest import open_browser
from tests.esia_standin.walks import (
    CHILD,
    NEW_PASSWORD,
    account_text,
    choose_password,
    send,
    type_code,
)

MARIA, OLEG = "maria@example.org", "oleg@example.org"
OWN_PAGES = [
    *("/", "/account", "/account/papers", "/account/confirm", "/account/policy"),
    *("/account/contact", "/account/contact/save", "/account/children/new"),
    *("/account/children/5001/account", "/account/password", "/account/second-step"),
    "/account/second-step/app",
]


async def test_pages_of_the_account_ask_to_sign_in(browser: Browser) -> None:
    token = Page((await browser.get("/login")).text).forms[0][1]["_csrf_token"]
    for path in OWN_PAGES:
        assert (await browser.get(path)).headers.get("location") == "/login", path
    for path in (
        *OWN_PAGES[2:5],
        "/account/consents/revoke",
        "/account/sessions/end-one",
        "/account/children/5001/verify",
        "/account/children/5001/remove",
    ):
        sent = await browser.post(path, data={"_csrf_token": token})
        assert sent.headers.get("location") == "/login", path


async def test_another_parents_child_is_not_there(browser: Browser, esia_db: Connection) -> None:
    await browser.sign_in("+7 900 000-00-03")  # Чужой
    token = Page((await browser.get("/account")).text).forms[0][1]["_csrf_token"]
    for path in ("verify", "remove", "account"):
        sent = await browser.post(
            f"/account/children/5002/{path}",
            data={"_csrf_token": token, "phone": "+79010000001", "password": NEW_PASSWORD},
        )
        assert sent.status_code == 404, path
    assert (await browser.get("/account/children/5002/account")).status_code == 404
    verified = "select verified from document where child_id = 5002 and type = 'RF_BRTH_CERT'"
    assert await value(esia_db, verified) is False


@pytest.mark.parametrize(
    ("target", "login"),
    [("+7 901 000-00-55", "89010000055"), ("New@Example.org", "new@example.org")],
)
async def test_a_new_telephone_or_mail_is_proven_and_becomes_a_login(
    browser: Browser, esia: Litestar, target: str, login: str
) -> None:
    await browser.sign_in(MARIA)
    await send(browser, "/account/contact", {"target": target, "present": PASSWORD})
    proven = await type_code(browser, "/account/contact/code")
    assert proven.headers["location"] == "/account/contact/save"
    await send(browser, "/account/contact/save", {})
    shown = await account_text(browser)
    assert (login in shown) or "+7 901 000-00-55" in shown
    async with open_browser(esia) as other:
        assert (await other.sign_in(login)).headers["location"] == "/account"
        old = MARIA if "@" in login else "+7 900 000-00-01"
        other.cookies.clear()
        assert (await other.sign_in(old)).status_code == 422


async def test_a_contact_is_not_changed_without_the_password(
    browser: Browser, esia: Litestar, esia_db: Connection
) -> None:
    """Who found a browser signed in would make the account his own by a recovery."""
    await browser.sign_in(MARIA)
    for present in ("", "wrong"):
        typed = {"target": "+7 901 000-00-55", "present": present}
        page = await send(browser, "/account/contact", typed)
        assert (page.status_code, "Пароль не подошёл" in page.text) == (422, True)
        assert Page(page.text).ids["target"]["value"] == "+7 901 000-00-55"
    assert await value(esia_db, "select count(*) from challenge") == 0
    for _ in range(3):
        await send(browser, "/account/contact", {"target": OLEG, "present": "wrong"})
    late = await send(browser, "/account/contact", {"target": OLEG, "present": PASSWORD})
    assert late.status_code == 422
    async with open_browser(esia) as other:
        assert (await other.sign_in(MARIA)).status_code == 422  # it is one count


async def test_the_old_contact_is_told_of_the_new_one(browser: Browser) -> None:
    await browser.sign_in(MARIA)
    await send(browser, "/account/contact", {"target": "+7 901 000-00-55", "present": PASSWORD})
    await type_code(browser, "/account/contact/code")
    await send(browser, "/account/contact/save", {})
    told = Page((await browser.get("/messages")).text).text
    assert "+7 900 000-00-01 В вашей учётной записи теперь другой телефон" in told


async def test_anothers_mail_cannot_be_taken(browser: Browser) -> None:
    await browser.sign_in(MARIA)
    await send(browser, "/account/contact", {"target": OLEG, "present": PASSWORD})
    assert "уже указаны в другой" in (await browser.get("/messages")).text
    assert (await type_code(browser, "/account/contact/code", "000000")).status_code == 422


async def test_a_policy_is_kept_as_typed_and_unverified(
    browser: Browser, esia_db: Connection
) -> None:
    await browser.sign_in("+7 900 000-00-10")
    wrong = await send(browser, "/account/policy", {"policy": "4053 1108 7401 0016"})
    assert (wrong.status_code, "опечатка" in wrong.text) == (422, True)
    await send(browser, "/account/policy", {"policy": "4053 1108 7401 0015"})
    assert "4053 1108 7401 0015 , не проверен" in await account_text(browser)
    await send(browser, "/account/policy", {"policy": "4056410835000023"})
    kept = "select count(*) from document where oid = 1000000010 and type = 'MDCL_PLCY'"
    assert await value(esia_db, kept) == 1


async def test_a_childs_certificate_is_checked_and_the_child_removed(browser: Browser) -> None:
    await browser.sign_in(OLEG)
    await send(browser, "/account/children/new", CHILD)
    assert (await account_text(browser)).count("Свидетельство не проверено") == 2  # Денис, Алия
    twice = await send(browser, "/account/children/new", CHILD)
    assert (twice.status_code, "уже есть в списке" in twice.text) == (409, True)
    page = await browser.get("/account")
    await browser.send_form(page, "/account/children/5002/verify")
    text = await account_text(browser)
    assert (text.count("Свидетельство проверено"), text.count("не проверено")) == (2, 1)
    await browser.send_form(page, "/account/children/5002/remove")
    assert "Денис" not in await account_text(browser)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"birth_date": "07.03.2005"}, "меньше 18 лет"),
        ({"birth_date": "30.02.2016"}, "нет в календаре"),
        ({"certificate": "123"}, "I-ЖТ 500001"),
        ({"gender": ""}, "Выберите одно"),
        ({"snils": "112-233-445 96"}, "не сходятся"),
    ],
)
async def test_a_childs_form_says_what_is_wrong(
    browser: Browser, changes: dict[str, str], words: str
) -> None:
    await browser.sign_in(MARIA)
    page = await send(browser, "/account/children/new", {**CHILD, **changes})
    assert (page.status_code, words in page.text) == (422, True)


async def test_the_password_is_changed_with_the_present_one(browser: Browser) -> None:
    await browser.sign_in(MARIA)
    wrong = await choose_password(browser, "/account/password", present="wrong")
    assert (wrong.status_code, "Пароль не подошёл" in wrong.text) == (422, True)
    done = await choose_password(browser, "/account/password", present=PASSWORD)
    assert done.headers["location"] == "/recovery/done"
    assert (await browser.get("/account")).headers["location"] == "/login"
    assert (await browser.sign_in(MARIA, NEW_PASSWORD)).headers["location"] == "/account"


async def test_wrong_passwords_on_the_account_page_lock_it_as_at_the_login(
    browser: Browser, esia: Litestar
) -> None:
    await browser.sign_in(MARIA)
    for _ in range(5):
        await choose_password(browser, "/account/password", present="wrong")
    late = await choose_password(browser, "/account/password", present=PASSWORD)
    assert late.status_code == 422
    async with open_browser(esia) as other:
        assert (await other.sign_in(MARIA)).status_code == 422


async def test_one_session_is_ended_and_the_others_live(browser: Browser, esia: Litestar) -> None:
    await browser.sign_in(MARIA)
    async with open_browser(esia) as second, open_browser(esia) as third:
        await second.sign_in(MARIA)
        await third.sign_in(OLEG)
        forms: list[Any] = Page((await browser.get("/account")).text).forms
        (fields,) = [inputs for form, inputs in forms if form["action"].endswith("/end-one")]
        page = await third.get("/account")
        token = Page(page.text).forms[0][1]["_csrf_token"]
        sent = {"_csrf_token": token, "sid": fields["sid"]}
        await third.post("/account/sessions/end-one", data=sent)  # not his to end
        assert (await second.get("/account")).status_code == 200
        for sid in ("nonsense", fields["sid"]):
            await browser.post("/account/sessions/end-one", data={**fields, "sid": sid})
        assert (await second.get("/account")).headers["location"] == "/login"
        assert (await browser.get("/account")).status_code == 200
