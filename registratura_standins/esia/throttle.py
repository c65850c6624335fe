"""Limits on tries, counted in the database: one count however many processes there are."""

import hashlib
from datetime import datetime, timedelta

from registratura_standins.esia.database import Connection, execute, value

WINDOW = timedelta(minutes=15)
# How many wrong tries (or sent messages) fit into a window.
LIMITS = {"account": 5, "address": 60, "code": 6, "message": 5}


async def may_try(db: Connection, kind: str, subject: str, now: datetime) -> bool:
    """Count a try; False if it is one too many, and then it was not counted.

    The try is written first and counted after, so that of several at once no more than the
    limit get through.
    """
    key = _key(subject)
    made = await value(
        db,
        """
        insert into attempt (kind, subject, made_at) values (%(kind)s, %(key)s, %(now)s)
        returning id
        """,
        kind=kind,
        key=key,
        now=now,
    )
    count: int = await value(
        db,
        """
        select count(*) from attempt
        where kind = %(kind)s and subject = %(key)s and made_at > %(since)s
        """,
        kind=kind,
        key=key,
        since=now - WINDOW,
    )
    if count <= LIMITS[kind]:
        return True
    await execute(db, "delete from attempt where id = %(id)s", id=made)
    return False


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
