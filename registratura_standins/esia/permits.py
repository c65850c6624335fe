"""What one sign-on allowed a client: its single-use code and its rotating refresh tokens."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from registratura_standins.esia.authorisations import Authorisation
from registratura_standins.esia.consents import GivenPermission, search_permissions
from registratura_standins.esia.database import Connection, execute, find, rows, value
from registratura_standins.esia.faults import Fault
from registratura_standins.esia.pkce import check_verifier
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
    permissions: list[dict[str, Any]] = field(default_factory=list)


async def give_permit(
    db: Connection, session: Session, asked: Authorisation, code: str, now: datetime
) -> bool:
    """Bind a code to client, redirect, owner and session; three minutes.

    False: the owner has signed out or taken the consent back since; what is locked here, whoever
    takes it back waits for, and then ends this permit too.
    """
    wanted = {one.sysname for one in asked.asked_permissions}
    given = await search_permissions(db, session.oid, now, asked.mnemonic) if wanted else []
    given = [one for one in given if one.sysname in wanted]
    made = await execute(
        db,
        """
        with allowed as (
            select session.oid, sid, signed_in_at
            from session join consent using (oid)
            where sid = %(sid)s and session.ends_at > %(now)s and mnemonic = %(mnemonic)s
                and consent.scopes @> %(consented)s
            for share
        ), made as (
            insert into permit (mnemonic, oid, sid, redirect_uri, scopes, offline, signed_in_at,
                ends_at, code_challenge, permissions, until)
            select %(mnemonic)s, oid, sid, %(redirect_uri)s, %(scopes)s, %(offline)s, signed_in_at,
                %(ends_at)s, %(code_challenge)s, %(permissions)s, %(until)s
            from allowed
            returning id
        )
        insert into code (hash, permit_id, ends_at)
        select %(hash)s, made.id, %(code_ends_at)s from made
        """,
        sid=session.sid,
        now=now,
        mnemonic=asked.mnemonic,
        consented=asked.scopes,
        redirect_uri=asked.redirect_uri,
        scopes=asked.all_scopes,
        offline=asked.offline,
        ends_at=now + CODE_LASTS + REFRESH_LASTS,
        code_challenge=asked.code_challenge,
        permissions=Jsonb([_claim(one) for one in given]),
        until=min((one.ends_at for one in given), default=None),
        hash=_hash(code),
        code_ends_at=now + CODE_LASTS,
    )
    return made == 1


async def give_system_permit(
    db: Connection, mnemonic: str, oid: int, redirect_uri: str, now: datetime
) -> Permit:
    """What the owner's living permissions let a client read while the owner is away. Refuses
    007019 where there are none."""
    given = await search_permissions(db, oid, now, mnemonic)
    if not given:
        raise Fault("007019")
    scopes = [scope for one in given for scope in one.scopes]
    made = await find(
        db,
        Permit,
        """
        insert into permit (mnemonic, oid, sid, redirect_uri, scopes, offline, signed_in_at,
            ends_at, permissions, until)
        values (%(mnemonic)s, %(oid)s, gen_random_uuid(), %(redirect_uri)s, %(scopes)s, false,
            %(now)s, %(ends_at)s, %(permissions)s, %(until)s)
        returning id, mnemonic, oid, sid, scopes, offline, signed_in_at, permissions
        """,
        mnemonic=mnemonic,
        oid=oid,
        redirect_uri=redirect_uri,
        scopes=["prm_chg", *dict.fromkeys(scopes)],
        now=now,
        ends_at=now + ACCESS_LASTS,
        permissions=Jsonb([_claim(one) for one in given]),
        until=min(one.ends_at for one in given),
    )
    if made is None:
        raise Fault("007007")
    return made


def _claim(given: GivenPermission) -> dict[str, Any]:
    """A permission as the access token tells it; the original's own form is not published."""
    return {
        "sysname": given.sysname,
        "scopes": [{"sysname": scope} for scope in given.scopes],
        "purposes": [{"sysname": purpose} for purpose in given.purposes],
        "actions": [{"sysname": action} for action in given.actions],
        "exp": int(given.ends_at.timestamp()),
    }


@dataclass(frozen=True)
class _Challenge:
    code_challenge: str | None


async def check_code_verifier(
    db: Connection, code: str, mnemonic: str, verifier: str, now: datetime
) -> None:
    """Refuses 007039, 007040 as PKCE says; the code stays unused. An unknown code is not judged."""
    found = await rows(
        db,
        _Challenge,
        """
        select code_challenge from permit join code on permit.id = permit_id
        where hash = %(hash)s and mnemonic = %(mnemonic)s and used_at is null
            and code.ends_at > %(now)s
        """,
        hash=_hash(code),
        mnemonic=mnemonic,
        now=now,
    )
    for one in found:
        check_verifier(one.code_challenge, verifier)


async def redeem_code(
    db: Connection, code: str, mnemonic: str, redirect_uri: str, now: datetime
) -> Permit:
    """The permit of an unused code. Refuses 007011; a replay ends what the code had given, with
    whatever the client has by the same session of the owner: its tokens name no more than that."""
    found = await find(
        db,
        Permit,
        """
        update code set used_at = %(now)s from permit
        where hash = %(hash)s and permit.id = permit_id and used_at is null
            and code.ends_at > %(now)s and mnemonic = %(mnemonic)s
            and redirect_uri = %(redirect_uri)s
        returning permit.id, mnemonic, oid, sid, scopes, offline, signed_in_at, permissions
        """,
        hash=_hash(code),
        mnemonic=mnemonic,
        redirect_uri=redirect_uri,
        now=now,
    )
    return found or await _refuse(
        db,
        """
        delete from permit using code join permit as replayed on replayed.id = permit_id
        where hash = %(hash)s and used_at is not null and replayed.mnemonic = %(mnemonic)s
            and (permit.oid, permit.mnemonic, permit.sid)
                = (replayed.oid, replayed.mnemonic, replayed.sid)
        """,
        code,
        mnemonic,
    )


async def redeem_refresh(db: Connection, token: str, mnemonic: str, now: datetime) -> Permit:
    """The permit of an unused refresh token. Refuses 007011; a replay ends as much as a code's."""
    found = await find(
        db,
        Permit,
        """
        update refresh set used_at = %(now)s from permit
        where hash = %(hash)s and permit.id = permit_id and used_at is null
            and refresh.ends_at > %(now)s and mnemonic = %(mnemonic)s
            and (until is null or until > %(now)s)
        returning permit.id, mnemonic, oid, sid, scopes, offline, signed_in_at, permissions
        """,
        hash=_hash(token),
        mnemonic=mnemonic,
        now=now,
    )
    return found or await _refuse(
        db,
        """
        delete from permit using refresh join permit as replayed on replayed.id = permit_id
        where hash = %(hash)s and used_at is not null and replayed.mnemonic = %(mnemonic)s
            and (permit.oid, permit.mnemonic, permit.sid)
                = (replayed.oid, replayed.mnemonic, replayed.sid)
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
            and ends_at > %(now)s and (until is null or until > %(now)s)
        limit 1
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
