"""The relay: committed rows of the outbox, in order, become jobs; then the rows are gone."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from registratura import db as database
from registratura.db import Connection

_LOCK = 740_002  # one relay at a time on a database
_BATCH = 500


@dataclass(frozen=True)
class Announcement:
    """One row of the outbox: what happened (`appointment.booked`) to what."""

    id: int
    event: str
    subject_id: UUID


Reaction = Callable[[Connection, Sequence[Announcement]], Awaitable[None]]
"""Defers jobs for these announcements, in their order, on the given connection and in the relay's
transaction."""

Reactions = Mapping[str, Sequence[Reaction]]
"""Event → who reacts to it. An event nobody reacts to is taken off and forgotten."""


async def relay(db: Connection, reactions: Reactions) -> int:
    """Pass on up to five hundred rows; how many. Zero also where another relay is at work.

    The jobs and the deletion are one transaction: a row is passed on exactly once.
    """
    async with db.transaction():
        if not await database.value(db, "select pg_try_advisory_xact_lock(%(it)s)", it=_LOCK):
            return 0
        waiting = await database.rows(
            db,
            Announcement,
            "select id, event, subject_id from outbox order by id limit %(batch)s",
            batch=_BATCH,
        )
        for react, these in _by_reaction(waiting, reactions).items():
            await react(db, these)
        if waiting:
            await database.execute(
                db,
                "delete from outbox where id = any(%(ids)s)",
                ids=[announcement.id for announcement in waiting],
            )
        return len(waiting)


def _by_reaction(
    waiting: Sequence[Announcement], reactions: Reactions
) -> dict[Reaction, list[Announcement]]:
    found: dict[Reaction, list[Announcement]] = {}
    for it in waiting:
        for react in reactions.get(it.event, ()):
            found.setdefault(react, []).append(it)
    return found
