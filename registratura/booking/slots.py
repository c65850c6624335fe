"""Free times: searched in the index of free slots, so that reads do not grow with the history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from registratura import db as database
from registratura.booking.model import Channel, Rules
from registratura.booking.refusals import SlotUnknown
from registratura.db import Connection


@dataclass(frozen=True)
class Window:
    """The span of time that a channel may book now; its fields are parameters of the searches."""

    now: datetime
    after: datetime
    until: datetime
    channel: Channel

    @classmethod
    def open_to(cls, channel: Channel, *, now: datetime, zone: str, rules: Rules) -> "Window":
        """From the lead time to the end of the last day of the horizon, in the clinic's zone."""
        here = ZoneInfo(zone)
        last = now.astimezone(here).date() + timedelta(days=rules.horizon_days)
        until = datetime.combine(last + timedelta(days=1), time(0), here)
        return cls(now, now + rules.lead, until, channel)


@dataclass(frozen=True)
class FreeTime:
    """A slot that may be booked."""

    slot_id: UUID
    starts_at: datetime


async def search_free(db: Connection, post_id: UUID, window: Window) -> list[FreeTime]:
    """Every free time of one doctor in the window, in order: one statement."""
    return await database.rows(
        db,
        FreeTime,
        """
        select id as slot_id, starts_at from slot
        where post_id = %(post)s and taken < seats and blocked is null
          and starts_at > %(after)s and starts_at < %(until)s
          and opens_at <= %(now)s and %(channel)s = any(channels)
        order by starts_at
        """,
        post=post_id,
        **vars(window),
    )


@dataclass(frozen=True)
class ChosenTime:
    """A slot on its way to be booked: what the check page shows."""

    slot_id: UUID
    post_id: UUID
    starts_at: datetime
    ends_at: datetime
    is_free: bool


async def get(db: Connection, slot_id: UUID) -> ChosenTime:
    """The slot, free or not. Refuses with `SlotUnknown`."""
    found = await database.find(
        db,
        ChosenTime,
        """
        select id as slot_id, post_id, starts_at, ends_at,
               taken < seats and blocked is null as is_free
        from slot where id = %(slot)s
        """,
        slot=slot_id,
    )
    if found is None:
        raise SlotUnknown()
    return found


def by_day(times: Sequence[FreeTime], zone: str) -> dict[date, list[FreeTime]]:
    """Times grouped by the day in the clinic's zone; days in order."""
    days: dict[date, list[FreeTime]] = {}
    for free in times:
        days.setdefault(free.starts_at.astimezone(ZoneInfo(zone)).date(), []).append(free)
    return days


def nearest(times: Sequence[FreeTime], to: datetime, limit: int = 3) -> list[FreeTime]:
    """The `limit` times nearest to `to`, in order of time: what to offer in place of a lost one."""
    closest = sorted(times, key=lambda free: abs(free.starts_at - to))[:limit]
    return sorted(closest, key=lambda free: free.starts_at)
