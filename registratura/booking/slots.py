"""Free times: searched in the index of free slots, so that reads do not grow with the history."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

from registratura import db as database
from registratura.booking.refusals import SlotUnknown
from registratura.booking.windows import Window
from registratura.db import Connection

FREE: LiteralString = """
    slot.taken < slot.seats and slot.blocked is null
    and slot.starts_at > bookable.after and slot.starts_at < bookable.until
    and slot.opens_at <= bookable.opened_by and %(channel)s = any(slot.channels)
    and not exists (select from quota
                    where quota.session_id = slot.session_id and quota.channel = %(channel)s
                      and quota.taken >= quota.quota and quota.released_at > %(now)s)
"""
"""What makes a `slot` free to a channel now; `bookable` is the row of its window."""


SPREAD = 12
"""Times of a doctor over which those are spread who lost theirs in a rush."""


@dataclass(frozen=True)
class FreeTime:
    """A slot that may be booked."""

    slot_id: UUID
    starts_at: datetime
    ends_at: datetime


async def search_free(db: Connection, post_id: UUID, window: Window) -> list[FreeTime]:
    """Every free time of one doctor in the window, in order: one statement."""
    return await database.rows(
        db,
        FreeTime,
        """
        select slot.id as slot_id, slot.starts_at, slot.ends_at
        from slot
        cross join (select %(after)s::timestamptz as after, %(until)s::timestamptz as until,
                           %(opened_by)s::timestamptz as opened_by) as bookable
        where slot.post_id = %(post)s and
        """
        + FREE
        + " order by slot.starts_at",
        post=post_id,
        **vars(window),
    )


@dataclass(frozen=True)
class Opening:
    """When one doctor may be booked, and by which clock his days are counted."""

    post_id: UUID
    zone: str
    window: Window


@dataclass(frozen=True)
class FreeDay:
    """The first free time of a doctor's day."""

    post_id: UUID
    slot_id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class FreeInRoom:
    """A free time and the room where the doctor receives then."""

    post_id: UUID
    slot_id: UUID
    starts_at: datetime
    room: str


async def search_free_days(db: Connection, openings: Sequence[Opening]) -> list[FreeDay]:
    """The first free time of each day of several doctors, in order: one statement.

    Their windows end: of a channel without a horizon nobody asks for every day to come.
    """
    if not openings:
        return []
    return await database.rows(
        db,
        FreeDay,
        _FIRST_OF_DAYS,
        **_parameters(openings),
    )


async def search_free_in_rooms(db: Connection, openings: Sequence[Opening]) -> list[FreeInRoom]:
    """Every free time of several doctors with its room, in order of time: one statement."""
    if not openings:
        return []
    return await database.rows(
        db,
        FreeInRoom,
        "select post_id, slot_id, starts_at, room.number as room from ("
        + _OF_SEVERAL
        + ") as free join room on room.id = free.room_id order by starts_at, post_id",
        **_parameters(openings),
    )


_OPENINGS: LiteralString = """
    unnest(%(posts)s::uuid[], %(zones)s::text[], %(after)s::timestamptz[],
           %(until)s::timestamptz[], %(opened_by)s::timestamptz[])
        as bookable (post_id, zone, after, until, opened_by)
"""

# A day of a doctor is one look into the index of free slots, however many times it has.
_FIRST_OF_DAYS: LiteralString = (
    """
    select bookable.post_id, free.slot_id, free.starts_at, free.ends_at
    from
    """
    + _OPENINGS
    + """
    cross join lateral generate_series(
        date_trunc('day', bookable.after at time zone bookable.zone),
        bookable.until at time zone bookable.zone, interval '1 day'
    ) as day
    cross join lateral (
        select slot.id as slot_id, slot.starts_at, slot.ends_at
        from slot
        where slot.post_id = bookable.post_id
          and slot.starts_at >= day at time zone bookable.zone
          and slot.starts_at < (day + interval '1 day') at time zone bookable.zone and
    """
    + FREE
    + """
        order by slot.starts_at limit 1
    ) as free
    order by bookable.post_id, free.starts_at
    """
)

_OF_SEVERAL: LiteralString = (
    """
    select slot.id as slot_id, slot.post_id, slot.starts_at, slot.ends_at, slot.room_id
    from
    """
    + _OPENINGS
    + """
    join slot on slot.post_id = bookable.post_id and
    """
    + FREE
)


def _parameters(openings: Sequence[Opening]) -> dict[str, object]:
    windows = [it.window for it in openings]
    return {
        "posts": [it.post_id for it in openings],
        "zones": [it.zone for it in openings],
        "after": [it.after for it in windows],
        "until": [it.until for it in windows],
        "opened_by": [it.opened_by for it in windows],
        "channel": windows[0].channel,
        "now": windows[0].now,
    }


@dataclass(frozen=True)
class ChosenTime:
    """A slot on its way to be booked: what the check page shows."""

    slot_id: UUID
    post_id: UUID
    department_id: UUID
    starts_at: datetime
    ends_at: datetime
    is_free: bool


async def get(db: Connection, slot_id: UUID, *, now: datetime) -> ChosenTime:
    """The slot, free or not at `now`; a hold past its end keeps nobody. Refuses: `SlotUnknown`."""
    found = await database.find(
        db,
        ChosenTime,
        """
        select id as slot_id, post_id, department_id, starts_at, ends_at,
               blocked is null and seats > taken - (
                   select count(*) from appointment
                   where slot_id = slot.id and state = 'held' and held_until <= %(now)s
               ) as is_free
        from slot where id = %(slot)s
        """,
        slot=slot_id,
        now=now,
    )
    if found is None:
        raise SlotUnknown()
    return found


def by_day(times: Sequence[FreeTime], zone: str) -> dict[date, list[FreeTime]]:
    """Times, which stand in order, grouped by the day in the clinic's zone."""
    here = ZoneInfo(zone)
    days: dict[date, list[FreeTime]] = {}
    midnight = None  # a day is asked of the zone once: a time before its end is of it too
    for free in times:
        if midnight is None or free.starts_at >= midnight:
            day = free.starts_at.astimezone(here).date()
            midnight = datetime.combine(day + timedelta(days=1), time(0), here).astimezone(UTC)
            its = days.setdefault(day, [])
        its.append(free)
    return days


def nearest(
    times: Sequence[FreeTime], to: datetime, limit: int = 3, *, spread: bool = False
) -> list[FreeTime]:
    """The `limit` times nearest to `to`, in order of time: what to offer in place of a lost one.

    In a rush people are `spread` over the nearest `SPREAD`, by chance: all who lost one time would
    meet again at the very nearest.
    """
    near = sorted(times, key=lambda free: abs(free.starts_at - to))
    if spread:
        near = random.sample(near[:SPREAD], min(limit, len(near)))
    return sorted(near[:limit], key=lambda free: free.starts_at)
