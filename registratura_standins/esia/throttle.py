"""Limits on tries, counted in the database: one count however many processes there are."""

import hashlib
from datetime import datetime, timedelta

from registratura_standins.esia.database import Connection, execute

WINDOW = timedelta(minutes=15)
# How many wrong tries (or sent messages, or codes asked for) fit into a window.
LIMITS = {"account": 5, "address": 60, "code": 6, "message": 5, "challenge": 30}


async def may_try(db: Connection, kind: str, subject: str, now: datetime) -> bool:
    """Count a try; False if it is one too many, and then it is not counted.

    Tries of one subject stand in line behind a lock, so that of several at once, in however many
    processes, exactly as many as the limit get through.
    """
    key = _key(subject)
    async with db.transaction():
        await execute(
            db,
            "select pg_advisory_xact_lock(%(lock)s)",
            lock=int.from_bytes(_key(f"{kind}:{subject}")[:8], signed=True),
        )
        counted = await execute(
            db,
            """
            insert into attempt (kind, subject, made_at)
            select %(kind)s, %(key)s, %(now)s
            where %(limit)s > (
                select count(*) from attempt
                where kind = %(kind)s and subject = %(key)s and made_at > %(since)s
            )
            """,
            kind=kind,
            key=key,
            now=now,
            limit=LIMITS[kind],
            since=now - WINDOW,
        )
    return counted == 1


async def forget_tries(db: Connection, kind: str, subject: str) -> None:
    """A success: the tries before it no longer count."""
    await execute(
        db,
        "delete from attempt where kind = %(kind)s and subject = %(key)s",
        kind=kind,
        key=_key(subject),
    )


async def forget_last_try(db: Connection, kind: str, subject: str) -> None:
    """A success from an address that others may share: only its own try is taken back."""
    await execute(
        db,
        """
        delete from attempt where id = (
            select max(id) from attempt where kind = %(kind)s and subject = %(key)s
        )
        """,
        kind=kind,
        key=_key(subject),
    )


def _key(subject: str) -> bytes:
    return hashlib.sha256(subject.encode("utf-8", "replace")).digest()
