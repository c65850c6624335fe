"""Browser sessions: a new secret id at every sign-in, of which the database keeps the hash."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from registratura_standins.gosuslugi.database import Connection, execute, find, value

LASTS = timedelta(hours=3)


@dataclass(frozen=True)
class Session:
    """One signed-in browser and whose it is."""

    id_hash: bytes
    oid: int


def hash_id(session_id: str) -> bytes:
    """What the database keeps of a secret id."""
    return hashlib.sha256(session_id.encode("utf-8", "replace")).digest()


async def start_session(
    db: Connection, oid: int, now: datetime, replaces: str | None = None
) -> str:
    """The id of a new session. The one this browser had ends; its drafts are kept for the same
    account, and go for another."""
    session_id = secrets.token_urlsafe(32)
    await execute(
        db,
        """
        insert into session (id_hash, oid, signed_in_at, ends_at)
        values (%(id_hash)s, %(oid)s, %(now)s, %(ends_at)s)
        """,
        id_hash=hash_id(session_id),
        oid=oid,
        now=now,
        ends_at=now + LASTS,
    )
    if replaces:
        await _replace(db, replaces, session_id, oid)
    return session_id


async def _replace(db: Connection, old: str, new: str, oid: int) -> None:
    await execute(
        db,
        """
        update draft set session_hash = %(new)s
        from session
        where session.id_hash = %(old)s and session.oid = %(oid)s
          and draft.session_hash = session.id_hash
        """,
        old=hash_id(old),
        new=hash_id(new),
        oid=oid,
    )
    await end_session(db, old)


async def find_session(db: Connection, session_id: str | None, now: datetime) -> Session | None:
    """The living session with this id."""
    if not session_id:
        return None
    return await find(
        db,
        Session,
        "select id_hash, oid from session where id_hash = %(id_hash)s and ends_at > %(now)s",
        id_hash=hash_id(session_id),
        now=now,
    )


async def end_session(db: Connection, session_id: str) -> None:
    """Sign this browser out: what it has typed and not booked goes with it."""
    await execute(
        db, "delete from session where id_hash = %(id_hash)s", id_hash=hash_id(session_id)
    )


async def sweep(db: Connection, now: datetime) -> None:
    """Remove what has ended: sign-ins, sessions with their drafts a day later (who signs in again
    in the same browser finds what he has typed), statuses of long ago."""
    await value(
        db,
        """
        with s as (delete from session where ends_at < %(yesterday)s),
             i as (delete from sign_in where ends_at < %(now)s),
             p as (delete from pushed_status where received_at < %(long_ago)s)
        select 1
        """,
        now=now,
        yesterday=now - timedelta(days=1),
        long_ago=now - timedelta(days=180),
    )
