"""A day that a clinic or a doctor closes by its own word, and the taking back of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, LiteralString
from uuid import UUID

from registratura import audit
from registratura import db as database
from registratura.audit import Actor
from registratura.booking import days, days_off, doctors, schedules
from registratura.booking.schedules import OpenTime
from registratura.db import Connection, retried
from registratura.directory import departments
from registratura.refusal import Refusal


class DayNotClosed(Refusal):
    """Neither the clinic nor the doctor closed that day. Parameter: day."""

    code: ClassVar[str] = "day_not_closed"
    words: ClassVar[str] = "День {day:%d.%m.%Y} не закрыт: открывать нечего"


@dataclass(frozen=True)
class Whose:
    """Whose day it is: a clinic's, or one doctor's; and the zone of its days."""

    zone: str
    post_id: UUID | None = None
    department_id: UUID | None = None

    @property
    def ids(self) -> dict[str, UUID | None]:
        """The two, one of which is None, as the statements are asked with them."""
        return {"post_id": self.post_id, "department_id": self.department_id}

    def event(self, verb: str) -> str:
        """The kind of the event."""
        return f"{'doctor' if self.post_id else 'clinic'}_day.{verb}"


async def of_doctor(db: Connection, post_id: UUID, *, now: datetime) -> Whose:
    """A doctor's day. Refuses with `PostUnknown`."""
    return Whose((await doctors.get(db, post_id, now=now)).zone, post_id=post_id)


async def of_clinic(db: Connection, department_id: UUID) -> Whose:
    """A clinic's day. Refuses with `DepartmentUnknown`."""
    return Whose((await departments.get(db, department_id)).zone, department_id=department_id)


@retried
async def close(
    db: Connection, whose: Whose, *, now: datetime, actor: Actor, day: date, reason: str
) -> None:
    """Nobody is received on that day from here on; visits that stand on it are left.

    `withdrawals` cancels those; closed again, the day keeps its first reason. Refuses with
    `DayPast` and, beyond the horizon of the opening of days, `DayTooFar`. Raises `ValueError` for
    an empty reason.
    """
    today = days.today_in(whose.zone, now)
    if not reason.strip():
        raise ValueError("reason: empty")
    days.check(day, today=today, latest=await schedules.get_last_day(db, today))
    async with db.transaction():
        await days_off.lock(db)
        if await database.value(db, _CLOSE, day=day, reason=reason.strip(), **whose.ids):
            await _record(db, whose, "closed", now, actor, {"day": day, "reason": reason.strip()})
        await days_off.settle(db, now=now, first=day, last=day, **whose.ids)


@retried
async def open_clinic_day(
    db: Connection, *, now: datetime, actor: Actor, department_id: UUID, day: date
) -> list[OpenTime]:
    """The clinic receives on that day after all; what is free on it again, by doctor.

    Ends the clinic's own closing; on a day off of the region or the organisation, this clinic
    receives in spite of it. Absences and days that a doctor closed stay. Visits that were cancelled
    stay so, and those that were moved stay where they are. Refuses with `DepartmentUnknown`,
    `DayPast`, `DayTooFar` and, where neither closed the day, `DayNotClosed`.
    """
    whose = await of_clinic(db, department_id)
    return await _open(db, whose, now, actor, day)


@retried
async def open_doctor_day(
    db: Connection, *, now: datetime, actor: Actor, post_id: UUID, day: date
) -> list[OpenTime]:
    """The doctor receives on that day after all, as `open_clinic_day` says of a clinic.

    What closes the day for another reason closes it still: `absences.end` takes back an absence.
    Refuses with `PostUnknown`, `DayPast`, `DayTooFar`, `DayNotClosed`.
    """
    whose = await of_doctor(db, post_id, now=now)
    return await _open(db, whose, now, actor, day)


async def _open(
    db: Connection, whose: Whose, now: datetime, actor: Actor, day: date
) -> list[OpenTime]:
    today = days.today_in(whose.zone, now)
    days.check(day, today=today, latest=await schedules.get_last_day(db, today))
    async with db.transaction():
        await days_off.lock(db)
        closed = await database.value(db, _REOPEN, day=day, **whose.ids)
        in_spite = await database.value(db, _RECEIVE, day=day, **whose.ids)
        if closed is None and in_spite is None:
            raise DayNotClosed(day=day)
        about = {"day": day, "closed_for": closed, "in_spite_of": in_spite}
        await _record(db, whose, "opened", now, actor, about)
        return await schedules.reopen(
            db, now=now, zone=whose.zone, first=day, last=day, **whose.ids
        )


async def _record(
    db: Connection,
    whose: Whose,
    verb: str,
    now: datetime,
    actor: Actor,
    after: dict[str, object],
) -> None:
    await audit.record(
        db,
        now=now,
        kind=whose.event(verb),
        actor=actor,
        subject_id=whose.post_id or whose.department_id,
        after=after,
    )


_CLOSE: LiteralString = """
    insert into day_change (department_id, post_id, day, reason)
    values (%(department_id)s, %(post_id)s, %(day)s, %(reason)s)
    on conflict on constraint a_day_is_changed_once
        do update set receives = false, reason = excluded.reason where day_change.receives
    returning id
"""

_REOPEN: LiteralString = """
    delete from day_change
    where day = %(day)s and not receives
      and (department_id = %(department_id)s::uuid or post_id = %(post_id)s::uuid)
    returning reason
"""

# A clinic that was closed on a day off and is opened receives in spite of the day off too.
_RECEIVE: LiteralString = """
    with day_off as (
        select holiday.name from holiday
        join department on department.id = %(department_id)s::uuid
        where day = %(day)s and coalesce(holiday.organisation_id = department.organisation_id, true)
        order by holiday.organisation_id nulls last limit 1
    ), receiving as (
        insert into day_change (department_id, day, receives)
        select %(department_id)s::uuid, %(day)s, true from day_off
        on conflict on constraint a_day_is_changed_once do nothing
        returning id
    )
    select name from day_off, receiving
"""
