"""What one sign-on allowed a client: its single-use code and its rotating refresh tokens."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID, uuid4

from registratura_standins.esia.authorisations import Authorisation
from registratura_standins.esia.database import Connection, execute, find, value
from registratura_standins.esia.faults import Fault
from registratura_standins.esia.sessions import Session

CODE_LASTS = timedelta(minutes=3)
REFRESH_LASTS = timedelta(hours=24)
ACCESS_LASTS = timedelta(hours=1)


@dataclass(frozen=True)
class Permit:
    """Whose data a client may read, and in which sign-on that was allowed."""

    id: UUID
    mnemonic: str
    oid: int
    sid: UUID
    scopes: list[str]
    offline: bool
    signed_in_at: datetime


async def give_permit(
    db: Connection, session: Session, asked: Authorisation, code: str, now: datetime
) -> None:
    """Bind a code to client, redirect, owner and session; three minutes."""
    await execute(
        db,
        """
        with made as (
            insert into permit (mnemonic, oid, sid, redirect_uri, scopes, offline, signed_in_at,
                ends_at)
            values (%(mnemonic)s, %(oid)s, %(sid)s, %(redirect_uri)s, %(scopes)s, %(offline)s,
                %(signed_in_at)s, %(ends_at)s)
            returning id
        )
        insert into code (hash, permit_id, ends_at)
        select %(hash)s, made.id, %(code_ends_at)s from made
        """,
        mnemonic=asked.mnemonic,
        oid=session.oid,
        sid=session.sid,
        redirect_uri=asked.redirect_uri,
        scopes=asked.scopes,
        offline=asked.offline,
        signed_in_at=session.signed_in_at,
        ends_at=now + CODE_LASTS + REFRESH_LASTS,
        hash=_hash(code),
        code_ends_at=now + CODE_LASTS,
    )


async def redeem_code(
    db: Connection, code: str, mnemonic: str, redirect_uri: str, now: datetime
) -> Permit:
    """The permit of an unused code. Refuses 007011; a replay ends what the code had given."""
    found = await find(
        db,
        Permit,
        """
        update code set used_at = %(now)s from permit
        where hash = %(hash)s and permit.id = permit_id and used_at is null
            and code.ends_at > %(now)s and mnemonic = %(mnemonic)s
            and redirect_uri = %(redirect_uri)s
        returning permit.id, mnemonic, oid, sid, scopes, offline, signed_in_at
        """,
        hash=_hash(code),
        mnemonic=mnemonic,
        redirect_uri=redirect_uri,
        now=now,
    )
    return found or await _refuse(
        db,
        """
        delete from permit using code where permit.id = code.permit_id
            and hash = %(hash)s and used_at is not null and mnemonic = %(mnemonic)s
        """,
        code,
        mnemonic,
    )


async def redeem_refresh(db: Connection, token: str, mnemonic: str, now: datetime) -> Permit:
    """The permit of an unused refresh token. Refuses 007011; a replay ends the permit."""
    found = await find(
        db,
        Permit,
        """
        update refresh set used_at = %(now)s from permit
        where hash = %(hash)s and permit.id = permit_id and used_at is null
            and refresh.ends_at > %(now)s and mnemonic = %(mnemonic)s
        returning permit.id, mnemonic, oid, sid, scopes, offline, signed_in_at
        """,
        hash=_hash(token),
        mnemonic=mnemonic,
        now=now,
    )
    return found or await _refuse(
        db,
        """
        delete from permit using refresh where permit.id = refresh.permit_id
            and hash = %(hash)s and used_at is not null and mnemonic = %(mnemonic)s
        """,
        token,
        mnemonic,
    )


async def give_refresh(db: Connection, permit: Permit, now: datetime) -> str:
    """A new refresh token, a UUID; 24 hours."""
    token = str(uuid4())
    await execute(
        db,
        """
        with kept as (
            update permit set ends_at = %(ends_at)s where id = %(permit)s returning id
        )
        insert into refresh (hash, permit_id, ends_at) select %(hash)s, id, %(ends_at)s from kept
        """,
        permit=permit.id,
        hash=_hash(token),
        ends_at=now + REFRESH_LASTS,
    )
    return token


async def is_permitted(db: Connection, oid: int, mnemonic: str, sid: str, now: datetime) -> bool:
    """Whether an access token of this sign-on is still worth anything."""
    found = await value(
        db,
        """
        select true from permit
        where oid = %(oid)s and mnemonic = %(mnemonic)s and sid::text = %(sid)s
            and ends_at > %(now)s limit 1
        """,
        oid=oid,
        mnemonic=mnemonic,
        sid=sid,
        now=now,
    )
    return found is True


async def _refuse(
    db: Connection, end_replayed: LiteralString, secret: str, mnemonic: str
) -> Permit:
    await execute(db, end_replayed, hash=_hash(secret), mnemonic=mnemonic)
    raise Fault("007011")


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
