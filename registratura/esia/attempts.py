"""Sign-ins under way: rows of `sign_in`, each bound to one browser and used once."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import uuid4

from registratura.db import Connection, execute, value

LASTS = timedelta(minutes=10)


def make_browser_mark() -> str:
    """A new mark for the cookie that binds a sign-in to its browser."""
    return secrets.token_urlsafe(32)


async def begin(db: Connection, *, browser: str, next_path: str, now: datetime) -> str:
    """Write down a sign-in that begins; its `state`, to travel through ЕСИА and back."""
    state = str(uuid4())
    await execute(
        db,
        """
        insert into sign_in (state_sha256, browser_sha256, next_path, started_at)
        values (%(state)s, %(browser)s, %(next_path)s, %(now)s)
        """,
        state=_digest(state),
        browser=_digest(browser),
        next_path=next_path,
        now=now,
    )
    return state


async def consume(db: Connection, *, state: str, browser: str, now: datetime) -> str | None:
    """Use up the sign-in that this browser began in the last ten minutes; where it leads.

    None for a state of another browser, a used one, an old one, or none at all.
    """
    found: str | None = await value(
        db,
        """
        delete from sign_in
         where state_sha256 = %(state)s and browser_sha256 = %(browser)s
           and started_at > %(since)s
        returning next_path
        """,
        state=_digest(state),
        browser=_digest(browser),
        since=now - LASTS,
    )
    return found


async def sweep(db: Connection, *, now: datetime) -> int:
    """Delete sign-ins that were never finished; how many."""
    return await execute(db, "delete from sign_in where started_at <= %(since)s", since=now - LASTS)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
