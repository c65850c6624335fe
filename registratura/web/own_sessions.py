"""The sessions of one account: where it is signed in, ending one of them, ending all."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from registratura import audit
from registratura.audit import Actor
from registratura.db import Connection, find, rows
from registratura.web.sessions import IDLE, IDLE_ON_DUTY, digest


@dataclass(frozen=True)
class OwnSession:
    """A living session as its owner sees it; `is_this` is the one he looks from."""

    number: UUID
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    browser: str
    on_duty: bool
    is_this: bool


async def search(
    db: Connection, account_id: UUID, session_id: str, *, now: datetime
) -> list[OwnSession]:
    """The account's living sessions, this one first, then the latest seen."""
    return await rows(
        db,
        OwnSession,
        """
        select number, created_at, seen_at, ends_at, browser, role_id is not null as on_duty,
               id_sha256 = %(this)s as is_this
        from web_session
        where account_id = %(account)s and ends_at > %(now)s
          and seen_at > case when role_id is null then %(idle_since)s else %(duty_since)s end
        order by id_sha256 = %(this)s desc, seen_at desc
        """,
        account=account_id,
        this=digest(session_id),
        now=now,
        idle_since=now - IDLE,
        duty_since=now - IDLE_ON_DUTY,
    )


async def end_one(db: Connection, account_id: UUID, number: UUID, *, now: datetime) -> bool:
    """End one session of the account, wherever it is. False where it has none of that number."""
    async with db.transaction():
        return await _end(db, account_id, number, now)


async def end_all(db: Connection, account_id: UUID, *, now: datetime) -> bool:
    """End every session of the account, this one too. False where none was left."""
    async with db.transaction():
        return await _end(db, account_id, None, now)


@dataclass(frozen=True)
class _Ended:
    person_id: UUID
    ended: int


async def _end(db: Connection, account_id: UUID, number: UUID | None, now: datetime) -> bool:
    done = await find(
        db,
        _Ended,
        """
        with ended as (
            update web_session set ends_at = created_at  -- no clock is behind that moment
            where account_id = %(account)s and ends_at > created_at
              and (%(number)s::uuid is null or number = %(number)s)
            returning number
        )
        select person_id, (select count(*) from ended) as ended from account
        where id = %(account)s
        """,
        account=account_id,
        number=number,
    )
    if done is None or not done.ended:
        return False
    await audit.record(
        db,
        now=now,
        kind="session.ended",
        actor=Actor("account", str(account_id)),
        person_id=done.person_id,
        subject_id=number,
        after={"ended": done.ended},
    )
    return True
