"""Joining crossed by booking and by other joinings: nothing is left on a closed card."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import pytest

from registratura.booking.refusals import CardClosed
from registratura.db import Connection, Pool, open_pool, rows, value
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura.people.refusals import CardJoined
from tests.given import people, region
from tests.given.cards import check_promises, join, mistyped, whose
from tests.given.people import NOW
from tests.given.visits import book


@dataclass(frozen=True)
class _Step:
    """A joined card, and where the card it was joined into leads on."""

    id: UUID
    beyond: UUID | None


@pytest.fixture
async def petya(db: Connection, maria: Account) -> Patient:
    """Пётр once more, with a slip, of the same account."""
    return await mistyped(db, maria)


@pytest.fixture
async def wide_pool(database_url: str) -> Any:
    pool = await open_pool(database_url, least=8, most=12, wait=30)
    yield pool
    await pool.close()


async def test_a_booking_crossed_by_a_joining_is_on_the_winning_card_or_refused(
    db: Connection, wide_pool: Pool
) -> None:
    answers = set()
    times = await region.free(db, "ent")
    for turn in range(12):
        owner = await people.account(
            db, people.Profile(**{**vars(people.OLEG), "oid": 7000 + turn, "snils": None})
        )
        twin = await mistyped(
            db, owner, first_name=f"Петя{'а' * turn}", policy_number=f"12345678912{turn:05d}"
        )
        into = await people.card(db)

        async def booking(owner: Account = owner, twin: Patient = twin, turn: int = turn) -> str:
            await asyncio.sleep(0.001 * (turn % 6))
            async with wide_pool.connection() as own:
                try:
                    await book(own, owner, twin, times[turn].slot_id)
                except CardClosed:
                    return "refused"
                return "booked"

        async def joined(twin: Patient = twin, into: UUID = into, turn: int = turn) -> str:
            await asyncio.sleep(0.001 * (5 - turn % 6))
            async with wide_pool.connection() as own:
                await join(own, twin, into)
            return "joined"

        answers |= set(await asyncio.gather(booking(), joined()))
        on = "select count(*) from appointment where live and patient_id = %(card)s"
        assert await value(db, on, card=twin.person_id) == 0
    assert {"joined"} < answers
    await check_promises(db)


async def test_while_cards_are_joined_a_booking_of_the_losing_one_waits_and_is_refused(
    db: Connection, wide_pool: Pool, maria: Account, petr: Patient, petya: Patient
) -> None:
    slot = (await region.free(db))[0].slot_id
    async with wide_pool.connection() as other:
        async with db.transaction():
            await join(db, petya, petr)
            booking = asyncio.create_task(book(other, maria, petya, slot))
            await asyncio.sleep(0.3)
            assert not booking.done()
        with pytest.raises(CardClosed):
            await booking


async def test_without_the_patients_lock_a_visit_would_be_left_on_the_closed_card(
    db: Connection, database_url: str, maria: Account, petr: Patient, petya: Patient
) -> None:
    """The control: a booking that does not lock its patient slips past the joining."""
    slot = (await region.free(db))[0].slot_id
    async with await psycopg.AsyncConnection.connect(database_url) as rogue:
        visit = await value(
            rogue,
            """
            insert into appointment (slot_id, patient_id, post_id, department_id, position_id,
                                     room_id, starts_at, ends_at, state, channel, booked_at)
            select id, %(patient)s, post_id, department_id, position_id, room_id, starts_at,
                   ends_at, 'booked', 'portal', %(now)s
            from slot where id = %(slot)s returning id
            """,
            patient=petya.person_id,
            slot=slot,
            now=NOW,
        )
        await join(db, petya, petr)
    assert await whose(db, visit) == petya.person_id


async def test_joinings_of_three_cards_in_a_ring_end_in_one_card_each(
    db: Connection, wide_pool: Pool, maria: Account
) -> None:
    for turn in range(6):
        cards = [
            (
                await mistyped(
                    db,
                    await people.account(
                        db,
                        people.Profile(
                            **{**vars(people.OLEG), "oid": 7100 + turn * 3 + it, "snils": None}
                        ),
                    ),
                    first_name=f"Петя{'а' * it}",
                    policy_number=f"1234567893{turn:03d}{it:03d}",
                )
            ).person_id
            for it in range(3)
        ]

        async def one(losing: UUID, into: UUID) -> str:
            async with wide_pool.connection() as own:
                try:
                    await join(own, losing, into)
                except CardJoined:
                    return "refused"
                return "joined"

        ring = [(cards[it], cards[(it + 1) % 3]) for it in range(3)]
        answers = await asyncio.gather(*(one(*pair) for pair in ring))
        assert answers.count("joined") == 2
        steps = await rows(
            db,
            _Step,
            """
            select person.id, target.joined_into as beyond
            from person join person as target on target.id = person.joined_into
            where person.id = any(%(cards)s)
            """,
            cards=cards,
        )
        assert [it.beyond for it in steps] == [None, None]
