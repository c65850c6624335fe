"""Consents of account owners: which client may have what; remembered, and revoked at will."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from registratura_standins.esia.database import Connection, execute, rows, value


@dataclass(frozen=True)
class Consent:
    """What an owner allowed a client, and since when."""

    mnemonic: str
    name: str
    scopes: list[str]
    given_at: datetime


async def is_consent_needed(
    db: Connection, oid: int, mnemonic: str, scopes: Collection[str]
) -> bool:
    """True if any of these scopes was never allowed to this client."""
    given: list[str] | None = await value(
        db,
        "select scopes from consent where oid = %(oid)s and mnemonic = %(mnemonic)s",
        oid=oid,
        mnemonic=mnemonic,
    )
    return given is None or not set(scopes) <= set(given)


async def give_consent(
    db: Connection, oid: int, mnemonic: str, scopes: Collection[str], now: datetime
) -> None:
    """Allow these scopes, in addition to those allowed before."""
    await execute(
        db,
        """
        insert into consent (oid, mnemonic, scopes, given_at)
        values (%(oid)s, %(mnemonic)s, %(scopes)s, %(now)s)
        on conflict (oid, mnemonic) do update set given_at = excluded.given_at,
            scopes = array(select distinct unnest(consent.scopes || excluded.scopes) order by 1)
        """,
        oid=oid,
        mnemonic=mnemonic,
        scopes=sorted(scopes),
        now=now,
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
    """Take the consent back; every token the client holds for this owner is worth nothing."""
    async with db.transaction():
        for_client = {"oid": oid, "mnemonic": mnemonic}
        await execute(
            db,
            "delete from consent where oid = %(oid)s and mnemonic = %(mnemonic)s",
            **for_client,
        )
        await execute(
            db,
            "delete from permit where oid = %(oid)s and mnemonic = %(mnemonic)s",
            **for_client,
        )
