"""What has been told of links, and the moments at which it is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from registratura import notices, worker
from registratura.db import Connection, Pool, rows
from registratura.notices.links import EVENTS
from registratura.settings import Settings
from tests.given.people import NOW


@dataclass(frozen=True)
class Told:
    """A notice of a link: to whom, what."""

    to: str
    kind: str
    channel: str
    text: str


async def told(db: Connection) -> list[Told]:
    return await rows(
        db,
        Told,
        """
        select account.first_name as to, kind, channel, text
        from notice join account on account.id = notice.account_id
        where relative_id is not null order by notice.created_at, kind, account.first_name
        """,
    )


async def tell_all(db: Connection, settings: Settings, now: datetime = NOW) -> None:
    """Tell of every change of a link that is announced, as the worker does, at that moment."""
    announced = await rows(db, _Row, "select event, subject_id from outbox order by id")
    await db.execute("delete from outbox")
    for it in announced:
        if it.event in EVENTS:
            await notices.links.tell(db, it.event, it.subject_id, now=now, settings=settings)


@dataclass(frozen=True)
class _Row:
    event: str
    subject_id: UUID


async def tell_endings(pool: Pool, settings: Settings, now: datetime) -> int:
    """The daily run; how many letters it hands over."""
    letters: list[notices.Letter] = []

    async def send(_: Connection, __: str, new: Sequence[notices.Letter]) -> None:
        letters.extend(new)

    await worker.tell_endings(pool, settings, send, now=now)
    return len(letters)
