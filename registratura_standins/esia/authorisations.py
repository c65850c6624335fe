"""Requests to sign on that passed every check and wait for their owner's password and consent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from registratura_standins.esia.database import Connection, find, value

LASTS = timedelta(minutes=30)


@dataclass(frozen=True)
class Authorisation:
    """Who asks for what, and where the answer goes."""

    id: UUID
    mnemonic: str
    client_name: str
    mode: str
    purpose: str
    redirect_uri: str
    scopes: list[str]
    state: str
    offline: bool


async def keep_authorisation(
    db: Connection,
    *,
    mnemonic: str,
    redirect_uri: str,
    scopes: list[str],
    state: str,
    offline: bool,
    now: datetime,
) -> UUID:
    """Keep a checked request for half an hour; its id goes into addresses of our own pages."""
    made: UUID = await value(
        db,
        """
        insert into authorisation (mnemonic, redirect_uri, scopes, state, offline, ends_at)
        values (%(mnemonic)s, %(redirect_uri)s, %(scopes)s, %(state)s, %(offline)s, %(ends_at)s)
        returning id
        """,
        mnemonic=mnemonic,
        redirect_uri=redirect_uri,
        scopes=scopes,
        state=state,
        offline=offline,
        ends_at=now + LASTS,
    )
    return made


async def find_authorisation(db: Connection, id: UUID, now: datetime) -> Authorisation | None:
    """The request, unless it has ended."""
    return await find(
        db,
        Authorisation,
        """
        select authorisation.id, mnemonic, client.name as client_name, client.mode,
            client.purpose, redirect_uri, authorisation.scopes, state, offline
        from authorisation join client using (mnemonic)
        where authorisation.id = %(id)s and ends_at > %(now)s
        """,
        id=id,
        now=now,
    )
