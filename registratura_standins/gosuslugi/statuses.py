"""Statuses that the region pushes: kept in their order, a repeat changes nothing."""

from dataclasses import dataclass
from datetime import datetime

from registratura_standins.gosuslugi.database import Connection, execute, find, rows

STATUSES = ("RECORDED", "CANCELED", "SUCCESS", "PATIENT_NOT_ARRIVED")


@dataclass(frozen=True)
class Pushed:
    """One status as the region told it. It names no person."""

    rmis_id: str
    book_id: str
    status: str
    visit_time: datetime
    source_code: str


@dataclass(frozen=True)
class Received(Pushed):
    """The same, with when it came."""

    received_at: datetime


@dataclass(frozen=True)
class Last:
    """A booking and what was last heard of it."""

    book_id: str
    status: str
    visit_time: datetime


@dataclass(frozen=True)
class Count:
    """How many of one kind came; `ours`: of bookings made here."""

    ours: bool
    source_code: str
    status: str
    number: int


async def receive(db: Connection, pushed: Pushed, now: datetime) -> None:
    """Keep it, unless it says what the last one of this booking said; then show it, if ours."""
    async with db.transaction():
        await lock_pushes(db, pushed.book_id)
        last = await find(
            db,
            Received,
            """
            select rmis_id, book_id, status, visit_time, source_code, received_at
            from pushed_status where book_id = %(id)s order by id desc limit 1
            """,
            id=pushed.book_id,
        )
        if last is not None and (last.status, last.visit_time) == (
            pushed.status,
            pushed.visit_time,
        ):
            return
        await execute(
            db,
            """
            insert into pushed_status
                (rmis_id, book_id, status, visit_time, source_code, received_at)
            values (%(rmis_id)s, %(book_id)s, %(status)s, %(visit_time)s, %(source_code)s, %(now)s)
            """,
            **vars(pushed),
            now=now,
        )
        await _show(db, Received(**vars(pushed), received_at=now))


async def lock_pushes(db: Connection, book_id: str) -> None:
    """Until the transaction ends nobody else keeps a push of this booking, nor its number: none
    of the two misses the other."""
    await execute(db, "select pg_advisory_xact_lock(hashtextextended(%(id)s, 0))", id=book_id)


async def apply_known(db: Connection, book_id: str) -> None:
    """What was pushed of a booking before its number was known here."""
    for received in await search(db, book_id):
        await _show(db, received)


async def search(db: Connection, book_id: str) -> list[Received]:
    """All that was told of a booking, in its order."""
    return await rows(
        db,
        Received,
        """
        select rmis_id, book_id, status, visit_time, source_code, received_at
        from pushed_status where book_id = %(id)s order by id
        """,
        id=book_id,
    )


async def _show(db: Connection, received: Received) -> None:
    """RECORDED undoes nothing that came after it, nothing undoes a cancelling; a mark of the visit
    may be corrected."""
    await execute(
        db,
        """
        update booking set status = %(status)s, status_at = %(received_at)s,
            status_from = 'region', starts_at = %(visit_time)s
        where book_id = %(book_id)s and state = 'booked'
          and coalesce(status, 'RECORDED') <> 'CANCELED'
          and (%(status)s <> 'RECORDED' or coalesce(status, 'RECORDED') = 'RECORDED')
        """,
        **vars(received),
    )


async def search_last(db: Connection, rmis_id: str, first: datetime, end: datetime) -> list[Last]:
    """What is known here of each of that region's visits from `first` to before `end`: the last
    that was pushed, and bookings made here of which nothing has been pushed yet."""
    return await rows(
        db,
        Last,
        """
        select * from (
            select distinct on (book_id) book_id, status, visit_time
            from pushed_status where rmis_id = %(rmis)s order by book_id, id desc
        ) as pushed
        where visit_time >= %(first)s and visit_time < %(end)s
        union all
        select book_id, coalesce(status, 'RECORDED'), starts_at from booking
        where state = 'booked' and starts_at >= %(first)s and starts_at < %(end)s
          and not exists (select from pushed_status where pushed_status.book_id = booking.book_id)
        order by visit_time, book_id
        """,
        rmis=rmis_id,
        first=first,
        end=end,
    )


async def count(db: Connection) -> list[Count]:
    """What was pushed so far: ours, and those that were made elsewhere."""
    return await rows(
        db,
        Count,
        """
        select booking.id is not null as ours, source_code, pushed_status.status,
               count(*) as number
        from pushed_status left join booking using (book_id)
        group by 1, 2, 3 order by 1 desc, 2, 3
        """,
    )
