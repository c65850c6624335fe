"""Booking crossed by everything else at once: whoever wins, the counts are right and no deadlock.

Every race is run many times on real connections; a deadlock would come out as `OperationalError`.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from registratura.booking import (
    appointments,
    cancellation,
    families,
    holds,
    schedules,
    withdrawals,
)
from registratura.booking.refusals import Refusal
from registratura.booking.wishes import Wish
from registratura.db import Connection, Pool, execute, open_pool, value
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import links, people, region
from tests.given.people import NOW, ZONE
from tests.given.visits import CHANNEL, REGISTRAR, actor, book, patient

Act = Callable[[Connection], Awaitable[object]]
ROUNDS = 8
LATER = region.TODAY + timedelta(days=30)


@pytest.fixture
async def wide_pool(database_url: str) -> AsyncIterator[Pool]:
    pool = await open_pool(database_url, least=8, most=20, wait=30)
    yield pool
    await pool.close()


async def crowd(db: Connection, count: int) -> list[tuple[Account, Patient]]:
    """Adults who want the same."""
    found = []
    for number in range(count):
        profile = people.Profile(
            **{**vars(people.OLEG), "oid": 9000 + number, "snils": None, "policy_number": None}
        )
        account = await people.account(db, profile)
        found.append((account, await patient(db, account)))
    return found


async def at_once(pool: Pool, *acts: Act) -> Counter[str]:
    """How many got which answer. What is no refusal comes out."""

    async def one(act: Act) -> str:
        async with pool.connection() as own:
            try:
                await act(own)
            except Refusal as refusal:
                return type(refusal).__name__
            return "done"

    mixed = random.sample(acts, len(acts))
    return Counter(await asyncio.gather(*map(one, mixed)))


def booking(who: tuple[Account, Patient], slot: UUID, replaces: UUID | None = None) -> Act:
    wish = Wish(NOW, actor(who[0]), who[1], slot, CHANNEL, replaces)
    return lambda db: appointments.book(db, wish, uuid4())


def cancelling(who: Account, appointment_id: UUID) -> Act:
    return lambda db: cancellation.cancel(
        db, now=NOW, actor=actor(who), zone=ZONE, appointment_id=appointment_id
    )


async def check_counts(db: Connection) -> None:
    """Every slot and every quota counts its live visits."""
    wrong = await value(
        db,
        """
        select (select count(*) from slot where taken <> (
                    select count(*) from appointment where slot_id = slot.id and live))
             + (select count(*) from quota where taken <> (
                    select count(*) from appointment
                    join slot on slot.id = appointment.slot_id
                    where slot.session_id = quota.session_id and live
                      and appointment.channel = quota.channel))
        """,
    )
    assert wrong == 0


async def test_a_place_is_booked_while_it_is_given_back(db: Connection, wide_pool: Pool) -> None:
    first, *others = await crowd(db, 6)
    slot = (await region.free(db, "therapist"))[0].slot_id
    for _ in range(ROUNDS):
        visit = await book(db, *first, slot)
        answers = await at_once(
            wide_pool,
            cancelling(first[0], visit.appointment_id),
            *(booking(who, slot) for who in others),
        )
        assert answers["done"] in (1, 2)  # the cancelling, and whoever came after it
        assert answers["done"] + answers["SlotTaken"] == 6
        await check_counts(db)
        await _clear(db)


async def test_a_place_is_booked_while_it_is_moved_away_from(
    db: Connection, wide_pool: Pool
) -> None:
    first, *others = await crowd(db, 5)
    slots = [it.slot_id for it in (await region.free(db, "therapist"))[:2]]
    for _ in range(ROUNDS):
        visit = await book(db, *first, slots[0])
        answers = await at_once(
            wide_pool,
            booking(first, slots[1], visit.appointment_id),
            *(booking(who, slot) for who in others for slot in slots),
        )
        assert await value(db, "select count(*) from appointment where state = 'booked'") <= 2
        assert set(answers) <= {"done", "SlotTaken", "AlreadyBookedToPosition"}
        await check_counts(db)
        await _clear(db)


async def test_two_swap_their_places_and_nobody_waits_for_ever(
    db: Connection, wide_pool: Pool
) -> None:
    await region.rule(db, horizon_days=60, quotas={"portal": 50})
    await schedules.open_days(db, now=NOW, first=LATER, last=LATER + timedelta(days=1))
    one, other = await crowd(db, 2)
    free = [it for it in await region.free(db, "therapist") if it.starts_at.date() >= LATER]
    early, late = free[:2], free[-2:]  # of two sessions: two quotas
    for _ in range(ROUNDS):
        first = await book(db, *one, early[0].slot_id)
        second = await book(db, *other, late[0].slot_id)
        answers = await at_once(
            wide_pool,
            booking(one, late[1].slot_id, first.appointment_id),
            booking(other, early[1].slot_id, second.appointment_id),
        )
        assert answers == {"done": 2}
        await check_counts(db)
        await _clear(db)


async def test_a_day_is_closed_while_its_places_are_booked(db: Connection, wide_pool: Pool) -> None:
    people_ = await crowd(db, 6)
    clinic = (await region.departments(db))["adult"]
    for number in range(3):
        free = await region.free(db, "therapist")
        day = free[0].starts_at.date()
        today = [it for it in free if it.starts_at.date() == day]

        async def close(own: Connection, day: object = day) -> object:
            return await withdrawals.close_day(
                own,
                now=NOW,
                actor=REGISTRAR,
                department_id=clinic,
                day=day,
                reason="Авария",  # type: ignore[arg-type]
            )

        answers = await at_once(
            wide_pool,
            close,
            *(booking(who, it.slot_id) for who, it in zip(people_, today, strict=False)),
        )
        assert answers["done"] + answers["SlotTaken"] == 7, (number, answers)
        await close(db)  # what came in between the two steps of the first
        left = await value(
            db,
            """
            select count(*) from appointment
            where state = 'booked' and starts_at::date = %(day)s
            """,
            day=day,
        )
        assert left == 0
        await check_counts(db)
        await _clear(db)


async def test_a_hold_expires_while_its_place_is_booked(db: Connection, wide_pool: Pool) -> None:
    first, *others = await crowd(db, 5)
    slot = (await region.free(db, "therapist"))[0].slot_id
    for _ in range(ROUNDS):
        early = NOW - timedelta(minutes=30)
        await holds.hold(db, Wish(early, actor(first[0]), first[1], slot, CHANNEL))
        answers = await at_once(
            wide_pool,
            lambda own: holds.end_expired(own, now=NOW),
            booking(first, slot),
            *(booking(who, slot) for who in others),
        )
        assert answers == {"done": 2, "SlotTaken": 4}
        await check_counts(db)
        await _clear(db)


async def test_a_quota_runs_out_and_exactly_its_share_is_given(
    db: Connection, wide_pool: Pool
) -> None:
    await region.rule(db, horizon_days=60, quotas={"portal": 20})  # four of sixteen
    await schedules.open_days(db, now=NOW, first=LATER, last=LATER)
    free = [it for it in await region.free(db, "therapist") if it.starts_at.date() == LATER]
    who = await crowd(db, 12)
    answers = await at_once(
        wide_pool, *(booking(one, it.slot_id) for one, it in zip(who, free, strict=False))
    )
    assert answers == {"done": 4, "QuotaExhausted": 8}
    await check_counts(db)


async def test_without_its_constraint_the_quota_is_oversold(
    db: Connection, owner_url: str, wide_pool: Pool
) -> None:
    async with await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as owner:
        await owner.execute(
            "alter table quota drop constraint a_channel_takes_no_more_than_its_quota"
        )
    await region.rule(db, horizon_days=60, quotas={"portal": 20})
    await schedules.open_days(db, now=NOW, first=LATER, last=LATER)
    free = [it for it in await region.free(db, "therapist") if it.starts_at.date() == LATER]
    who = await crowd(db, 12)
    answers = await at_once(
        wide_pool, *(booking(one, it.slot_id) for one, it in zip(who, free, strict=False))
    )
    assert answers["done"] > 4


async def test_two_families_want_crossing_pairs_and_nobody_is_torn_apart(
    db: Connection, wide_pool: Pool
) -> None:
    four = await crowd(db, 4)
    for holder, whom in ((0, 1), (2, 3), (1, 0)):
        await links.let(db, four[whom][0], four[holder][0])
    slots = [it.slot_id for it in (await region.free(db, "therapist"))[:3]]

    def together(one: tuple[Account, Patient], two: Patient, first: UUID, second: UUID) -> Act:
        wishes = [
            Wish(NOW, actor(one[0]), who, it, CHANNEL)
            for who, it in ((one[1], first), (two, second))
        ]
        return lambda own: families.book_together(own, wishes[0], wishes[1], uuid4())

    for _ in range(ROUNDS):
        answers = await at_once(
            wide_pool,
            together(four[0], four[1][1], slots[0], slots[1]),
            together(four[2], four[3][1], slots[1], slots[2]),
            together(four[1], four[0][1], slots[1], slots[2]),
        )
        assert answers["done"] == 1
        assert await value(db, "select count(*) from appointment where state = 'booked'") == 2
        await check_counts(db)
        await _clear(db)


async def test_an_accounts_limit_for_declared_children_holds_at_once(
    db: Connection, wide_pool: Pool
) -> None:
    await region.rule(db, max_coming_declared=1)
    oleg = await people.account(db, "Олег")
    children = [
        await patient(
            db,
            oleg,
            (await people.relative(db, oleg, first_name=name, policy_number=policy)).person_id,
        )
        for name, policy in (
            ("Иван", "1234567891234561"),
            ("Лев", "1234567891234562"),
            ("Ян", "1234567891234563"),
        )
    ]
    slots = await region.free(db)
    answers = await at_once(
        wide_pool,
        *(booking((oleg, it), slot.slot_id) for it, slot in zip(children, slots, strict=False)),
    )
    assert answers == {"done": 1, "TooManyComing": 2}


async def _clear(db: Connection) -> None:
    for table in ("outbox", "idempotency_key", "appointment"):
        await db.execute(f"delete from {table}")  # type: ignore[call-overload]
    await execute(db, "update slot set taken = 0, blocked = null where taken > 0 or blocked <> ''")
    await execute(db, "update quota set taken = 0")
