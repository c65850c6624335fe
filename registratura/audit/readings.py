"""Readings of a person's data by another: in the journal once for a reader, person and day.

A page looked at ten times in a day is one row of `event`; what is kept to know that is one row of
`reading`, swept away after two days. No reading of one's own data is told.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import LiteralString
from uuid import UUID

from registratura.audit.event import Actor
from registratura.db import Connection, execute

TOLD_ONCE_A_DAY: LiteralString = """
    , fresh as (
        insert into reading (person_id, actor_kind, actor_id, kind, day)
        select distinct person_id, %(reader_kind)s, %(reader_id)s::text, %(reading)s,
               %(reading_day)s::date
        from was_read
        on conflict do nothing
        returning person_id
    ), told as (
        insert into event (at, kind, actor_kind, actor_id, person_id)
        select %(now)s, %(reading)s, %(reader_kind)s, %(reader_id)s::text, person_id from fresh
    )
"""
"""The end of a `with` in which `was_read (person_id)` stands: told in the very statement that
reads. Its parameters, but for `now`, are those of `told_by`."""


def told_by(actor: Actor, kind: str, day: date) -> dict[str, object]:
    """Who reads what (`visits.read`) on which day of the region."""
    return {
        "reader_kind": actor.kind,
        "reader_id": actor.id,
        "reading": kind,
        "reading_day": day,
    }


async def record(
    db: Connection, *, now: datetime, day: date, actor: Actor, kind: str, persons: Iterable[UUID]
) -> None:
    """Tell that these persons' data are read, unless the same was told on that day."""
    read = list(persons)
    if not read:
        return
    await execute(
        db,
        "with was_read as (select unnest(%(persons)s::uuid[]) as person_id)"
        + TOLD_ONCE_A_DAY
        + "select count(*) from fresh",
        persons=read,
        now=now,
        **told_by(actor, kind, day),
    )


async def sweep(db: Connection, *, now: datetime) -> int:
    """Forget what was told more than two days ago; how many. The journal keeps its rows."""
    return await execute(
        db, "delete from reading where day < %(before)s", before=(now - timedelta(days=2)).date()
    )
