"""A new password, or a new contact, ends everything that rested on the old one."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import psycopg
import pytest
from litestar import Litestar

from registratura_standins.esia import factors, openings, sessions
from registratura_standins.esia.accounts import find_account
from registratura_standins.esia.database import Connection, execute, value
from tests.esia_standin.browser import PASSWORD, Browser
from tests.esia_standin.conftest import open_browser
from tests.esia_standin.portal import Portal, exchange, get_code, read, refresh_request, refused
from tests.esia_standin.walks import NEW_PASSWORD, choose_password, last_code, send, type_code

MARIA, MARIA_OID, SNILS = "maria@example.org", 1_000_000_001, "112-233-445 95"
BY_SMS, BY_SMS_OID, BY_SMS_SNILS = "+7 900 000-00-05", 1_000_000_005, "200-000-005 23"


async def recover(browser: Browser, login: str = MARIA, snils: str = SNILS) -> None:
    """A new password by a code."""
    await send(browser, "/recovery", {"login": login})
    await type_code(browser, "/recovery/code")
    done = await choose_password(browser, "/recovery/password", snils=snils)
    assert done.headers["location"] == "/recovery/done"


async def change(browser: Browser) -> None:
    """A new password by the present one."""
    await browser.sign_in(MARIA)
    done = await choose_password(browser, "/account/password", present=PASSWORD)
    assert done.headers["location"] == "/recovery/done"


@pytest.mark.parametrize("way", [recover, change])
async def test_tokens_and_sessions_end_with_the_password(
    browser: Browser,
    esia: Litestar,
    backend: httpx.AsyncClient,
    portal: Portal,
    esia_db: Connection,
    way: Any,
) -> None:
    async with open_browser(esia) as other, open_browser(esia) as olegs:
        code = await get_code(other, portal)
        tokens = (await exchange(backend, portal.token_request(code=code))).json()
        unused = await get_code(other, portal)
        code = await get_code(olegs, portal, "oleg@example.org")
        kept = (await exchange(backend, portal.token_request(code=code))).json()
        await way(browser)
        assert (await other.get("/account")).headers["location"] == "/login"
        assert (await olegs.get("/account")).status_code == 200
    status, _ = await read(backend, tokens["access_token"], f"/rs/prns/{MARIA_OID}")
    assert status == 401
    assert await refused(backend, refresh_request(portal, tokens)) == "007011"
    assert await refused(backend, portal.token_request(code=unused)) == "007011"
    assert await value(esia_db, "select count(*) from session where oid = 1000000001") == 0
    assert (await exchange(backend, refresh_request(portal, kept))).status_code == 200  # Oleg's


async def test_a_second_step_of_the_old_password_ends_with_it(
    browser: Browser, esia: Litestar
) -> None:
    async with open_browser(esia) as thief:
        assert (await thief.sign_in(BY_SMS)).headers["location"] == "/login/code"
        page, code = await thief.get("/login/code"), await last_code(thief)
        await recover(browser, BY_SMS, BY_SMS_SNILS)
        answer = await thief.send_form(page, "/login/code", code=code)
        assert answer.headers["location"] == "/login"
        assert (await thief.get("/account")).headers["location"] == "/login"


async def test_another_recovery_that_was_proven_ends_with_the_password(
    browser: Browser, esia: Litestar
) -> None:
    async with open_browser(esia) as thief:
        await send(thief, "/recovery", {"login": MARIA})
        await type_code(thief, "/recovery/code")
        page = await thief.get("/recovery/password")
        await recover(browser)
        typed = {"snils": SNILS, "password": "другой пароль 1", "again": "другой пароль 1"}
        late = await thief.send_form(page, "/recovery/password", **typed)
        assert late.headers["location"] == "/recovery"
    assert (await browser.sign_in(MARIA, NEW_PASSWORD)).headers["location"] == "/account"


@pytest.fixture
async def other_db(esia_database_url: str) -> AsyncIterator[Connection]:
    """A second connection."""
    db: Connection = await psycopg.AsyncConnection.connect(esia_database_url, autocommit=True)
    async with db:
        yield db


async def test_who_typed_the_old_password_in_time_enters_no_more(
    esia_db: Connection, other_db: Connection
) -> None:
    """The password was found right, then it is changed, then the session begins: too late."""
    now = datetime.now(UTC)
    before = await find_account(esia_db, BY_SMS_OID)
    assert before
    async with esia_db.transaction():
        await openings.set_password(esia_db, BY_SMS_OID, NEW_PASSWORD)
        entering = asyncio.create_task(
            sessions.start_session(other_db, BY_SMS_OID, "", now, proven=before.password_hash)
        )
        await asyncio.wait([entering], timeout=0.2)
        assert not entering.done()  # it waits: else the change would not see this session
    assert await entering is None
    assert await factors.start_second_step(esia_db, before, None, now) is None
    after = await find_account(esia_db, BY_SMS_OID)
    assert after
    assert await sessions.start_session(esia_db, BY_SMS_OID, "", now, proven=after.password_hash)
    assert await factors.start_second_step(esia_db, after, None, now)
    assert await value(esia_db, "select count(*) from session") == 1


async def test_a_browser_that_was_too_late_is_asked_for_the_password(
    browser: Browser, esia: Litestar, monkeypatch: pytest.MonkeyPatch, esia_db: Connection
) -> None:
    """The same through the pages: the hash changes between the check and the session."""
    start = sessions.start_session

    async def slow(*args: Any, **named: Any) -> Any:
        await execute(esia_db, "update account set password_hash = 'new' where oid = 1000000001")
        return await start(*args, **named)

    monkeypatch.setattr("registratura_standins.esia.entering.start_session", slow)
    answer = await browser.sign_in(MARIA)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert "esia_session" not in browser.cookies


@pytest.mark.parametrize(
    ("old", "new"), [(MARIA, "new@example.org"), ("+7 900 000-00-01", "+7 901 000-00-55")]
)
async def test_a_recovery_by_the_old_contact_ends_with_it(
    browser: Browser, esia: Litestar, old: str, new: str
) -> None:
    async with open_browser(esia) as sent, open_browser(esia) as proven:
        await send(sent, "/recovery", {"login": old})
        code = await last_code(sent)
        await send(proven, "/recovery", {"login": old})
        await type_code(proven, "/recovery/code")
        await browser.sign_in(MARIA)
        await send(browser, "/account/contact", {"target": new, "present": PASSWORD})
        await type_code(browser, "/account/contact/code")
        await send(browser, "/account/contact/save", {})
        fields = {"_csrf_token": sent.cookies["esia_csrf"], "code": code}
        answer = await sent.post("/recovery/code", data=fields)
        assert answer.headers["location"] == "/recovery"
        assert (await proven.get("/recovery/password")).headers["location"] == "/recovery"


async def test_a_recovery_by_the_other_contact_lives_on(browser: Browser, esia: Litestar) -> None:
    async with open_browser(esia) as owner:
        await send(browser, "/recovery", {"login": "+7 900 000-00-01"})
        code = await last_code(browser)
        await owner.sign_in(MARIA)
        await send(owner, "/account/contact", {"target": "new@example.org", "present": PASSWORD})
        await type_code(owner, "/account/contact/code")
        await send(owner, "/account/contact/save", {})
        answer = await type_code(browser, "/recovery/code", code)
        assert answer.headers["location"] == "/recovery/password"


async def test_a_code_that_comes_after_the_contact_has_changed_is_worth_nothing(
    browser: Browser, esia_db: Connection
) -> None:
    """The recovery was being asked for while the contact changed."""
    await send(browser, "/recovery", {"login": MARIA})
    await execute(esia_db, "delete from contact where value = 'maria@example.org'")
    await type_code(browser, "/recovery/code")
    assert (await browser.get("/recovery/password")).headers["location"] == "/recovery"


async def test_a_code_by_sms_to_the_old_telephone_signs_nobody_in(
    browser: Browser, esia: Litestar, esia_db: Connection
) -> None:
    async with open_browser(esia) as thief:
        await thief.sign_in(BY_SMS)
        code = await last_code(thief)
        await openings.change_contact(esia_db, BY_SMS_OID, "+79010000055", datetime.now(UTC))
        answer = await thief.post(
            "/login/code", data={"_csrf_token": thief.cookies["esia_csrf"], "code": code}
        )
        assert answer.headers["location"] == "/login"
