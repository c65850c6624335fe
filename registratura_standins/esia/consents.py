"""Consents of account owners: which client may have what; remembered, and revoked at will."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from registratura_standins.esia.authorisations import Authorisation
from registratura_standins.esia.consent_types import BOOK
from registratura_standins.esia.database import Connection, execute, rows, value
from registratura_standins.esia.permissions import Permission


@dataclass(frozen=True)
class Consent:
    """What an owner allowed a client, and since when."""

    mnemonic: str
    name: str
    scopes: list[str]
    given_at: datetime


@dataclass(frozen=True)
class GivenPermission:
    """A consent of the digital profile that was given and has not ended."""

    mnemonic: str
    client_name: str
    sysname: str
    scopes: list[str]
    purposes: list[str]
    actions: list[str]
    given_at: datetime
    ends_at: datetime

    @property
    def name(self) -> str:
        """The type's name for people."""
        return BOOK[self.sysname].name if self.sysname in BOOK else self.sysname


async def is_consent_needed(db: Connection, oid: int, asked: Authorisation, now: datetime) -> bool:
    """True if any of these scopes was never allowed to this client, or a permission asked for is
    not given, or has ended."""
    scopes: list[str] | None = await value(
        db,
        "select scopes from consent where oid = %(oid)s and mnemonic = %(mnemonic)s",
        oid=oid,
        mnemonic=asked.mnemonic,
    )
    if scopes is None or not set(asked.scopes) <= set(scopes):
        return True
    given = await search_permissions(db, oid, now, asked.mnemonic) if asked.permissions else []
    return not all(any(_covers(one, wanted) for one in given) for wanted in asked.asked_permissions)


def _covers(given: GivenPermission, wanted: Permission) -> bool:
    return (
        given.sysname == wanted.sysname
        and set(wanted.scopes) <= set(given.scopes)
        and set(wanted.purposes) <= set(given.purposes)
        and set(wanted.actions) <= set(given.actions)
    )


async def give_consent(db: Connection, oid: int, asked: Authorisation, now: datetime) -> None:
    """Allow these scopes, in addition to those allowed before, and the permissions asked for."""
    async with db.transaction():
        await execute(
            db,
            """
            insert into consent (oid, mnemonic, scopes, given_at)
            values (%(oid)s, %(mnemonic)s, %(scopes)s, %(now)s)
            on conflict (oid, mnemonic) do update set given_at = excluded.given_at,
                scopes = array(select distinct unnest(consent.scopes || excluded.scopes) order by 1)
            """,
            oid=oid,
            mnemonic=asked.mnemonic,
            scopes=sorted(asked.scopes),
            now=now,
        )
        for one in asked.asked_permissions:
            await _give_permission(db, oid, asked.mnemonic, one, now)


async def _give_permission(
    db: Connection, oid: int, mnemonic: str, one: Permission, now: datetime
) -> None:
    await execute(
        db,
        """
        with renewed as (
            delete from permission
            where oid = %(oid)s and mnemonic = %(mnemonic)s and sysname = %(sysname)s
        )
        insert into permission (oid, mnemonic, sysname, purposes, actions, scopes, given_at,
            ends_at)
        values (%(oid)s, %(mnemonic)s, %(sysname)s, %(purposes)s, %(actions)s, %(scopes)s,
            %(now)s, %(ends_at)s)
        """,
        oid=oid,
        mnemonic=mnemonic,
        sysname=one.sysname,
        purposes=one.purposes,
        actions=one.actions,
        scopes=one.scopes,
        now=now,
        ends_at=one.ends_at(now),
    )


async def search_permissions(
    db: Connection, oid: int, now: datetime, mnemonic: str | None = None
) -> list[GivenPermission]:
    """Living consents of the digital profile, to one client or to all."""
    return await rows(
        db,
        GivenPermission,
        """
        select mnemonic, client.name as client_name, sysname, permission.scopes, purposes,
            actions, given_at, ends_at
        from permission join client using (mnemonic)
        where oid = %(oid)s and ends_at > %(now)s
            and mnemonic = coalesce(%(mnemonic)s, mnemonic)
        order by client.name, sysname
        """,
        oid=oid,
        now=now,
        mnemonic=mnemonic,
    )


async def search_consents(db: Connection, oid: int) -> list[Consent]:
    """What this owner allows, by the client's name."""
    return await rows(
        db,
        Consent,
        """
        select mnemonic, client.name, consent.scopes, given_at
        from consent join client using (mnemonic)
        where oid = %(oid)s order by client.name
        """,
        oid=oid,
    )


async def revoke_consent(db: Connection, oid: int, mnemonic: str) -> None:
    """Take the consent back, permissions with it; every token the client holds for this owner is
    worth nothing."""
    of_client = {"oid": oid, "mnemonic": mnemonic}
    async with db.transaction():
        # The first waits for a sign-on that rests on this consent; the last sees what came of it.
        for statement in _REVOKING:
            await execute(db, statement, **of_client)


_REVOKING: tuple[LiteralString, ...] = (
    "delete from consent where oid = %(oid)s and mnemonic = %(mnemonic)s",
    "delete from permission where oid = %(oid)s and mnemonic = %(mnemonic)s",
    "delete from permit where oid = %(oid)s and mnemonic = %(mnemonic)s",
)
