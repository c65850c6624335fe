"""What closes a day: a clinic's or a doctor's own word, an absence, a day off; its mark on slots.

A slot's block is computed from what closes its day, so it ends with the last of them. A block that
none of them made (`blocked_by` is null) is left alone.
"""

from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

from registratura import db as database
from registratura.db import Connection

# Whoever changes or reads the calendar to write slots comes one after another: else a day that is
# opened while it is being closed would keep its free times.
_ONE_AT_A_TIME = 740_005

DAY_OFF: LiteralString = """
    select source.id, source.reason
    from (
        select id, reason, 1 as place from day_change
        where not receives and day = its.day
          and (department_id = its.department_id or post_id = its.post_id)
        union all
        select id, reason, 2 from absence
        where post_id = its.post_id and its.day between first_day and last_day
        union all
        select id, name, 3 from holiday
        where holiday.day = its.day
          and (organisation_id is null or organisation_id = its.organisation_id)
          and not exists (select from day_change as opened
                          where opened.receives and opened.day = its.day
                            and opened.department_id = its.department_id)
    ) as source
    order by source.place, source.id limit 1
"""
"""Why nobody is received on `its.day` (of `its` post, department and organisation); else no row."""


async def lock(db: Connection) -> None:
    """Until the end of the transaction, nobody else changes the calendar or opens days."""
    await database.execute(db, "select pg_advisory_xact_lock(%(it)s)", it=_ONE_AT_A_TIME)


async def settle(
    db: Connection,
    *,
    now: datetime,
    post_id: UUID | None = None,
    department_id: UUID | None = None,
    first: date | None = None,
    last: date | None = None,
) -> int:
    """Bring the blocks of coming slots to what closes their days by now; how many were blocked.

    Of a post, of a department, between two days of the clinic's own zone; None does not narrow.
    Visits that stand on blocked slots stay: `booking.withdrawals` cancels those, with a new time
    proposed. In the caller's transaction, behind `lock`.
    """
    blocked: int = await database.value(
        db,
        _SETTLE,
        now=now,
        post=post_id,
        department=department_id,
        first=first,
        last=last,
    )
    return blocked


_SETTLE: LiteralString = (
    """
    with changed as (
        select slot.id, off.id as off_id, off.reason
        from slot
        join department on department.id = slot.department_id
        join organisation on organisation.id = department.organisation_id
        cross join lateral (
            select slot.post_id, slot.department_id, organisation.id as organisation_id,
                   (slot.starts_at at time zone organisation.zone)::date as day
        ) as its
        left join lateral (
    """
    + DAY_OFF
    + """
        ) as off on true
        where slot.starts_at > %(now)s
          and (%(post)s::uuid is null or slot.post_id = %(post)s)
          and (%(department)s::uuid is null or slot.department_id = %(department)s)
          and its.day between coalesce(%(first)s, '-infinity'::date)
                          and coalesce(%(last)s, 'infinity'::date)
          and (slot.blocked is null and off.id is not null
               or slot.blocked_by is not null and slot.blocked_by is distinct from off.id)
        order by slot.id
        for no key update of slot
    ), settled as (
        update slot set blocked = changed.reason, blocked_by = changed.off_id
        from changed where slot.id = changed.id
        returning slot.blocked
    )
    select count(*) filter (where blocked is not null) from settled
    """
)
