"""Absences: a doctor does not receive for some days; a substitute may stand in for him."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import psycopg

from registratura import audit
from registratura import db as database
from registratura.audit import Actor
from registratura.booking import schedules
from registratura.booking.model import check_moment
from registratura.db import Connection, retried
from registratura.refusal import Refusal


class AbsentAlready(Refusal):
    """The days meet another absence of the same doctor."""

    code = "absent_already"
    words = "На эти дни отсутствие этого врача уже записано"


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

    `withdrawals.cancel_doctor_day` moves those to other times. Refuses with `AbsentAlready` where
    the days meet another absence. Raises `ValueError` for days in the wrong order, a substitute
    who is the absent one, or a post that nobody has.
    """
    check_moment(now)
    if first_day > last_day:
        raise ValueError(f"last_day: {last_day} is before {first_day}")
    if substitute_id == post_id:
        raise ValueError("substitute_id: the absent doctor himself")
    async with db.transaction():
        made = await _insert(
            db, Absence(post_id, post_id, first_day, last_day, reason, substitute_id)
        )
        await audit.record(
            db,
            now=now,
            kind="absence.recorded",
            actor=actor,
            subject_id=made.id,
            after={"post_id": post_id, "first_day": first_day, "last_day": last_day},
        )
        await schedules.block_days_off(db, now=now)
    return made


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
    except psycopg.errors.ForeignKeyViolation:
        raise ValueError("post_id or substitute_id: nobody has this post") from None
