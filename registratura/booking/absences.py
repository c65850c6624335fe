"""Absences: a doctor does not receive for some days; a substitute may stand in for him."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import LiteralString
from uuid import UUID

import psycopg

from registratura import audit
from registratura import db as database
from registratura.audit import Actor
from registratura.booking import days, days_off, doctors, schedules
from registratura.booking.schedules import OpenTime
from registratura.db import Connection, retried
from registratura.refusal import Refusal


class AbsentAlready(Refusal):
    """The days meet another absence of the same doctor."""

    code = "absent_already"
    words = "На эти дни отсутствие этого врача уже записано"


class SubstituteUnfit(Refusal):
    """The substitute has another position than the absent doctor."""

    code = "substitute_unfit"
    words = "Замещать может врач той же должности"


class NotAbsent(Refusal):
    """No absence of the doctor covers that day. Parameter: day."""

    code = "not_absent"
    words = "На {day:%d.%m.%Y} отсутствие этого врача не записано"


@dataclass(frozen=True)
class Absence:
    """From the first day to the last, both inclusive, in the clinic's own zone."""

    id: UUID
    post_id: UUID
    first_day: date
    last_day: date
    reason: str
    substitute_id: UUID | None


@retried
async def record(
    db: Connection,
    *,
    now: datetime,
    actor: Actor,
    post_id: UUID,
    first_day: date,
    last_day: date,
    reason: str,
    substitute_id: UUID | None = None,
) -> Absence:
    """Write the absence down and withdraw the free places of its days; visits stay as they are.

    `withdrawals.cancel_doctor_day` moves those to other times; `end` takes the absence back. At
    most a year long, beginning within a year, something of it still ahead. Refuses with `DayPast`,
    `DayTooFar`, `TooManyDays`, `PostUnknown`, `SubstituteUnfit`, and with `AbsentAlready` where the
    days meet another absence. Raises `ValueError` for days in the wrong order, an empty reason, a
    substitute who is the absent one or whose post nobody has.
    """
    doctor = await doctors.get(db, post_id, now=now)
    days.check_span(first_day, last_day, today=days.today_in(doctor.zone, now))
    if not reason.strip():
        raise ValueError("reason: empty")
    if substitute_id == post_id:
        raise ValueError("substitute_id: the absent doctor himself")
    await _check_substitute(db, doctor.position_id, substitute_id, now)
    asked = Absence(post_id, post_id, first_day, last_day, reason.strip(), substitute_id)
    async with db.transaction():
        await days_off.lock(db)
        made = await _insert(db, asked)
        await _tell(db, "absence.recorded", now, actor, made.id, None, made)
        await days_off.settle(db, now=now, post_id=post_id, first=first_day, last=last_day)
    return made


@retried
async def end(
    db: Connection, *, now: datetime, actor: Actor, post_id: UUID, day: date
) -> list[OpenTime]:
    """The doctor receives again from `day` on: the absence that covers it ends the day before.

    Named by its first day, it is taken back wholly. What is free again, in order of time: times
    that nothing else blocks, and days that had not been opened for its sake. Visits that were
    moved or cancelled stay so. Refuses with `PostUnknown`, `DayPast`, `NotAbsent`.
    """
    doctor = await doctors.get(db, post_id, now=now)
    if day < days.today_in(doctor.zone, now):
        raise days.DayPast(day=day)
    async with db.transaction():
        await days_off.lock(db)
        before = await database.find(db, Absence, _FIND, post=post_id, day=day)
        if before is None:
            raise NotAbsent(day=day)
        left = await _end_before(db, before, day)
        await _tell(db, "absence.ended", now, actor, before.id, before, left)
        return await schedules.reopen(
            db, now=now, zone=doctor.zone, first=day, last=before.last_day, post_id=post_id
        )


_FIND: LiteralString = """
    select id, post_id, first_day, last_day, reason, substitute_id from absence
    where post_id = %(post)s and %(day)s between first_day and last_day
"""


async def _end_before(db: Connection, absence: Absence, day: date) -> Absence | None:
    """What is left of it: None where it begins on that day."""
    if absence.first_day == day:
        await database.execute(db, "delete from absence where id = %(it)s", it=absence.id)
        return None
    return await database.one(
        db,
        Absence,
        """
        update absence set last_day = %(last)s where id = %(it)s
        returning id, post_id, first_day, last_day, reason, substitute_id
        """,
        it=absence.id,
        last=day - timedelta(days=1),
    )


async def _check_substitute(
    db: Connection, position_id: int, substitute_id: UUID | None, now: datetime
) -> None:
    if substitute_id is None:
        return
    try:
        substitute = await doctors.get(db, substitute_id, now=now)
    except doctors.PostUnknown:
        raise ValueError("substitute_id: nobody has this post") from None
    if substitute.position_id != position_id:
        raise SubstituteUnfit()


async def _tell(
    db: Connection,
    kind: str,
    now: datetime,
    actor: Actor,
    absence_id: UUID,
    before: Absence | None,
    after: Absence | None,
) -> None:
    await audit.record(
        db,
        now=now,
        kind=kind,
        actor=actor,
        subject_id=absence_id,
        before=vars(before) if before else None,
        after=vars(after) if after else None,
    )


async def _insert(db: Connection, absence: Absence) -> Absence:
    try:
        return await database.one(
            db,
            Absence,
            """
            insert into absence (post_id, first_day, last_day, reason, substitute_id)
            values (%(post_id)s, %(first_day)s, %(last_day)s, %(reason)s, %(substitute_id)s::uuid)
            returning id, post_id, first_day, last_day, reason, substitute_id
            """,
            **vars(absence),
        )
    except psycopg.errors.ExclusionViolation:
        raise AbsentAlready() from None
