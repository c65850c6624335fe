"""More is asked than can be done: who looks is turned away early, who has chosen is served."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest
from litestar import Litestar
from psycopg_pool import PoolTimeout

from registratura.db import Connection, Pool, value
from registratura.web import lending
from registratura.web.lending import COME_BACK, PATIENCE, READS_SHARE, Errand, Lender, Overloaded
from tests.given import portal
from tests.given.people import MARIA


@pytest.fixture
async def lender(app: Litestar) -> Lender:
    found: Lender = app.state.lender
    return found


@asynccontextmanager
async def crowding(lender: Lender) -> AsyncIterator[int]:
    """As many lookers as may look at once, each slow; their number."""
    async with AsyncExitStack() as looking:
        number = int(lender.pool.max_size * READS_SHARE)
        for _ in range(number):
            await looking.enter_async_context(lender.lent(Errand.READ))
        yield number


@pytest.fixture
async def crowd(lender: Lender) -> AsyncIterator[int]:
    async with crowding(lender) as number:
        yield number


@pytest.mark.usefixtures("crowd")
async def test_who_looks_is_told_calmly_when_to_come_back(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get("/clinics")
    assert answer.status_code == 503
    assert COME_BACK <= int(answer.headers["retry-after"]) < 2 * COME_BACK
    assert answer.headers["refresh"] == answer.headers["retry-after"]
    assert "Сейчас очень много людей" in answer.text
    assert "откроется сама" in answer.text


async def test_who_writes_is_served_while_lookers_wait(app: Litestar, lender: Lender) -> None:
    async with await portal.signed_in(app, MARIA) as maria:
        token = re.search(r'name="_csrf_token" value="(\w+)"', (await maria.get("/profile")).text)
        assert token is not None
        async with crowding(lender):
            assert (await maria.get("/profile")).status_code == 503
            form = {"_csrf_token": token[1], "appointment": "on", "release": "on"}
            assert (await maria.post("/profile/letters", data=form)).status_code == 303


async def test_lookers_leave_a_part_of_the_pool_to_writers(lender: Lender, crowd: int) -> None:
    assert 0 < crowd < lender.pool.max_size
    async with AsyncExitStack() as writing:
        for _ in range(lender.pool.max_size - crowd):
            db = await writing.enter_async_context(lender.lent(Errand.WRITE))
            assert await value(db, "select 1") == 1
        began = time.monotonic()
        with pytest.raises(Overloaded):
            await lender.lend(Errand.WRITE)
        assert PATIENCE * 0.9 < time.monotonic() - began < 20 * PATIENCE


async def test_the_line_moves_on_when_a_looker_leaves(lender: Lender, crowd: int) -> None:
    with pytest.raises(Overloaded):
        await lender.lend(Errand.READ)
    assert lender.is_pressed
    async with lender.lent(Errand.WRITE):
        pass
    waiting = asyncio.create_task(lender.lend(Errand.WRITE))
    await lender.take_back(await waiting)


async def test_who_asks_for_many_goes_ahead_of_the_line(
    lender: Lender, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = [await lender.lend(Errand.WRITE) for _ in range(lender.pool.max_size)]
    with pytest.raises(Overloaded):
        await lender.lend(Errand.READ_FOR_MANY)
    monkeypatch.setattr(lending, "PATIENCE", 10)
    in_line = asyncio.create_task(lender.lend(Errand.WRITE))
    ahead = asyncio.create_task(lender.lend(Errand.READ_FOR_MANY))
    await asyncio.sleep(0.01)
    await lender.take_back(held.pop())
    first = await ahead
    assert not in_line.done()
    second = asyncio.create_task(lender.lend(Errand.READ_FOR_MANY))
    await asyncio.sleep(0.01)
    await lender.take_back(held.pop())  # one at a time goes ahead: this is his who waits longer
    held.append(await in_line)
    assert not second.done()
    in_line = asyncio.create_task(lender.lend(Errand.WRITE))
    await lender.take_back(first)
    held.append(await in_line)
    await lender.take_back(held.pop())
    await lender.take_back(await second)
    for db in held:
        await lender.take_back(db)


async def test_where_nobody_waits_several_ask_for_many_at_once(lender: Lender) -> None:
    several = [await lender.lend(Errand.READ_FOR_MANY) for _ in range(3)]
    assert not lender.is_pressed
    for db in several:
        await lender.take_back(db)


async def test_a_busy_pool_is_not_taken_for_a_database_that_is_away(
    lender: Lender, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = [await lender.lend(Errand.WRITE) for _ in range(lender.pool.max_size)]
    with monkeypatch.context() as patient:
        patient.setattr(lending, "PATIENCE", 10)
        ahead = asyncio.create_task(lender.lend(Errand.READ_FOR_MANY))
        await asyncio.sleep(0.01)
    await lender.take_back(held.pop())
    held.append(await ahead)
    for errand in Errand:  # in a line, though all are busy for longer than anybody waits
        with pytest.raises(Overloaded):
            await lender.lend(errand)
    for db in held:
        await lender.take_back(db)


async def test_a_long_line_is_felt_before_anybody_is_turned_away(
    lender: Lender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lending, "PATIENCE", 2.0)
    held = [await lender.lend(Errand.WRITE) for _ in range(lender.pool.max_size)]
    for seconds in (0.1, 1.4):
        in_line = asyncio.create_task(lender.lend(Errand.WRITE))
        await asyncio.sleep(seconds)
        await lender.take_back(held.pop())
        held.append(await in_line)
        assert lender.is_pressed == (seconds > 1)
    for db in held:
        await lender.take_back(db)


async def test_nothing_is_kept_of_who_was_turned_away(pool: Pool) -> None:
    lender = Lender(pool)
    for _ in range(3):
        held = [await lender.lend(Errand.WRITE) for _ in range(pool.max_size)]
        for errand in Errand:
            with pytest.raises(Overloaded):
                await lender.lend(errand)
        for db in held:
            await lender.take_back(db)
    everybody: list[Connection] = [await lender.lend(Errand.WRITE) for _ in range(pool.max_size)]
    for db in everybody:
        await lender.take_back(db)
    for _ in range(int(pool.max_size * READS_SHARE)):
        await lender.lend(Errand.READ)


async def miss(lender: Lender) -> None:
    with pytest.raises(PoolTimeout):
        await lender.lend(Errand.READ)


async def test_a_database_that_is_away_is_no_crowd(pool: Pool, database: str) -> None:
    lender = Lender(pool)
    pool.timeout = 0.5
    async with lender.lent(Errand.WRITE) as db:
        await db.execute("set client_min_messages = error")
    held = [await pool.getconn() for _ in range(pool.max_size)]  # not lent: as if lost
    with pytest.raises(PoolTimeout):
        await lender.lend(Errand.WRITE)
    async with asyncio.TaskGroup() as lookers:
        for _ in range(pool.max_size):  # the share and more
            lookers.create_task(miss(lender))
            await asyncio.sleep(2 * PATIENCE / pool.max_size)
    assert not lender.is_pressed
    for one in held:
        await pool.putconn(one)
