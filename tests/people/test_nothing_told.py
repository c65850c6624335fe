"""Declaring a relative takes the same work and the same time, whether a card was met or not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from statistics import median
from time import perf_counter
from typing import Any

import psycopg
import pytest

from registratura.db import Connection
from registratura.people.persons import Identity
from tests.given import people as given
from tests.given.people import MARIA, NOW

PAIRS = 100  # a hit and a miss each
OF_ONE_ACCOUNT = 5  # ten relatives in all
BORN = date(2015, 5, 5)


async def declare(db: Connection, number: int, *, hit: bool) -> float:
    """Seconds that it took to declare a child whom the region knows, or one whom it does not."""
    owner = await given.account(db, replace(MARIA, oid=5000 + number // OF_ONE_ACCOUNT, snils=None))
    began = perf_counter()
    await given.relative(
        db,
        owner,
        first_name="Павел" if hit else "Борис",
        birth_date=BORN + timedelta(days=number),
        policy_number=f"{number:016}",
        now=NOW + timedelta(days=number % OF_ONE_ACCOUNT),
    )
    return perf_counter() - began


async def know(db: Connection, number: int) -> None:
    """The region's own list has Павел of that birth date and policy."""
    who = Identity("Иванов", "Павел", "Иванович", BORN + timedelta(days=number))
    await given.card(db, who, policy_number=f"{number:016}")


async def test_two_hundred_hits_and_misses_take_the_same_time(db: Connection) -> None:
    for number in range(PAIRS):
        await know(db, number)
    took: dict[bool, list[float]] = {True: [], False: []}
    for number in range(PAIRS):  # in turns, so that a busy machine is busy for both
        for hit in (number % 2 == 0, number % 2 == 1):
            took[hit].append(await declare(db, number, hit=hit))
    one, other = (median(took[hit]) for hit in (True, False))
    assert max(one, other) / min(one, other) < 1.5, (one, other)
    links = await db.execute("select count(distinct person_id), count(*) from relative")
    assert await links.fetchone() == (2 * PAIRS, 2 * PAIRS)
    met = await db.execute(
        "select count(*) from relative join person on person.id = person_id where code is not null"
    )
    assert await met.fetchone() == (PAIRS,)


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that goes over a connection."""
    seen: list[str] = []
    execute: Callable[..., Any] = psycopg.AsyncCursor.execute

    async def counted(self: Any, query: Any, *rest: Any, **named: Any) -> Any:
        seen.append(str(query))
        return await execute(self, query, *rest, **named)

    monkeypatch.setattr(psycopg.AsyncCursor, "execute", counted)
    return seen


async def test_a_hit_and_a_miss_are_the_same_statements(
    db: Connection, statements: list[str]
) -> None:
    await know(db, 0)
    await given.account(db, replace(MARIA, oid=5000, snils=None))
    asked = []
    for hit in (True, False):
        statements.clear()
        await declare(db, 0, hit=hit)
        asked.append(list(statements))
    assert len(asked[0]) > 8
    assert asked[0] == asked[1]
