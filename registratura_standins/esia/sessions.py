"""Browser sessions: a new secret id at every sign-in, of which the database keeps the hash."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

from registratura_standins.esia.database import Connection, execute, find, rows

LASTS = timedelta(hours=3)
# Mark in the User-Agent → name; the first that fits.
_BROWSERS = (
    ("YaBrowser/", "Яндекс Браузер"),
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)


@dataclass(frozen=True)
class Session:
    """One signed-in browser. `sid` may be shown and goes into tokens; the id may not."""

    sid: UUID
    oid: int
    signed_in_at: datetime
    browser: str


def hash_id(session_id: str) -> bytes:
    """What the database keeps of a secret id."""
    return hashlib.sha256(session_id.encode("utf-8", "replace")).digest()


def make_id() -> str:
    """A secret of 256 bits."""
    return secrets.token_urlsafe(32)


async def start_session(
    db: Connection,
    oid: int,
    user_agent: str,
    now: datetime,
    *,
    proven: str,
    replaces: str | None = None,
) -> str | None:
    """The id of a new session; the one this browser had, if any, ends.

    `proven`: the hash of the password that was found right. None: the password is another by now;
    who changes it waits for what is locked here, and ends this session too.
    """
    if replaces:
        await end_session(db, replaces)
    session_id = make_id()
    begun = await execute(
        db,
        """
        insert into session (id_hash, oid, signed_in_at, ends_at, browser)
        select %(id_hash)s, oid, %(now)s, %(ends_at)s, %(browser)s
        from account where oid = %(oid)s and password_hash = %(proven)s
        for share
        """,
        id_hash=hash_id(session_id),
        oid=oid,
        proven=proven,
        now=now,
        ends_at=now + LASTS,
        browser=name_browser(user_agent),
    )
    return session_id if begun else None


async def find_session(db: Connection, session_id: str | None, now: datetime) -> Session | None:
    """The living session with this id."""
    if not session_id:
        return None
    return await find(
        db,
        Session,
        """
        select sid, oid, signed_in_at, browser from session
        where id_hash = %(id_hash)s and ends_at > %(now)s
        """,
        id_hash=hash_id(session_id),
        now=now,
    )


async def search_sessions(db: Connection, oid: int, now: datetime) -> list[Session]:
    """The account's living sessions, the newest first."""
    return await rows(
        db,
        Session,
        """
        select sid, oid, signed_in_at, browser from session
        where oid = %(oid)s and ends_at > %(now)s order by signed_in_at desc
        """,
        oid=oid,
        now=now,
    )


async def end_session(db: Connection, session_id: str) -> None:
    """Sign this browser out."""
    await execute(
        db, "delete from session where id_hash = %(id_hash)s", id_hash=hash_id(session_id)
    )


async def end_one(db: Connection, oid: int, sid: UUID) -> None:
    """Sign the account out of one browser, named by its public name."""
    await execute(db, "delete from session where oid = %(oid)s and sid = %(sid)s", oid=oid, sid=sid)


async def end_all(db: Connection, oid: int, but: UUID | None = None) -> None:
    """Sign the account out everywhere, or everywhere `but` here."""
    await execute(
        db,
        "delete from session where oid = %(oid)s and sid is distinct from %(but)s",
        oid=oid,
        but=but,
    )


_ENDED: tuple[tuple[LiteralString, LiteralString], ...] = (
    ("session", "ends_at < %(now)s"),
    ("second_step", "ends_at < %(now)s"),
    ("authorisation", "ends_at < %(now)s"),
    ("permit", "ends_at < %(now)s"),
    ("challenge", "ends_at < %(now)s"),
    ("permission", "ends_at < %(now)s"),
    ("attempt", "made_at < %(yesterday)s"),
    ("message", "sent_at < %(yesterday)s"),
)
# One statement at a time, and none waits: else it could hold what another waits for.
_SWEPT: tuple[LiteralString, ...] = tuple(
    f"""
    delete from {table} where ctid = any(array(
        select ctid from {table} where {over} for update skip locked
    ))
    """
    for table, over in _ENDED
)


async def sweep(db: Connection, now: datetime) -> None:
    """Remove what has ended: sessions, sign-ons under way, tokens, tries, old messages. What
    somebody is at work with is left for the next time."""
    for statement in _SWEPT:
        await execute(db, statement, now=now, yesterday=now - timedelta(days=1))


def name_browser(user_agent: str) -> str:
    """A browser's name for people; «Браузер» where it is not known."""
    return next((name for mark, name in _BROWSERS if mark in user_agent), "Браузер")
