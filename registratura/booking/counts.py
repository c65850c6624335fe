"""How much is free of several doctors, and of each the nearest times: one statement for all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from registratura import db as database
from registratura.booking.model import Channel
from registratura.booking.slots import FREE, FreeTime
from registratura.booking.windows import Window
from registratura.db import Connection

EACH = 3
"""Times that are told of a doctor."""


@dataclass(frozen=True)
class Bookable:
    """A doctor, when he may be booked, and what his times shall be near to; None: the first are."""

    post_id: UUID
    window: Window
    near: datetime | None


@dataclass(frozen=True)
class Free:
    """How many times of a doctor are free, and the nearest of them, the nearest first."""

    post_id: UUID
    count: int
    slot_ids: Sequence[UUID]
    starts: Sequence[datetime]
    ends: Sequence[datetime]

    @property
    def times(self) -> list[FreeTime]:
        """The nearest as they are offered."""
        return [FreeTime(*it) for it in zip(self.slot_ids, self.starts, self.ends, strict=True)]


NONE = Free(UUID(int=0), 0, (), (), ())


async def search(
    db: Connection,
    bookable: Sequence[Bookable],
    *,
    channel: Channel,
    now: datetime,
    each: int = EACH,
) -> dict[UUID, Free]:
    """By post; whoever has nothing stands there with nothing."""
    counted = await database.rows(
        db,
        Free,
        _COUNT,
        posts=[it.post_id for it in bookable],
        after=[it.window.after for it in bookable],
        until=[it.window.until for it in bookable],
        opened_by=[it.window.opened_by for it in bookable],
        nears=[it.near for it in bookable],
        channel=channel,
        each=each,
        now=now,
    )
    return {it.post_id: it for it in counted}


_COUNT: LiteralString = (
    """
    select bookable.post_id, free.*
    from unnest(%(posts)s::uuid[], %(after)s::timestamptz[], %(until)s::timestamptz[],
                %(opened_by)s::timestamptz[], %(nears)s::timestamptz[])
        as bookable (post_id, after, until, opened_by, near)
    cross join lateral (
        select count(*)::int as count,
               coalesce((array_agg(slot.id order by far, starts_at))[1 : %(each)s::int], '{}')
                   as slot_ids,
               coalesce((array_agg(starts_at order by far, starts_at))[1 : %(each)s::int], '{}')
                   as starts,
               coalesce((array_agg(ends_at order by far, starts_at))[1 : %(each)s::int], '{}')
                   as ends
        from slot
        cross join lateral (  -- from the time that is lost; if none is, the first are the nearest
            select abs(extract(epoch from starts_at - coalesce(bookable.near, 'epoch')))
        ) as away(far)
        where slot.post_id = bookable.post_id and
    """
    + FREE
    + ") as free"
)
