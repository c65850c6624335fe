"""Federal sessions: a `Session_ID` that the caller minted, and whom he asked about last with it.

In the database, so that any process may serve the next call.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from registratura.db import Connection, execute, find
from registratura.federal.refusals import SessionOver

_KEPT = timedelta(days=1)  # after its last use; then nothing of it is left


@dataclass(frozen=True)
class Session:
    """A session under way: the person, and the referral that was named before a booking."""

    id: str
    person_id: UUID
    referral_id: UUID | None


async def open_for(
    db: Connection,
    session_id: str,
    person_id: UUID,
    *,
    now: datetime,
    referral_id: UUID | None = None,
) -> None:
    """Bind the session to the person; the last identification wins."""
    await execute(
        db,
        """
        insert into federal_session (id, person_id, referral_id, created_at, used_at)
        values (%(id)s, %(person)s, %(referral)s, %(now)s, %(now)s)
        on conflict (id) do update
        set person_id = excluded.person_id, referral_id = excluded.referral_id,
            used_at = excluded.used_at
        """,
        id=session_id,
        person=person_id,
        referral=referral_id,
        now=now,
    )


async def end(db: Connection, session_id: str) -> None:
    """Nobody was found: what was asked before must not be booked for the wrong person."""
    await execute(db, "delete from federal_session where id = %(id)s", id=session_id)


async def use(db: Connection, session_id: str, *, now: datetime, lasts: timedelta) -> Session:
    """The session, used once more. Refuses with `SessionOver` where it is unknown or over."""
    found = await find(
        db,
        Session,
        """
        update federal_session set used_at = greatest(used_at, %(now)s)
        where id = %(id)s and used_at > %(now)s::timestamptz - %(lasts)s::interval
        returning id, person_id, referral_id
        """,
        id=session_id,
        now=now,
        lasts=lasts,
    )
    if found is None:
        raise SessionOver()
    return found


async def remember(db: Connection, session: Session, referral_id: UUID | None) -> None:
    """By which referral the session books; None: by none that was named."""
    if referral_id == session.referral_id:
        return
    await execute(
        db,
        "update federal_session set referral_id = %(referral)s where id = %(id)s",
        id=session.id,
        referral=referral_id,
    )


async def sweep(db: Connection, *, now: datetime) -> int:
    """Forget sessions that nobody has used for a day; how many."""
    return await execute(
        db,
        "delete from federal_session where used_at < %(before)s",
        before=now - _KEPT,
    )
