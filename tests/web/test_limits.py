"""Limits: the same count for every process, over when the window is."""

import asyncio
from datetime import timedelta

import pytest

from registratura.db import Connection, Pool, value
from registratura.web.limits import TriedTooOften, check_limit, sweep
from tests.given.people import NOW

WINDOW = timedelta(minutes=10)


async def knock(db: Connection, key: str = "10.0.0.1", minutes: int = 0) -> None:
    moment = NOW + timedelta(minutes=minutes)
    await check_limit(db, "door", key, most=3, window=WINDOW, now=moment)


async def test_the_fourth_try_is_refused_and_the_next_window_is_free(db: Connection) -> None:
    for _ in range(3):
        await knock(db)
    with pytest.raises(TriedTooOften, match="через 10 мин"):
        await knock(db)
    with pytest.raises(TriedTooOften, match="через 1 мин"):
        await knock(db, minutes=9)
    await knock(db, minutes=10)


async def test_another_key_has_a_count_of_its_own(db: Connection) -> None:
    for _ in range(3):
        await knock(db)
    await knock(db, key="10.0.0.2")


async def test_twenty_tries_over_many_connections_are_counted_to_one(pool: Pool) -> None:
    async def one() -> bool:
        async with pool.connection() as db:
            try:
                await knock(db)
            except TriedTooOften:
                return False
            return True

    answers = await asyncio.gather(*(one() for _ in range(20)))
    assert sum(answers) == 3


async def test_old_counters_are_swept(db: Connection) -> None:
    await knock(db)
    assert await sweep(db, now=NOW + timedelta(days=1)) == 0
    assert await sweep(db, now=NOW + timedelta(days=3)) == 1
    assert await value(db, "select count(*) from limit_counter") == 0
