"""Days off, absences, kinds of slots, quotas: what opens, what is withdrawn, who may take it."""

from datetime import date, timedelta

import pytest

from registratura.booking import absences, cancellation, days_off, schedules
from registratura.booking.absences import Absence, AbsentAlready
from registratura.booking.model import Channel
from registratura.booking.refusals import (
    DayClosed,
    NotOpenYet,
    QuotaExhausted,
    SlotTaken,
    WrongChannel,
)
from registratura.db import Connection, execute, value
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import people, region
from tests.given.people import NOW, ZONE
from tests.given.visits import REGISTRAR, actor, book, patient

LATER = region.TODAY + timedelta(days=30)  # days that are not open yet
A_WEEK = timedelta(days=6)


async def absent(db: Connection, first: date, last: date, **otherwise: object) -> Absence:
    return await absences.record(
        db,
        now=NOW,
        actor=REGISTRAR,
        post_id=await region.post(db, "area-doctor"),
        first_day=first,
        last_day=last,
        reason="Отпуск",
        **otherwise,  # type: ignore[arg-type]
    )


async def days_of(db: Connection, post: str) -> set[date]:
    found = await value(
        db,
        """
        select array_agg(distinct session.day) from session join post on post.id = session.post_id
        where post.code = %(post)s and session.day >= %(since)s
        """,
        post=post,
        since=LATER,
    )
    return set(found or ())


async def test_nothing_opens_on_a_day_off(db: Connection) -> None:
    await execute(db, "insert into holiday (day, name) values (%(day)s, 'Праздник')", day=LATER)
    opened = await schedules.open_days(db, now=NOW, first=LATER, last=LATER)
    assert opened == schedules.Opened(0, 0)
    next_day = LATER + timedelta(days=1)
    assert (await schedules.open_days(db, now=NOW, first=LATER, last=next_day)).sessions == 9


async def test_a_day_off_of_another_organisation_is_a_working_day_here(db: Connection) -> None:
    await execute(
        db,
        """
        with other as (
            insert into organisation (code, oid, name, short_name)
            values ('other', '1.2.40.9', 'Другая больница', 'ДБ') returning id
        )
        insert into holiday (organisation_id, day, name) select id, %(day)s, 'Праздник' from other
        """,
        day=LATER,
    )
    assert (await schedules.open_days(db, now=NOW, first=LATER, last=LATER)).sessions == 9


async def test_an_absent_doctor_does_not_receive(db: Connection) -> None:
    await absent(db, LATER, LATER + timedelta(days=1))
    await schedules.open_days(db, now=NOW, first=LATER, last=LATER + A_WEEK)
    week = {LATER + timedelta(days=number) for number in range(7)}
    assert await days_of(db, "area-doctor") == week - {LATER, LATER + timedelta(days=1)}
    assert await days_of(db, "paediatrician") == week


async def test_an_absence_withdraws_the_free_places_and_leaves_the_visits(
    db: Connection, maria: Account, petr: Patient
) -> None:
    first, second = (await region.free(db))[:2]
    booked = await book(db, maria, petr, first.slot_id)
    day = first.starts_at.date()
    await absent(db, day, day)
    assert day not in {free.starts_at.date() for free in await region.free(db)}
    with pytest.raises(SlotTaken):
        await book(db, maria, petr, second.slot_id, replaces=booked.appointment_id)
    assert await value(db, "select count(*) from appointment where state = 'booked'") == 1


async def test_days_off_told_later_are_withdrawn_once(db: Connection) -> None:
    day = (await region.free(db))[0].starts_at.date()
    await execute(db, "insert into holiday (day, name) values (%(day)s, 'Карантин')", day=day)
    assert await days_off.settle(db, now=NOW) == 9 * 16
    assert await days_off.settle(db, now=NOW) == 0


async def test_two_absences_do_not_meet(db: Connection) -> None:
    await absent(db, LATER, LATER + A_WEEK)
    with pytest.raises(AbsentAlready):
        await absent(db, LATER + A_WEEK, LATER + 2 * A_WEEK)


async def test_an_absence_that_cannot_be_names_its_argument(db: Connection) -> None:
    with pytest.raises(ValueError, match="last_day"):
        await absent(db, LATER, LATER - timedelta(days=1))
    doctor = await region.post(db, "area-doctor")
    with pytest.raises(ValueError, match="substitute_id"):
        await absent(db, LATER, LATER, substitute_id=doctor)
    with pytest.raises(ValueError, match="substitute_id"):
        await absent(
            db,
            LATER,
            LATER,
            substitute_id=people.PETR and await value(db, "select id from organisation"),
        )
    assert await value(db, "select count(*) from absence") == 0


@pytest.mark.parametrize(
    ("kind", "takers"),
    [
        ("ordinary", set(Channel)),
        ("group", set(Channel)),
        ("repeat", {Channel.DESK, Channel.DOCTOR, Channel.CALL_CENTRE}),
        ("reserve", {Channel.DESK, Channel.DOCTOR}),
    ],
)
async def test_a_kind_of_time_is_given_by_those_whose_it_is(
    db: Connection, kind: str, takers: set[Channel]
) -> None:
    await execute(db, "update schedule_template set kind = %(kind)s", kind=kind)
    await schedules.open_days(db, now=NOW, first=LATER, last=LATER)
    given = await value(
        db,
        "select channels from slot where kind = %(kind)s order by starts_at desc limit 1",
        kind=kind,
    )
    assert set(given) == takers


async def test_a_reserve_is_not_sold_through_the_portal(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db))[0].slot_id
    await execute(db, "update slot set channels = '{desk,doctor}' where id = %(it)s", it=slot)
    with pytest.raises(WrongChannel):
        await book(db, maria, petr, slot)
    await book(db, maria, petr, slot, channel=Channel.DESK)


async def with_a_quota(db: Connection, **rules: object) -> None:
    """A week of sessions opened under these rules, within the horizon of the portal."""
    await region.rule(db, horizon_days=60, **rules)
    await schedules.open_days(db, now=NOW, first=LATER, last=LATER)


async def free_later(db: Connection, channel: Channel = Channel.PORTAL) -> list[region.FreeTime]:
    return [
        it for it in await region.free(db, "therapist", channel) if it.starts_at.date() == LATER
    ]


async def adults(db: Connection, count: int) -> list[tuple[Account, Patient]]:
    found = []
    for number in range(count):
        profile = people.Profile(
            **{**vars(people.OLEG), "oid": 7000 + number, "snils": None, "policy_number": None}
        )
        account = await people.account(db, profile)
        found.append((account, await patient(db, account)))
    return found


async def test_a_channel_takes_its_share_of_a_session_and_no_more(db: Connection) -> None:
    await with_a_quota(db, quotas={"portal": 10})  # of sixteen seats: two
    first, second, third = await adults(db, 3)
    free = await free_later(db)
    one = await book(db, *first, free[0].slot_id)
    await book(db, *second, free[1].slot_id)
    assert await free_later(db) == []
    with pytest.raises(QuotaExhausted):
        await book(db, *third, free[2].slot_id)
    assert len(await free_later(db, Channel.DESK)) == 14  # a channel without a quota has no limit
    await cancellation.cancel(
        db, now=NOW, actor=actor(first[0]), zone=ZONE, appointment_id=one.appointment_id
    )
    assert len(await free_later(db)) == 15
    await book(db, *third, free[2].slot_id)


async def test_an_unused_quota_is_released_before_the_visit(db: Connection) -> None:
    await with_a_quota(db, quotas={"desk": 0, "portal": 10}, quota_release_hours=24)
    free = await free_later(db)
    crowd = await adults(db, 3)
    for who, slot in zip(crowd[:2], free, strict=False):
        await book(db, *who, slot.slot_id)
    almost = free[0].starts_at - timedelta(hours=24, minutes=1)
    with pytest.raises(QuotaExhausted):
        await book(db, *crowd[2], free[2].slot_id, now=almost)
    await book(db, *crowd[2], free[2].slot_id, now=almost + timedelta(minutes=2))
    assert await value(db, "select taken from quota where channel = 'portal' and taken > 0") == 3


async def test_a_move_within_a_session_needs_no_second_place_of_the_quota(db: Connection) -> None:
    await with_a_quota(db, quotas={"portal": 1})  # one seat, rounded up
    [who] = await adults(db, 1)
    free = await free_later(db)
    first = await book(db, *who, free[0].slot_id)
    await book(db, *who, free[1].slot_id, replaces=first.appointment_id)
    assert await value(db, "select max(taken) from quota") == 1


async def test_a_day_beyond_the_horizon_says_when_it_opens(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db))[-1]
    await region.rule(db, "department", "child", horizon_days=3, opening_time="08:30")
    assert max(it.starts_at for it in await region.free(db)).date() == date(2026, 11, 28)
    with pytest.raises(NotOpenYet, match=r"06\.12\.2026 в 08:30"):
        await book(db, maria, petr, slot.slot_id)


async def test_a_cut_off_closes_the_day_to_patients_and_not_to_the_desk(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db))[0]
    assert slot.starts_at.date() == region.TODAY + timedelta(days=1)
    await region.rule(db, "position", "59", tomorrow_until="12:00")
    assert (await region.free(db))[0].starts_at.date() == region.TODAY + timedelta(days=2)
    with pytest.raises(DayClosed, match="484"):
        await book(db, maria, petr, slot.slot_id)
    await book(db, maria, petr, slot.slot_id, channel=Channel.DESK)


async def test_a_room_without_a_doctor_is_booked_like_one(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await execute(
        db,
        """
        with ecg as (
            insert into post (code, position_id, department_id, room_id)
            select 'ecg', 53, department_id, room_id from post where code = 'ultrasound'
            returning id, room_id
        )
        insert into schedule_template (code, post_id, room_id, weekday, starts, ends, minutes,
                                       valid_from)
        select 'ecg', id, room_id, 4, '15:00', '16:00', 20, '2026-01-01' from ecg
        """,
    )
    await region.open_days(db)
    free = await region.free(db, "ecg")
    assert len(free) == 3 * 2  # two Thursdays
    await book(db, maria, petr, free[0].slot_id)


async def test_a_group_takes_as_many_as_it_has_seats(db: Connection) -> None:
    await execute(db, "update schedule_template set kind = 'group', seats = 3")
    await schedules.open_days(db, now=NOW, first=LATER, last=LATER)
    await region.rule(db, horizon_days=60)
    slot = (await free_later(db))[0]
    *three, late = await adults(db, 4)
    for who in three:
        await book(db, *who, slot.slot_id)
    with pytest.raises(SlotTaken):
        await book(db, *late, slot.slot_id)
    assert await value(db, "select array_agg(seat order by seat) from appointment") == [1, 2, 3]
