"""Requests to sign on that passed every check and wait for their owner's password and consent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from registratura_standins.esia.database import Connection, find, value
from registratura_standins.esia.permissions import Permission

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
    scope_org: str
    code_challenge: str | None
    permissions: list[dict[str, Any]]
    confirmed_only: bool
    second_step_only: bool

    @property
    def asked_permissions(self) -> list[Permission]:
        """Consents of the digital profile that are asked for."""
        return [Permission(**one) for one in self.permissions]

    @property
    def all_scopes(self) -> list[str]:
        """The scopes asked for, those of the permissions with them."""
        of_permissions = [scope for one in self.asked_permissions for scope in one.scopes]
        return list(dict.fromkeys([*self.scopes, *of_permissions]))


async def keep_authorisation(
    db: Connection,
    *,
    mnemonic: str,
    redirect_uri: str,
    scopes: list[str],
    state: str,
    offline: bool,
    scope_org: Sequence[str] = (),
    code_challenge: str | None = None,
    permissions: Sequence[Permission] = (),
    now: datetime,
) -> UUID:
    """Keep a checked request for half an hour; its id goes into addresses of our own pages."""
    made: UUID = await value(
        db,
        """
        insert into authorisation (mnemonic, redirect_uri, scopes, state, offline, scope_org,
            code_challenge, permissions, ends_at)
        values (%(mnemonic)s, %(redirect_uri)s, %(scopes)s, %(state)s, %(offline)s, %(scope_org)s,
            %(code_challenge)s, %(permissions)s, %(ends_at)s)
        returning id
        """,
        mnemonic=mnemonic,
        redirect_uri=redirect_uri,
        scopes=scopes,
        state=state,
        offline=offline,
        scope_org=" ".join(scope_org),
        code_challenge=code_challenge,
        permissions=Jsonb([one.as_json() for one in permissions]),
        ends_at=now + LASTS,
    )
    return made


class Outdated(Exception):
    """The sign-on that a page belongs to has ended: back to the portal, and once more."""


async def read_ask(db: Connection, ask: str | None, now: datetime) -> Authorisation | None:
    """The sign-on under way; None where nobody asked. Refuses with `Outdated`."""
    if not ask:
        return None
    try:
        found = await find_authorisation(db, UUID(ask), now)
    except ValueError as fault:
        raise Outdated from fault
    if found is None:
        raise Outdated
    return found


async def find_ask(db: Connection, ask: str | None, now: datetime) -> Authorisation | None:
    """The same where an ended one is as good as none: whoever signs in goes to the account."""
    try:
        return await read_ask(db, ask, now)
    except Outdated:
        return None


async def find_authorisation(db: Connection, id: UUID, now: datetime) -> Authorisation | None:
    """The request, unless it has ended."""
    return await find(
        db,
        Authorisation,
        """
        select authorisation.id, mnemonic, client.name as client_name, client.mode,
            client.purpose, redirect_uri, authorisation.scopes, state, offline, scope_org,
            code_challenge, permissions, confirmed_only, second_step_only
        from authorisation join client using (mnemonic)
        where authorisation.id = %(id)s and ends_at > %(now)s
        """,
        id=id,
        now=now,
    )
