"""From a doctor's template to sessions and slots: the opening of days, and the days off."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from registratura import db as database
from registratura.booking import days, days_off
from registratura.booking.days_off import DAY_OFF
from registratura.booking.model import KIND_CHANNELS
from registratura.booking.rulebook import Rules
from registratura.db import Connection, retried
from registratura.db.filling import filling


@dataclass(frozen=True)
class Opened:
    """How much an opening of days has added."""

    sessions: int
    slots: int


@retried
async def open_days(
    db: Connection,
    *,
    now: datetime,
    first: date,
    last: date,
    post_id: UUID | None = None,
    department_id: UUID | None = None,
) -> Opened:
    """Turn templates into sessions and slots for every day from `first` to `last`, inclusive.

    A day that is open stays as it is, so running it again adds only what is missing. Nothing opens
    where `days_off` closes the day; a template whose hours meet a session already there is left out
    for that day. A slot's channels are those of its template that its kind allows. Quotas are per
    cent of the session's seats, rounded up. Times are the clinic's own. Of one post or department
    where it is named.
    Raises `ValueError` where `last` is before `first` or over a year away.
    """
    if not 0 <= (last - first).days <= 366:
        raise ValueError(f"last: {last} is not within a year after {first}")
    async with db.transaction():
        await days_off.lock(db)
        return await database.one(
            db,
            Opened,
            _OPEN,
            first=first,
            last=last,
            post=post_id,
            department=department_id,
            now=now,
            kinds=json.dumps(KIND_CHANNELS),
            release_hours=Rules().quota_release_hours,
        )


async def open_to_horizon(db: Connection, *, now: datetime, today: date) -> Opened:
    """Open every day from today to the end of the farthest horizon and one more.

    The first days of a region are opened sooner by the tables' owner (`db/filling.py`).
    """
    last = await get_last_day(db, today)
    async with filling(db, "slot"):
        return await open_days(db, now=now, first=today, last=last)


async def get_last_day(db: Connection, today: date) -> date:
    """The last day that is open today, or will be when the worker comes next."""
    found = await database.rows(
        db,
        _Set,
        """
        select true as of_region, rules from region
        union all select false, rules from organisation
        union all select false, rules from department
        union all select false, rules from position
        union all select false, rules from post
        """,
    )
    horizons = []
    for one in found:  # what is not set below the region is the region's
        its = vars(Rules.resolve(one.rules)) if one.of_region else one.rules
        horizons += [its.get("horizon_days", 0), *its.get("horizons", {}).values()]
    return today + timedelta(days=max(horizons) + 1)


@dataclass(frozen=True)
class OpenTime:
    """A time that is free again, of a doctor or a room; `zone` is the clinic's."""

    slot_id: UUID
    doctor: str
    starts_at: datetime
    zone: str


async def reopen(
    db: Connection,
    *,
    now: datetime,
    zone: str,
    first: date,
    last: date,
    post_id: UUID | None = None,
    department_id: UUID | None = None,
) -> list[OpenTime]:
    """What the days have free, after something that closed them has ended: by doctor, in order.

    Slots are unblocked that nothing else blocks; days that have not been opened so far are, up to
    the horizon. In the caller's transaction, behind `days_off.lock`.
    """
    whose = {"post_id": post_id, "department_id": department_id}
    opened_to = min(last, await get_last_day(db, days.today_in(zone, now)))
    if first <= opened_to:
        await open_days(db, now=now, first=first, last=opened_to, **whose)
    await days_off.settle(db, now=now, first=first, last=last, **whose)
    return await database.rows(db, OpenTime, _FREE_AGAIN, now=now, first=first, last=last, **whose)


@dataclass(frozen=True)
class _Set:
    of_region: bool
    rules: dict[str, Any]


_OPEN: LiteralString = (
    """
    with opened as (
        insert into session (template_id, post_id, room_id, day, starts_at, ends_at)
        select template.id, template.post_id, template.room_id, opening.day::date,
               (opening.day::date + template.starts) at time zone organisation.zone,
               (opening.day::date + template.ends) at time zone organisation.zone
        from generate_series(%(first)s::timestamp, %(last)s::timestamp, '1 day') as opening(day)
        join schedule_template as template
             on template.weekday = extract(isodow from opening.day)
            and template.valid_from <= opening.day::date
            and (template.valid_to is null or opening.day::date < template.valid_to)
            and (template.weeks = 'all'
                 or (template.weeks = 'odd') = (mod(extract(week from opening.day)::int, 2) = 1))
        join post on post.id = template.post_id
        join department on department.id = post.department_id
        join organisation on organisation.id = department.organisation_id
        cross join lateral (
            select post.id as post_id, department.id as department_id,
                   organisation.id as organisation_id, opening.day::date as day
        ) as its
        where not exists (
    """
    + DAY_OFF
    + """
        )
          and (%(post)s::uuid is null or post.id = %(post)s)
          and (%(department)s::uuid is null or department.id = %(department)s)
        order by opening.day, template.code
        on conflict do nothing
        returning id, template_id, post_id, room_id, starts_at, ends_at
    ), added as (
        insert into slot (session_id, post_id, department_id, position_id, room_id,
                          starts_at, ends_at, kind, channels, seats, opens_at)
        select opened.id, opened.post_id, post.department_id, post.position_id,
               opened.room_id, begin.at, begin.at + visit.length, template.kind,
               array(select channel from unnest(template.channels) as channel
                     where %(kinds)s::jsonb -> template.kind ? channel),
               template.seats, %(now)s
        from opened
        join schedule_template as template on template.id = opened.template_id
        join post on post.id = opened.post_id
        cross join lateral (select make_interval(mins => template.minutes)) as visit(length)
        cross join lateral generate_series(
            opened.starts_at, opened.ends_at - visit.length, visit.length
        ) as begin(at)
        returning session_id, seats
    ), shared as (
        insert into quota (session_id, channel, quota, released_at)
        select opened.id, share.channel, ceil(places.seats * share.per_cent::int / 100.0),
               opened.starts_at - make_interval(
                   hours => coalesce((rules.merged ->> 'quota_release_hours')::int,
                                     %(release_hours)s))
        from opened
        join (select session_id, sum(seats) as seats from added group by session_id) as places
             on places.session_id = opened.id
        join post on post.id = opened.post_id
        join position on position.id = post.position_id
        join department on department.id = post.department_id
        join organisation on organisation.id = department.organisation_id
        cross join region
        cross join lateral (
            select region.rules || organisation.rules || department.rules || position.rules
                       || post.rules
        ) as rules(merged)
        cross join lateral jsonb_each_text(rules.merged -> 'quotas') as share(channel, per_cent)
    )
    select (select count(*) from opened)::int as sessions,
           (select count(*) from added)::int as slots
"""
)

_FREE_AGAIN: LiteralString = """
    select slot.id as slot_id, slot.starts_at, organisation.zone,
           concat_ws(', ',
               coalesce(nullif(concat_ws(' ', practitioner.last_name, practitioner.first_name,
                                         practitioner.middle_name), ''),
                        room.name, 'кабинет ' || room.number),
               position.name) as doctor
    from slot
    join post on post.id = slot.post_id
    join position on position.id = slot.position_id
    join room on room.id = slot.room_id
    join department on department.id = slot.department_id
    join organisation on organisation.id = department.organisation_id
    left join practitioner on practitioner.id = post.practitioner_id
    where slot.starts_at > %(now)s and slot.blocked is null and slot.taken < slot.seats
      and (slot.starts_at at time zone organisation.zone)::date between %(first)s and %(last)s
      and (%(post_id)s::uuid is null or slot.post_id = %(post_id)s)
      and (%(department_id)s::uuid is null or slot.department_id = %(department_id)s)
    order by doctor, slot.starts_at, slot.id
"""
