"""Races on real connections: one wins; with the wall taken away the race is seen to be real."""

import asyncio
from collections import Counter
from datetime import date
from uuid import UUID, uuid4

import psycopg
import pytest

from registratura.booking import cancellation
from registratura.booking.refusals import Refusal
from registratura.db import Connection, Pool, execute, open_pool, value
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import people, region
from tests.given.visits import actor, book, patient

CROWD = 50


async def crowd(db: Connection) -> list[tuple[Account, Patient]]:
    """Fifty adults who want the same."""
    found = []
    for number in range(CROWD):
        profile = people.Profile(
            **{
                **vars(people.MARIA),
                "oid": 5000 + number,
                "snils": None,
                "birth_date": date(1980, 1, 1 + number % 28),
                "policy_number": None,
            }
        )
        account = await people.account(db, profile)
        found.append((account, await patient(db, account)))
    return found


async def rush(pool: Pool, wishes: list[tuple[Account, Patient, UUID, UUID]]) -> Counter[str]:
    """All at once; how many got which answer."""

    async def one(account: Account, whom: Patient, slot_id: UUID, key: UUID) -> str:
        async with pool.connection() as own:
            try:
                await book(own, account, whom, slot_id, key=key)
            except Refusal as refusal:
                return type(refusal).__name__
            return "booked"

    return Counter(await asyncio.gather(*(one(*wish) for wish in wishes)))


async def deadlocks(db: Connection) -> int:
    """How many the database has had to break, retried ones too."""
    await value(db, "select pg_stat_force_next_flush()")
    await asyncio.sleep(1.1)  # a connection tells its counts once a second
    count: int = await value(
        db, "select deadlocks from pg_stat_database where datname = current_database()"
    )
    return count


@pytest.fixture
async def wide_pool(database_url: str) -> object:
    pool = await open_pool(database_url, least=10, most=CROWD, wait=30)
    yield pool
    await pool.close()


async def test_fifty_book_one_slot_and_one_wins(db: Connection, wide_pool: Pool) -> None:
    slot = (await region.free(db, "therapist"))[0].slot_id
    wishes = [(account, whom, slot, uuid4()) for account, whom in await crowd(db)]
    assert await rush(wide_pool, wishes) == {"booked": 1, "SlotTaken": CROWD - 1}
    assert await value(db, "select taken from slot where id = %(slot)s", slot=slot) == 1
    assert await deadlocks(db) == 0


async def test_without_its_constraints_the_seat_is_sold_many_times(
    db: Connection, owner_url: str, wide_pool: Pool
) -> None:
    async with await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as owner:
        await owner.execute("drop index a_seat_is_given_once")
        await owner.execute("alter table slot drop constraint a_slot_has_no_more_visits_than_seats")
    slot = (await region.free(db, "therapist"))[0].slot_id
    wishes = [(account, whom, slot, uuid4()) for account, whom in await crowd(db)]
    assert (await rush(wide_pool, wishes))["booked"] > 1


async def two_clinics_at_one_time(
    db: Connection, pool: Pool, rounds: int
) -> list[tuple[int, set[str]]]:
    """Пётр is wanted in two clinics at one time, five times in each: how many won, who else."""
    maria = await people.account(db)
    link = await people.relative(db, maria)
    petr = await patient(db, maria, link.person_id)
    here, there = await region.free(db, "ent"), await region.free(db, "far-paediatrician")
    found = []
    for one, other in list(zip(here, there, strict=False))[:rounds]:
        assert one.starts_at == other.starts_at
        slots = (one.slot_id, other.slot_id)
        wishes = [(maria, petr, it, uuid4()) for it in slots for _ in range(5)]
        answers = await rush(pool, wishes)
        found.append((answers.pop("booked"), set(answers)))
        await execute(db, "update appointment set state = 'moved'")
    return found


async def test_one_patient_is_booked_into_two_clinics_at_one_time_and_one_wins(
    db: Connection, wide_pool: Pool
) -> None:
    for won, others in await two_clinics_at_one_time(db, wide_pool, 10):
        assert won == 1
        assert others <= {"SlotTaken", "PatientBusy"}


async def test_without_its_constraint_a_patient_is_in_two_places(
    db: Connection, owner_url: str, wide_pool: Pool
) -> None:
    async with await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as owner:
        await owner.execute(
            "alter table appointment drop constraint a_patient_is_in_one_place_at_a_time"
        )
    assert [won for won, _ in await two_clinics_at_one_time(db, wide_pool, 2)] == [2, 2]


async def test_the_same_form_sent_ten_times_at_once_is_one_visit(
    db: Connection, wide_pool: Pool
) -> None:
    whom = await people.account(db)
    herself = await patient(db, whom)
    slot, key = (await region.free(db, "therapist"))[0].slot_id, uuid4()
    assert await rush(wide_pool, [(whom, herself, slot, key)] * 10) == {"booked": 10}
    assert await value(db, "select count(*) from appointment") == 1


async def test_a_cancelling_sent_ten_times_at_once_succeeds_ten_times(
    db: Connection, wide_pool: Pool
) -> None:
    whom = await people.account(db)
    herself = await patient(db, whom)
    for slot in (await region.free(db, "therapist"))[:10]:
        receipt = await book(db, whom, herself, slot.slot_id)

        async def cancel(appointment_id: UUID) -> None:
            async with wide_pool.connection() as own:
                await cancellation.cancel(
                    own,
                    now=people.NOW,
                    actor=actor(whom),
                    zone=people.ZONE,
                    appointment_id=appointment_id,
                )

        await asyncio.gather(*(cancel(receipt.appointment_id) for _ in range(10)))
    assert await value(db, "select sum(taken) from slot") == 0
    told = await value(db, "select count(*) from outbox where event = 'appointment.cancelled'")
    assert told == 10


@pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
async def test_what_the_database_broke_off_is_done_again(
    db: Connection, owner_url: str, sqlstate: str
) -> None:
    async with await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as owner:
        await owner.execute(
            "create sequence tries; grant usage, select on tries to registratura_app"
        )
        await owner.execute(
            f"""
            create function break_off() returns trigger language plpgsql as $$ begin
                if nextval('tries') <= 2 then
                    raise exception 'broken off' using errcode = '{sqlstate}';
                end if;
                return new;
            end $$;
            create trigger break_off before insert on appointment
            for each row execute function break_off()
            """  # type: ignore[arg-type]
        )
    whom = await people.account(db)
    slot = (await region.free(db, "therapist"))[0].slot_id
    await book(db, whom, await patient(db, whom), slot)
    assert await value(db, "select count(*) from appointment") == 1
    assert await value(db, "select last_value from tries") == 3
