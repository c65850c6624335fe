"""Twenty bookings of one account, alone and in pairs, while its rights end: no deadlock.

A deadlock is counted even where the database's victim did it again (`db.retried`).
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from uuid import uuid4

import pytest

from registratura.booking import appointments, families, holds
from registratura.booking.wishes import Wish
from registratura.db import Connection, Pool, execute, open_pool, value
from registratura.people import children, consents, deletions, proving, relatives
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura.people.relatives import Relative
from registratura.refusal import Refusal
from tests.booking.test_crossings import check_counts
from tests.booking.test_races import deadlocks
from tests.booking.waiting import Act, answer, locked, stopped_at, until_waiting
from tests.given import links, people, region
from tests.given.links import ANNA
from tests.given.people import NOW, ZONE
from tests.given.visits import CHANNEL, REGISTRAR, actor, patient

NAMES = ("Анна", "Вера", "Дарья", "Елена")
CHILDREN = [
    replace(ANNA, id=f"60{number}", first_name=name, snils=None, policy_number=None)
    for number, name in enumerate(NAMES)
]
ROUNDS = 4


@pytest.fixture
async def wide_pool(database_url: str) -> AsyncIterator[Pool]:
    pool = await open_pool(database_url, least=8, most=24, wait=30)
    yield pool
    await pool.close()


@dataclass(frozen=True)
class Household:
    """A mother with the four children of her list, all of them confirmed."""

    maria: Account
    links: list[Relative]
    patients: list[Patient]


@pytest.fixture
async def household(db: Connection, maria: Account) -> Household:
    return await added(db, maria)


async def added(db: Connection, maria: Account) -> Household:
    """As after a sign-in: the consent given, every child of the list added with one press."""
    await consents.record(
        db, maria.id, document="portal", version="1", text_sha256="0" * 64, now=NOW
    )
    for child in await links.told(db, maria, *CHILDREN):
        await proving.prove(db, maria.id, child.id, now=NOW, zone=ZONE)
    its = await relatives.search(db, maria.id, now=NOW, zone=ZONE)
    return Household(maria, its, [await patient(db, maria, it.person_id) for it in its])


def erasing(of: Household) -> Act:
    async def erase(db: Connection) -> None:
        await deletions.ask(db, of.maria.id, now=NOW)
        asked = await deletions.find_latest(db, of.maria.id)
        assert asked is not None
        await deletions.carry_out(db, asked.id, now=NOW, actor=REGISTRAR)

    return erase


def withdrawing(of: Household) -> Act:
    async def withdraw(db: Connection) -> None:
        for it in await consents.search(db, of.maria.id):
            await consents.withdraw(db, of.maria.id, it.id, now=NOW)

    return withdraw


def closing(of: Household) -> Act:
    return lambda db: links.close(db, of.links[0])


def leaving(of: Household) -> Act:
    return lambda db: relatives.leave(db, of.maria.id, of.links[0].id, now=NOW)


def signing_in_without_them(of: Household) -> Act:
    return lambda db: children.keep(db, of.maria.id, (), now=NOW)


ENDINGS: list[Callable[[Household], Act]] = [
    erasing,
    withdrawing,
    closing,
    leaving,
    signing_in_without_them,
]


async def bookings(db: Connection, of: Household) -> list[Act]:
    """Twenty: children alone, held, in pairs this way round and that."""
    who = actor(of.maria)
    times = [it.slot_id for it in (await region.free(db))[:12]]

    def wish(child: int, time: int) -> Wish:
        return Wish(NOW, who, of.patients[child], times[time], CHANNEL)

    def alone(child: int, time: int) -> Act:
        return lambda own: appointments.book(own, wish(child, time), uuid4())

    def held(child: int, time: int) -> Act:
        return lambda own: holds.hold(own, wish(child, time))

    def pair(one: int, other: int, time: int) -> Act:
        both = wish(one, time), wish(other, time + 1)
        return lambda own: families.book_together(own, *both, uuid4())

    pairs = [(0, 1), (1, 0), (2, 3), (3, 2), (0, 3), (3, 0), (1, 2), (2, 1)]
    return [
        *(pair(*it, time) for time, it in enumerate(pairs)),
        *(alone(child, child + 2) for child in range(4)),
        *(alone(child, child + 6) for child in range(4)),
        *(held(child, child + 8) for child in range(4)),
    ]


async def rush(pool: Pool, acts: list[Act]) -> Counter[str]:
    async def one(act: Act) -> str:
        async with pool.connection() as own:
            try:
                await act(own)
            except Refusal as refusal:
                return type(refusal).__name__
            return "done"

    return Counter(await asyncio.gather(*map(one, random.sample(acts, len(acts)))))


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda it: it.__name__)
async def test_a_right_that_ends_among_twenty_bookings_holds_nobody_up(
    db: Connection, wide_pool: Pool, household: Household, ending: Callable[[Household], Act]
) -> None:
    before = await deadlocks(db)
    for _ in range(ROUNDS):
        acts = [*await bookings(db, household), ending(household)]
        assert len(acts) == 21
        answers = await rush(wide_pool, acts)
        assert answers["done"] >= 1
        await check_counts(db)
        late = await rush(wide_pool, acts[:-1])
        if ending in (erasing, withdrawing):
            assert "done" not in late
        await _begin_again(db)
        household = await added(db, household.maria)
    assert await deadlocks(db) == before


@pytest.mark.parametrize("ending", [erasing, withdrawing, closing], ids=lambda it: it.__name__)
async def test_a_booking_for_a_declared_patient_and_an_ending_lock_the_account_first(
    db: Connection, database_url: str, maria: Account, ending: Callable[[Household], Act]
) -> None:
    """The booking has the account and waits for its time; the ending must have nothing by then."""
    await consents.record(
        db, maria.id, document="portal", version="1", text_sha256="0" * 64, now=NOW
    )
    link = await people.relative(db, maria)
    petr = await patient(db, maria, link.person_id)
    slot = (await region.free(db))[0].slot_id
    wish = Wish(NOW, actor(maria), petr, slot, CHANNEL)
    before = await deadlocks(db)
    async with locked(database_url, slot):
        booking = asyncio.create_task(
            answer(database_url, lambda own: appointments.book(own, wish, uuid4()))
        )
        await until_waiting(db)
        ended = asyncio.create_task(answer(database_url, ending(Household(maria, [link], [petr]))))
        await until_waiting(db, 2)
    assert await asyncio.gather(booking, ended) == ["done", "done"]
    assert await deadlocks(db) == before


async def test_an_erasure_ends_links_before_it_takes_consents_back(
    db: Connection, database_url: str, owner_url: str, household: Household
) -> None:
    """As a booking judges them: it is met in the middle of the erasure."""
    wish = Wish(
        NOW,
        actor(household.maria),
        household.patients[0],
        (await region.free(db))[0].slot_id,
        CHANNEL,
    )
    before = await deadlocks(db)
    async with stopped_at(owner_url, "update", "consent"):
        erased = asyncio.create_task(answer(database_url, erasing(household)))
        await until_waiting(db)
        booking = asyncio.create_task(
            answer(database_url, lambda own: appointments.book(own, wish, uuid4()))
        )
        await until_waiting(db, 2)
    assert await asyncio.gather(erased, booking) == ["done", "NotYourPatient"]
    assert await deadlocks(db) == before


async def _begin_again(db: Connection) -> None:
    for table in (
        *("notice", "outbox", "idempotency_key", "appointment", "relative"),
        *("deletion_request", "consent", "esia_child"),
    ):
        await db.execute(f"delete from {table}")  # type: ignore[call-overload]
    await execute(db, "update slot set taken = 0 where taken > 0")
    await execute(db, "update quota set taken = 0")
    assert await value(db, "select count(*) from relative") == 0
