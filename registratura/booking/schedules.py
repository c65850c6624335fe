"""From a doctor's template to sessions and slots: the opening of days."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from registratura import db as database
from registratura.booking.model import Rules
from registratura.db import Connection


@dataclass(frozen=True)
class Opened:
    """How much an opening of days has added."""

    sessions: int
    slots: int


async def open_days(db: Connection, *, now: datetime, first: date, last: date) -> Opened:
    """Turn templates into sessions and slots for every day from `first` to `last`, inclusive.

    A day that is open stays as it is, so running it again adds only what is missing. A template
    whose hours meet a session already there is left out for that day. Times are the clinic's own.
    Raises `ValueError` where `last` is before `first` or over a year away.
    """
    if not 0 <= (last - first).days <= 366:
        raise ValueError(f"last: {last} is not within a year after {first}")
    async with db.transaction():
        return await database.one(
            db,
            Opened,
            """
            with opened as (
                insert into session (template_id, post_id, room_id, day, starts_at, ends_at)
                select template.id, template.post_id, template.room_id, day::date,
                       (day::date + template.starts) at time zone organisation.zone,
                       (day::date + template.ends) at time zone organisation.zone
                from generate_series(%(first)s::timestamp, %(last)s::timestamp, '1 day') as day
                join schedule_template as template
                     on template.weekday = extract(isodow from day)
                    and template.valid_from <= day::date
                    and (template.valid_to is null or day::date < template.valid_to)
                    and (template.weeks = 'all'
                         or (template.weeks = 'odd') = (mod(extract(week from day)::int, 2) = 1))
                join post on post.id = template.post_id
                join department on department.id = post.department_id
                join organisation on organisation.id = department.organisation_id
                order by day, template.code
                on conflict do nothing
                returning id, template_id, post_id, room_id, starts_at, ends_at
            ), added as (
                insert into slot (session_id, post_id, department_id, position_id, room_id,
                                  starts_at, ends_at, kind, channels, seats, opens_at)
                select opened.id, opened.post_id, post.department_id, post.position_id,
                       opened.room_id, begin.at, begin.at + visit.length, template.kind,
                       template.channels, template.seats, %(now)s
                from opened
                join schedule_template as template on template.id = opened.template_id
                join post on post.id = opened.post_id
                cross join lateral (select make_interval(mins => template.minutes)) as visit(length)
                cross join lateral generate_series(
                    opened.starts_at, opened.ends_at - visit.length, visit.length
                ) as begin(at)
                returning 1
            )
            select (select count(*) from opened)::int as sessions,
                   (select count(*) from added)::int as slots
            """,
            first=first,
            last=last,
            now=now,
        )


async def open_to_horizon(db: Connection, *, now: datetime, today: date) -> Opened:
    """Open every day from today to the end of the region's horizon and one more."""
    merged = await database.value(db, "select rules from region")
    horizon = Rules.resolve(merged).horizon_days
    return await open_days(db, now=now, first=today, last=today + timedelta(days=horizon + 1))
