"""How many relatives an account may declare, and what two tabs at once cannot get past."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from registratura.db import Connection, value
from registratura.people import relatives
from registratura.people.accounts import Account
from registratura.people.refusals import (
    RelativeAddedTwice,
    TooManyRelatives,
    TooManyRelativesToday,
)
from registratura.people.relatives import Relative
from tests.given import people as given
from tests.given.people import NOW

FIRST_NAMES = (
    "Анна",
    "Борис",
    "Вера",
    "Глеб",
    "Дина",
    "Егор",
    "Жанна",
    "Захар",
    "Инна",
    "Карл",
    "Лев",
)


async def _add(db: Connection, owner: Account, number: int, now: datetime = NOW) -> Relative:
    """One more child with a name and a policy of its own."""
    return await given.relative(
        db, owner, first_name=FIRST_NAMES[number], policy_number=f"{number:016d}", now=now
    )


async def test_three_new_relatives_a_day_and_the_fourth_tomorrow(db: Connection) -> None:
    maria = await given.account(db)
    for number in range(3):
        await _add(db, maria, number)
    with pytest.raises(TooManyRelativesToday):
        await _add(db, maria, 3)
    midnight = datetime(2026, 11, 25, 21, 0, tzinfo=UTC)  # in Kaluga
    with pytest.raises(TooManyRelativesToday):
        await _add(db, maria, 3, midnight - timedelta(seconds=1))
    assert await _add(db, maria, 3, midnight)


async def test_ten_relatives_in_all_the_ended_ones_counted(db: Connection) -> None:
    maria = await given.account(db)
    for number in range(10):
        day = NOW + timedelta(days=number)
        added = await _add(db, maria, number, day)
        await relatives.leave(db, maria.id, added.id, now=day + timedelta(minutes=1))
    with pytest.raises(TooManyRelatives):
        await _add(db, maria, 10, NOW + timedelta(days=20))


async def test_two_tabs_adding_the_same_relative_make_one_row_and_one_refusal(
    db: Connection, another_db: Connection
) -> None:
    maria = await given.account(db)
    answers = await asyncio.gather(
        given.relative(db, maria), given.relative(another_db, maria), return_exceptions=True
    )
    assert {type(answer) for answer in answers} == {Relative, RelativeAddedTwice}
    assert await value(db, "select count(*) from relative") == 1


async def test_the_daily_limit_cannot_be_raced(db: Connection, another_db: Connection) -> None:
    maria = await given.account(db)
    await _add(db, maria, 0)

    async def add_three(tab: Connection, first: int) -> list[object]:
        answers: list[object] = []
        for number in range(first, first + 3):
            try:
                answers.append(await _add(tab, maria, number))
            except TooManyRelativesToday as refusal:
                answers.append(refusal)
        return answers

    both = await asyncio.gather(add_three(db, 1), add_three(another_db, 4))
    assert sum(isinstance(answer, Relative) for tab in both for answer in tab) == 2
    assert await value(db, "select count(*) from relative") == 3
