"""«Где выполнен вход»: what the owner sees of her sessions, and how she ends them."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from registratura.db import Connection, Pool, execute, value
from registratura.web import sessions
from registratura.web.browsers import name_browser
from tests.given import portal
from tests.given.people import MARIA, STRANGER
from tests.given.portal import words_of

PAGE = "/profile/sessions"
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; SM-A155F Build/UP1A) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/140.0.7339.51 Mobile Safari/537.36"
)


def test_a_browser_is_named_in_a_few_words_of_our_own() -> None:
    assert name_browser(PHONE) == "Chrome, Android"
    iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Safari/604.1"
    assert name_browser(iphone) == "Safari, iPhone"
    windows = "Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/140.0 YaBrowser/25.8 Safari/537.36"
    assert name_browser(windows) == "Яндекс Браузер, Windows"
    for odd in ("", "<script>alert(1)</script>", "curl/8.5.0", "ж" * 10_000):
        assert name_browser(odd) == "Неизвестный браузер"


async def other_session(maria: httpx.AsyncClient) -> str:
    """The address that ends the session which is not this one."""
    found = re.findall(rf'action="({PAGE}/[0-9a-f-]{{36}}/end)"', (await maria.get(PAGE)).text)
    assert len(found) == 1
    return str(found[0])


async def test_the_owner_sees_where_she_is_signed_in_and_this_browser_is_marked(
    app: Litestar, maria: httpx.AsyncClient, db: Connection
) -> None:
    await portal.signed_in(app, MARIA)
    await portal.signed_in(app, STRANGER)
    await execute(db, "update web_session set browser = %(it)s", it=name_browser(PHONE))
    page = await maria.get(PAGE)
    words = words_of(page)
    assert words.count("Chrome, Android") == 3  # twice, and once in the button's hidden words
    assert words.count("Этот браузер") == 1
    assert "через 30 минут без действий" in words
    assert "не позже чем через 12 часов" in words
    assert page.headers["cache-control"] == "no-store"


async def test_a_session_is_ended_from_another_browser(
    app: Litestar, maria: httpx.AsyncClient, db: Connection
) -> None:
    phone = await portal.signed_in(app, MARIA)
    answer = await portal.submit(maria, await other_session(maria), {}, seen_on=PAGE)
    assert answer.headers["location"] == PAGE
    assert (await phone.get("/profile")).status_code == 303
    assert (await maria.get("/profile")).status_code == 200
    assert await value(db, "select count(*) from event where kind = 'session.ended'") == 1


async def test_a_strangers_session_and_nobodys_get_one_answer(
    app: Litestar, maria: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    await portal.signed_in(app, MARIA)
    for path in (await other_session(maria), f"{PAGE}/{uuid4()}/end"):
        assert (await portal.submit(stranger, path, {}, seen_on=PAGE)).status_code == 404
    await other_session(maria)  # it is still there


async def test_sign_out_everywhere_ends_every_session_here_and_this_ones_in_esia(
    app: Litestar, maria: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    phone = await portal.signed_in(app, MARIA)
    answer = await portal.submit(maria, f"{PAGE}/end", {}, seen_on=PAGE)
    assert answer.headers["location"].startswith("http://127.0.0.1:8001/idp/ext/Logout?")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    for browser in (maria, phone):
        assert (await browser.get("/profile")).status_code == 303
    assert (await stranger.get("/profile")).status_code == 200


async def test_who_comes_back_after_his_session_ended_is_told_why(app: Litestar) -> None:
    long_ago = datetime.now(UTC) - timedelta(minutes=31)
    client = portal.with_session(app, await portal.session_of(app, MARIA, now=long_ago))
    assert "Вход закончился" in words_of(await client.get("/signin"))
    assert "Вход закончился" not in words_of(await portal.browser(app).get("/signin"))


@pytest.mark.parametrize("all_of_them", [True, False])
async def test_the_other_browser_is_told_that_the_sign_out_was_elsewhere(
    app: Litestar, maria: httpx.AsyncClient, db: Connection, all_of_them: bool
) -> None:
    phone = await portal.signed_in(app, MARIA)
    await phone.get("/")
    path = f"{PAGE}/end" if all_of_them else await other_session(maria)
    await portal.submit(maria, path, {}, seen_on=PAGE)
    answer = await phone.get("/appointments")
    assert answer.headers["location"] == "/signin?next=%2Fappointments"
    words = words_of(await phone.get(answer.headers["location"]))
    assert "Вы вышли на другом устройстве" in words
    assert "полчаса" not in words
    late = await portal.submit(phone, "/patient", {"patient": str(uuid4())})
    assert late.headers["location"].startswith("/signin")
    assert "Вы вышли на другом" not in words_of(await maria.get("/signin"))
    assert "Вы вышли на другом" not in words_of(await portal.browser(app).get("/signin"))


async def test_ended_sessions_are_nowhere_counted_and_swept_with_their_day(
    app: Litestar, maria: httpx.AsyncClient, db: Connection
) -> None:
    await portal.signed_in(app, MARIA)
    path = await other_session(maria)
    await portal.submit(maria, path, {}, seen_on=PAGE)
    assert (await portal.submit(maria, path, {}, seen_on=PAGE)).status_code == 404
    assert "/end" not in re.sub(rf"{PAGE}/end", "", (await maria.get(PAGE)).text)
    copy = await portal.submit(maria, "/profile/copy", {"format": "json"}, seen_on="/profile")
    assert len(copy.json()["sessions"]) == 1
    now = datetime.now(UTC)
    assert await sessions.sweep(db, now=now) == 0
    assert await sessions.sweep(db, now=now + sessions.ABSOLUTE + timedelta(minutes=1)) == 2


async def test_a_request_under_way_does_not_outlive_the_sign_out(
    app: Litestar, maria: httpx.AsyncClient, db: Connection
) -> None:
    """The sign-out holds the session's row while «Пациент» and «Даю согласие» want to write it."""
    own = await value(db, "select patient_id from web_session")
    await maria.get("/")
    async with db.transaction():
        await execute(db, "delete from web_session")
        late = asyncio.create_task(portal.submit(maria, "/patient", {"patient": str(own)}))
        await _waits_for_a_lock(app.state.pool)
    assert (await late).status_code in (303, 404)
    assert (await maria.get("/profile")).status_code == 303
    assert await value(db, "select count(*) from web_session") == 0


async def _waits_for_a_lock(pool: Pool) -> None:
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    async with pool.connection() as db:
        for _ in range(1000):
            if await value(db, waiting + " and datname = current_database()"):
                return
            await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")
