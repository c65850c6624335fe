"""Two at once: a code redeemed twice, an account changed from two windows, cleaning beside it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pyotp
import pytest

from registratura_standins.esia import levels, openings, sessions, totp
from registratura_standins.esia.children import NewChild, add_child
from registratura_standins.esia.database import Connection, execute, value
from tests.esia_standin.browser import Browser
from tests.esia_standin.portal import Portal, exchange, get_code, read, refresh_request
from tests.esia_standin.walks import begin_session

MARIA_OID = 1_000_000_001
PERSON = f"/rs/prns/{MARIA_OID}"
CHILD = NewChild(
    last_name="Иванова",
    first_name="Алия",
    middle_name=None,
    birth_date=date(2016, 3, 7),
    gender="F",
    snils=None,
    series="I-ЖТ",
    number="500777",
    issue_date=date(2016, 3, 20),
    issued_by="Учебный отдел ЗАГС",
    policy=None,
)


async def connect(url: str) -> Connection:
    """One more connection."""
    return await psycopg.AsyncConnection.connect(url, autocommit=True)


@pytest.fixture
async def windows(esia_database_url: str) -> AsyncIterator[list[Connection]]:
    """Six connections, as of six windows."""
    opened = [await connect(esia_database_url) for _ in range(6)]
    yield opened
    for one in opened:
        await one.close()


async def test_of_many_who_redeem_a_code_at_once_one_gets_tokens_and_they_end(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal
) -> None:
    code = await get_code(browser, portal)
    requests = [portal.token_request(code=code) for _ in range(8)]
    answers = await asyncio.gather(*(exchange(backend, one) for one in requests))
    assert sorted(one.status_code for one in answers) == [200] + [400] * 7
    assert {one.json().get("error") for one in answers} == {None, "invalid_grant"}
    tokens = next(one.json() for one in answers if one.status_code == 200)
    assert (await read(backend, tokens["access_token"], PERSON))[0] == 401  # it was a replay


async def test_of_many_who_refresh_at_once_one_gets_tokens_and_they_end(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal
) -> None:
    code = await get_code(browser, portal)
    first = (await exchange(backend, portal.token_request(code=code))).json()
    requests = [refresh_request(portal, first) for _ in range(6)]
    answers = await asyncio.gather(*(exchange(backend, one) for one in requests))
    assert sorted(one.status_code for one in answers) == [200] + [400] * 5
    tokens = next(one.json() for one in answers if one.status_code == 200)
    assert (await exchange(backend, refresh_request(portal, tokens))).status_code == 400


async def test_a_replay_ends_the_tokens_though_the_owner_signed_on_once_more(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal
) -> None:
    """Both sign-ons are of one session of the browser, and a token names the session only."""
    code = await get_code(browser, portal)
    tokens = (await exchange(backend, portal.token_request(code=code))).json()
    await get_code(browser, portal)
    assert (await exchange(backend, portal.token_request(code=code))).status_code == 400
    assert (await read(backend, tokens["access_token"], PERSON))[0] == 401


async def test_a_child_is_added_once_from_many_windows(windows: list[Connection]) -> None:
    now = datetime.now(UTC)
    added = await asyncio.gather(*(add_child(db, MARIA_OID, CHILD, now) for db in windows))
    assert sum(id is not None for id in added) == 1


async def test_a_policy_is_kept_once_from_many_windows(windows: list[Connection]) -> None:
    now, number = datetime.now(UTC), "4053110874010015"
    await asyncio.gather(*(levels.put_policy(db, MARIA_OID, number, now) for db in windows))
    kept = "select count(*) from document where oid = 1000000001 and type = 'MDCL_PLCY'"
    assert await value(windows[0], kept) == 1


async def test_a_telephone_changed_from_many_windows_leaves_one_login(
    windows: list[Connection],
) -> None:
    now = datetime.now(UTC)
    phones = [f"+7901000008{number}" for number in range(len(windows))]
    await asyncio.gather(
        *(
            openings.change_contact(db, MARIA_OID, phone, now)
            for db, phone in zip(windows, phones, strict=True)
        )
    )
    logins = "select array_agg(name) from login where oid = 1000000001 and name like '+%%'"
    contact = "select array_agg(value) from contact where oid = 1000000001 and type = 'MBT'"
    names: list[Any] = await value(windows[0], logins)
    assert len(names) == 1
    assert names == await value(windows[0], contact)


async def test_a_secret_that_another_window_replaced_is_not_said_to_be_set_up(
    windows: list[Connection],
) -> None:
    now, (db, other) = datetime.now(UTC), windows[:2]
    await totp.offer_secret(db, MARIA_OID)
    kept = "select totp_offered from account where oid = 1000000001"
    code = pyotp.TOTP(await value(db, kept)).at(now)
    async with db.transaction():
        await totp.offer_secret(db, MARIA_OID)
        taking = asyncio.create_task(totp.take_secret(other, MARIA_OID, code, now))
        await asyncio.wait([taking], timeout=0.2)
        assert not taking.done()
    assert await taking is False
    assert await value(db, "select second_step from account where oid = 1000000001") is None


async def test_cleaning_waits_for_nobody(windows: list[Connection]) -> None:
    """Else it could hold what another waits for, and wait for what that one holds."""
    now = datetime.now(UTC)
    db, other = windows[:2]
    await begin_session(db, MARIA_OID, now - timedelta(days=1))
    await begin_session(db, MARIA_OID, now - timedelta(days=1, hours=1))
    kept = "select sid from session order by signed_in_at limit 1"
    async with db.transaction():
        await execute(db, "delete from session where sid = %(sid)s", sid=await value(db, kept))
        await asyncio.wait_for(sessions.sweep(other, now), 2)
        assert await value(other, "select count(*) from session") == 1
