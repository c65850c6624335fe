"""What was closed is opened again: an absence that ends, a doctor's day, a clinic's day."""

import asyncio
from datetime import date, timedelta
from uuid import UUID

import pytest

from registratura.booking import absences, day_changes, days_off, schedules, withdrawals
from registratura.booking.absences import NotAbsent
from registratura.booking.day_changes import DayNotClosed
from registratura.booking.days import DayPast
from registratura.booking.schedules import OpenTime
from registratura.db import Connection, Pool, execute, value
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import region
from tests.given.people import NOW
from tests.given.region import TODAY
from tests.given.visits import REGISTRAR, book

DAY = timedelta(days=1)
FIRST, SECOND, THIRD = TODAY + DAY, TODAY + 2 * DAY, TODAY + 3 * DAY
A_DAY = 16  # times of a doctor's day


async def absent(db: Connection, first: date, last: date) -> UUID:
    made = await absences.record(
        db,
        now=NOW,
        actor=REGISTRAR,
        post_id=await region.post(db, "area-doctor"),
        first_day=first,
        last_day=last,
        reason="Отпуск",
    )
    return made.id


async def receives_from(db: Connection, day: date) -> list[OpenTime]:
    post = await region.post(db, "area-doctor")
    return await absences.end(db, now=NOW, actor=REGISTRAR, post_id=post, day=day)


async def close(db: Connection, day: date, post: str = "area-doctor") -> int:
    done = await withdrawals.cancel_doctor_day(
        db,
        now=NOW,
        actor=REGISTRAR,
        post_id=await region.post(db, post),
        day=day,
        reason="Врач болеет",
    )
    return len(done)


async def close_clinic(db: Connection, day: date) -> None:
    await withdrawals.close_day(
        db,
        now=NOW,
        actor=REGISTRAR,
        department_id=(await region.departments(db))["child"],
        day=day,
        reason="Авария",
    )


async def open_clinic(db: Connection, day: date) -> list[OpenTime]:
    return await day_changes.open_clinic_day(
        db,
        now=NOW,
        actor=REGISTRAR,
        department_id=(await region.departments(db))["child"],
        day=day,
    )


async def open_doctor(db: Connection, day: date, post: str = "area-doctor") -> list[OpenTime]:
    return await day_changes.open_doctor_day(
        db, now=NOW, actor=REGISTRAR, post_id=await region.post(db, post), day=day
    )


async def open_days(db: Connection, post: str = "area-doctor") -> set[date]:
    return {it.starts_at.date() for it in await region.free(db, post)}


async def told(db: Connection) -> list[str]:
    found = await value(
        db,
        """
        select array_agg(kind || ' ' || coalesce(before ->> 'last_day', '') || '>'
                         || coalesce(after ->> 'last_day', after ->> 'day', '') order by id)
        from event where kind ~ '^(absence|clinic_day|doctor_day)'
        """,
    )
    return list(found)


# absences


async def test_a_doctor_who_comes_back_earlier_receives_from_that_day_on(db: Connection) -> None:
    absence = await absent(db, FIRST, THIRD)
    assert not {FIRST, SECOND, THIRD} & await open_days(db)
    found = await receives_from(db, SECOND)
    assert {it.starts_at.date() for it in found} == {SECOND, THIRD}
    assert len(found) == 2 * A_DAY
    assert found[0].doctor.endswith("Педиатр участковый")
    days = await open_days(db)
    assert FIRST not in days
    assert {SECOND, THIRD} <= days
    assert await told(db) == [f"absence.recorded >{THIRD}", f"absence.ended {THIRD}>{FIRST}"]
    assert await value(db, "select last_day from absence where id = %(it)s", it=absence) == FIRST


async def test_an_absence_named_by_its_first_day_has_never_been(db: Connection) -> None:
    await absent(db, FIRST, THIRD)
    assert len(await receives_from(db, FIRST)) == 3 * A_DAY
    assert await value(db, "select count(*) from absence") == 0
    assert await value(db, "select count(*) from slot where blocked is not null") == 0
    assert (await told(db))[-1] == f"absence.ended {THIRD}>"
    await absent(db, FIRST, THIRD)  # and may be written anew


async def test_what_is_blocked_for_another_reason_stays_blocked(db: Connection) -> None:
    await absent(db, FIRST, THIRD)
    await execute(db, "insert into holiday (day, name) values (%(day)s, 'Праздник')", day=SECOND)
    await close(db, THIRD)
    one = "select id from slot where blocked is null and post_id = %(post)s limit 1"
    post = await region.post(db, "area-doctor")
    by_hand = await value(db, one, post=post)
    await execute(db, "update slot set blocked = 'Ремонт' where id = %(it)s", it=by_hand)
    found = await receives_from(db, FIRST)
    assert {it.starts_at.date() for it in found} == {FIRST}
    reasons = await value(
        db,
        """
        select array_agg(distinct blocked order by blocked) from slot
        where post_id = %(post)s and blocked is not null
        """,
        post=post,
    )
    assert reasons == ["Врач болеет", "Праздник", "Ремонт"]


async def test_visits_that_were_moved_stay_and_those_that_stood_stand(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = next(it for it in await region.free(db) if it.starts_at.date() == FIRST)
    visit = await book(db, maria, petr, slot.slot_id)
    await absent(db, FIRST, FIRST)
    assert await close(db, FIRST) == 1
    assert await open_doctor(db, FIRST) == []  # he is absent still
    found = await receives_from(db, FIRST)
    assert slot.slot_id in {it.slot_id for it in found}
    states = "select array_agg(state order by number) from appointment"
    assert await value(db, states) == ["cancelled", "held"]
    gone = "select state from appointment where id = %(it)s"
    assert await value(db, gone, it=visit.appointment_id) == "cancelled"


async def test_a_time_with_a_visit_is_open_again_and_not_named_as_free(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = next(it for it in await region.free(db) if it.starts_at.date() == FIRST)
    await book(db, maria, petr, slot.slot_id)
    await absent(db, FIRST, FIRST)
    assert slot.slot_id not in {it.slot_id for it in await receives_from(db, FIRST)}
    assert await value(db, "select count(*) from slot where blocked is not null") == 0


async def test_days_that_were_not_opened_for_its_sake_are_opened_up_to_the_horizon(
    db: Connection,
) -> None:
    far = TODAY + 15 * DAY
    post = await region.post(db, "area-doctor")
    for what in ("quota", "slot", "session"):
        where = "session_id in (select id from session where day = %(day)s)"
        where = "day = %(day)s" if what == "session" else where
        await execute(db, f"delete from {what} where {where}", day=far)  # type: ignore[arg-type]
    await absent(db, far, far + 90 * DAY)
    assert (await schedules.open_days(db, now=NOW, first=far, last=far)).sessions == 8
    found = await receives_from(db, far)
    assert {it.starts_at.date() for it in found} == {far}
    last = await value(db, "select max(day) from session where post_id = %(post)s", post=post)
    assert last == far


async def test_only_an_absence_that_covers_the_day_ends_and_not_in_the_past(
    db: Connection,
) -> None:
    await absent(db, TODAY - DAY, FIRST)
    with pytest.raises(NotAbsent):
        await receives_from(db, SECOND)
    with pytest.raises(DayPast):
        await receives_from(db, TODAY - DAY)
    assert await told(db) == [f"absence.recorded >{FIRST}"]


# days of a doctor and of a clinic


async def test_a_doctors_day_that_was_cancelled_is_opened_again(db: Connection) -> None:
    await close(db, FIRST)
    await close(db, FIRST)  # run again: nothing new
    assert FIRST not in await open_days(db)
    assert len(await open_doctor(db, FIRST)) == A_DAY
    assert FIRST in await open_days(db)
    assert await told(db) == [f"doctor_day.closed >{FIRST}", f"doctor_day.opened >{FIRST}"]
    with pytest.raises(DayNotClosed):
        await open_doctor(db, FIRST)


async def test_a_clinics_day_is_opened_again_but_for_a_doctor_who_closed_his(
    db: Connection,
) -> None:
    await close(db, FIRST, "ent")
    await close_clinic(db, FIRST)
    found = await open_clinic(db, FIRST)
    assert len(found) == A_DAY * 5  # the clinic has six doctors
    assert FIRST not in await open_days(db, "ent")
    assert len(await open_doctor(db, FIRST, "ent")) == A_DAY
    with pytest.raises(DayNotClosed):
        await open_clinic(db, FIRST)


async def test_a_clinic_may_receive_on_a_day_off_and_only_that_clinic_does(db: Connection) -> None:
    await execute(db, "insert into holiday (day, name) values (%(day)s, 'Праздник')", day=FIRST)
    async with db.transaction():
        await days_off.lock(db)
        await days_off.settle(db, now=NOW)
    assert len(await open_clinic(db, FIRST)) == A_DAY * 6
    assert FIRST in await open_days(db)
    assert FIRST not in await open_days(db, "therapist")
    await close_clinic(db, FIRST)
    assert FIRST not in await open_days(db)
    assert len(await open_clinic(db, FIRST)) == A_DAY * 6
    assert [it.split()[0] for it in await told(db)] == [
        "clinic_day.opened",
        "clinic_day.closed",
        "clinic_day.opened",
    ]


async def test_a_day_closed_before_it_was_opened_stays_closed_when_its_turn_comes(
    db: Connection,
) -> None:
    far = TODAY + 15 * DAY
    await execute(db, "delete from slot where starts_at > %(day)s", day=far)
    await execute(db, "delete from session where day = %(day)s", day=far)
    await close_clinic(db, far)
    opened = await schedules.open_days(db, now=NOW, first=far, last=far)
    assert opened.sessions == 3  # those of other clinics
    assert len(await open_clinic(db, far)) == A_DAY * 6


async def test_a_day_that_is_opened_while_it_is_closed_keeps_no_free_time(
    db: Connection, pool: Pool
) -> None:
    far = TODAY + 15 * DAY
    for _ in range(4):
        await execute(db, "delete from slot where starts_at > %(day)s", day=far)
        await execute(db, "delete from session where day = %(day)s", day=far)
        await execute(db, "delete from day_change")

        async def closing() -> None:
            async with pool.connection() as own:
                await close_clinic(own, far)

        async def opening() -> None:
            async with pool.connection() as own:
                await schedules.open_days(own, now=NOW, first=far, last=far)

        await asyncio.gather(opening(), closing())
        free = await value(
            db,
            """
            select count(*) from slot join department on department.id = slot.department_id
            where department.code = 'child' and starts_at > %(day)s and blocked is null
            """,
            day=far,
        )
        assert free == 0
