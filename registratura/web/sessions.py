"""Browser sessions after sign-in: rows of `web_session`, known by the hash of their id.

An id that the browser brings is only ever looked up, never written: what was not begun here
does not exist. A session ends after half an hour without a request (at the desk after ten
minutes) and, whatever happens, after twelve hours. One that its owner ended from another browser
ends at the moment it began: by that its own browser tells him why (decision 31).
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import LiteralString
from uuid import UUID

from registratura.db import Connection, execute, rows, value
from registratura.notices.audience import STILL_KNOWS
from registratura.people import patients
from registratura.people.patients import PATIENTS
from registratura.people.staff_roles import LIVING_ROLE
from registratura.web.visitor import Visitor

IDLE = timedelta(minutes=30)
IDLE_ON_DUTY = timedelta(minutes=10)  # at the desk: others pass by the screen
ABSOLUTE = timedelta(hours=12)
_NOTICE = timedelta(minutes=1)  # how often a look at a page is worth a write


@dataclass(frozen=True)
class _Row(patients.Row):
    """One of the visitor's patients, with what is said of the session beside each."""

    own_id: UUID
    chosen_id: UUID
    seen_at: datetime
    consents: Sequence[str]
    unread: int
    is_staff: bool


def digest(session_id: str) -> bytes:
    """What the database keeps of a session's id."""
    return hashlib.sha256(session_id.encode("utf-8", "replace")).digest()


async def begin(
    db: Connection,
    *,
    account_id: UUID,
    patient_id: UUID,
    replaces: str | None,
    now: datetime,
    browser: str = "",
) -> str:
    """Begin a session under a new id and end the one this browser had; the new id.

    `browser` is what `name_browser` makes of it.
    """
    session_id = secrets.token_urlsafe(32)
    await execute(
        db,
        """
        with ended as (delete from web_session where id_sha256 = %(old)s)
        insert into web_session (id_sha256, account_id, patient_id, created_at, seen_at, ends_at,
                                 browser)
        values (%(id)s, %(account)s, %(patient)s, %(now)s, %(now)s, %(ends_at)s, %(browser)s)
        """,
        old=digest(replaces or ""),
        id=digest(session_id),
        account=account_id,
        patient=patient_id,
        now=now,
        ends_at=now + ABSOLUTE,
        browser=browser,
    )
    return session_id


async def find_visitor(
    db: Connection, session_id: str, *, now: datetime, today: date
) -> Visitor | None:
    """The visitor of a living session, or None. One statement: session, account, the patients of
    `people.patients` on `today` (the region's date), how many messages wait for him.
    """
    found = await rows(
        db,
        _Row,
        _VISITOR,
        id=digest(session_id),
        now=now,
        today=today,
        idle_since=now - IDLE,
        duty_since=now - IDLE_ON_DUTY,
    )
    if not found:
        return None
    if now - found[0].seen_at >= _NOTICE:
        await _notice(db, session_id, now)
    return _visitor(found)


# The session is looked up once and stands beside each of its patients.
_VISITOR: LiteralString = f"""
    with session as materialized (
        select s.account_id, coalesce(own.joined_into, own.id) as own_id,
               coalesce(chosen.joined_into, chosen.id) as chosen_id, s.seen_at,
               array(select c.document || ' ' || c.version from consent c
                      where c.account_id = s.account_id and c.withdrawn_at is null) as consents,
               (select count(*) from notice
                 where notice.account_id = s.account_id and notice.state = 'new'
                   and {STILL_KNOWS}) as unread,
               exists (select from staff_role
                        where staff_role.snils = a.snils and {LIVING_ROLE}) as is_staff
          from web_session s join account a on a.id = s.account_id
          join person own on own.id = a.person_id
          join person chosen on chosen.id = s.patient_id
         where s.id_sha256 = %(id)s and s.ends_at > %(now)s
           and s.seen_at > case when s.role_id is null then %(idle_since)s
                                else %(duty_since)s end
    )
    select patient.*, own_id, chosen_id, seen_at, consents, unread, is_staff
    from session
    cross join lateral ({PATIENTS} and acting.account_id = session.account_id) as patient
"""


async def choose_patient(db: Connection, session_id: str, patient_id: UUID) -> None:
    """Make this patient the default of new bookings in this session."""
    await execute(
        db,
        "update web_session set patient_id = %(patient)s where id_sha256 = %(id)s",
        patient=patient_id,
        id=digest(session_id),
    )


async def renew(db: Connection, session_id: str) -> str:
    """Give a session a new id because its rights changed; the new id."""
    new_id = secrets.token_urlsafe(32)
    await execute(
        db,
        "update web_session set id_sha256 = %(new)s where id_sha256 = %(old)s",
        new=digest(new_id),
        old=digest(session_id),
    )
    return new_id


async def end(db: Connection, session_id: str) -> None:
    """End a session; ending what is no session is no fault."""
    await execute(db, "delete from web_session where id_sha256 = %(id)s", id=digest(session_id))


async def was_ended(db: Connection, session_id: str) -> bool:
    """Whether its owner ended this session from another browser; none of its other ends leaves a
    row that says so. Known until twelve hours after it began."""
    found = await value(
        db,
        "select ends_at <= created_at from web_session where id_sha256 = %(id)s",
        id=digest(session_id),
    )
    return bool(found)


async def sweep(db: Connection, *, now: datetime) -> int:
    """Delete sessions that have ended by themselves, and those that their owner ended elsewhere
    once they would have; how many."""
    return await execute(
        db,
        """
        delete from web_session
         where created_at <= %(began_by)s
            or ends_at > created_at and (
               ends_at <= %(now)s
               or seen_at <= case when role_id is null then %(idle_since)s else %(duty_since)s end)
        """,
        began_by=now - ABSOLUTE,
        now=now,
        idle_since=now - IDLE,
        duty_since=now - IDLE_ON_DUTY,
    )


async def _notice(db: Connection, session_id: str, now: datetime) -> None:
    await execute(
        db,
        """
        update web_session set seen_at = %(now)s
         where id_sha256 = %(id)s and seen_at < %(now)s
        """,
        now=now,
        id=digest(session_id),
    )


def _visitor(found: Sequence[_Row]) -> Visitor:
    session, listed = found[0], tuple(patients.once(found))
    chosen = (it for it in listed if it.person_id == session.chosen_id)
    return Visitor(
        account_id=session.account_id,
        person_id=session.own_id,
        patients=listed,
        patient=next(chosen, listed[0]),
        consents=frozenset(session.consents),
        unread=session.unread,
        is_staff=session.is_staff,
    )
