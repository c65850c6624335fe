"""Personal tokens: the owner of an account lets an application act for him, for whom he chose.

A token widens nothing: for whom the account may act is asked at each call, as for its owner. It is
256 random bits, so a plain digest is enough to keep it by.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from registratura import audit
from registratura.audit import Actor
from registratura.db import Connection, execute, rows, value
from registratura.people.patients import Patient, get_for
from registratura.people.refusals import NotTyped
from registratura.people.token_refusals import (
    TokenForNobody,
    TokenMadeBefore,
    TokenNameEmpty,
    TokenNameTooLong,
    TokenScopeUnknown,
    TokenTermUnknown,
    TokenUnknown,
    TooManyTokens,
)

PREFIX = "rgt_"  # so that a leaked one is known for what it is
TERMS: Sequence[int] = (1, 30, 90, 180, 365)  # days
MOST = 10  # living tokens of an account
LONGEST_NAME = 60
SCOPES = ("read", "book")  # who books reads too


@dataclass(frozen=True)
class Wanted:
    """What the owner chose. `scope` is of `SCOPES`, `days` of `TERMS`."""

    name: str
    scope: str
    patient_ids: Sequence[UUID]
    days: int


@dataclass(frozen=True)
class Token:
    """A living token as its owner sees it; the token itself nobody sees again."""

    id: UUID
    name: str
    may_book: bool
    made_at: datetime
    ends_at: datetime
    used_at: datetime | None
    person_ids: Sequence[UUID]  # the cards for whom it acts, as they are now


async def make(
    db: Connection, account_id: UUID, wanted: Wanted, key: UUID, *, now: datetime, zone: str
) -> str:
    """A new token, told this once; `key` is of the form that asks, so that it asks once.

    Refuses with `NotYourPatient` for anybody for whom the account may not act now, then with the
    first of `faults_of`, with `TokenMadeBefore`, or with `TooManyTokens`.
    """
    named = dict.fromkeys(wanted.patient_ids)
    found = [await get_for(db, account_id, it, now=now, zone=zone) for it in named]
    whom = list({it.person_id: it for it in found}.values())
    for _, fault in faults_of(wanted):
        raise fault
    # The id is the key's, so the row itself remembers the form, closed or ended too.
    token, token_id = PREFIX + secrets.token_urlsafe(32), uuid5(account_id, str(key))
    async with db.transaction():
        await execute(
            db,
            "select from account where id = %(account)s for no key update",
            account=account_id,
        )
        if await value(db, "select exists (select from token where id = %(id)s)", id=token_id):
            raise TokenMadeBefore()
        if len(await search(db, account_id, now=now)) >= MOST:
            raise TooManyTokens(limit=MOST)
        await _keep(db, account_id, token_id, digest(token), wanted, whom, now)
        await _tell_made(db, account_id, token_id, whom, now)
    return token


async def _keep(
    db: Connection,
    account_id: UUID,
    token_id: UUID,
    kept: bytes,
    wanted: Wanted,
    whom: Sequence[Patient],
    now: datetime,
) -> None:
    await execute(
        db,
        """
        with made as (
            insert into token (id, account_id, name, token_sha256, may_book, made_at, ends_at)
            values (%(id)s, %(account)s, %(name)s, %(digest)s, %(may_book)s, %(now)s, %(ends_at)s)
            returning id
        )
        insert into token_patient (token_id, person_id)
        select made.id, whom.id from made cross join unnest(%(persons)s::uuid[]) as whom(id)
        """,
        id=token_id,
        account=account_id,
        name=wanted.name.strip(),
        digest=kept,
        may_book=wanted.scope == "book",
        now=now,
        ends_at=now + timedelta(days=wanted.days),
        persons=[it.person_id for it in whom],
    )


def faults_of(wanted: Wanted) -> list[tuple[str, NotTyped]]:
    """Everything that is wrong with the choice: field and refusal."""
    found: list[tuple[str, NotTyped]] = []
    if not wanted.name.strip():
        found.append(("name", TokenNameEmpty()))
    elif len(wanted.name.strip()) > LONGEST_NAME:
        found.append(("name", TokenNameTooLong(limit=LONGEST_NAME)))
    if not wanted.patient_ids:
        found.append(("patient", TokenForNobody()))
    if wanted.scope not in SCOPES:
        found.append(("scope", TokenScopeUnknown()))
    if wanted.days not in TERMS:
        found.append(("days", TokenTermUnknown()))
    return found


def digest(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


async def search(db: Connection, account_id: UUID, *, now: datetime) -> list[Token]:
    """The account's living tokens, the latest first."""
    return await rows(
        db,
        Token,
        """
        select id, name, may_book, made_at, ends_at,
               greatest(used_at, (select window_at from token_use where token_id = token.id))
                   as used_at,
               array(select coalesce(person.joined_into, person.id)
                     from token_patient join person on person.id = person_id
                     where token_id = token.id) as person_ids
        from token
        where account_id = %(account)s and ends_at > %(now)s and revoked_at is null
        order by made_at desc, id
        """,
        account=account_id,
        now=now,
    )


async def revoke(db: Connection, account_id: UUID, token_id: UUID, *, now: datetime) -> None:
    """The token is worth nothing from here on. Refuses with `TokenUnknown`, a stranger's too."""
    async with db.transaction():
        if not await _end(db, account_id, now, token_id):
            raise TokenUnknown()


async def revoke_all(db: Connection, account_id: UUID, *, now: datetime) -> None:
    """Every token of the account, in the caller's transaction; if there is none, quietly."""
    await _end(db, account_id, now, None)


async def _end(db: Connection, account_id: UUID, now: datetime, token_id: UUID | None) -> int:
    ended: int = await value(
        db,
        """
        with ended as (
            update token set revoked_at = %(now)s
            where account_id = %(account)s and revoked_at is null and ends_at > %(now)s
              and (%(token)s::uuid is null or id = %(token)s)
            returning id
        ), recorded as (
            insert into event (at, kind, actor_kind, actor_id, person_id, subject_id)
            select %(now)s, 'token.revoked', %(actor_kind)s, %(account)s::text, account.person_id,
                   ended.id
            from ended join account on account.id = %(account)s
        )
        select count(*) from ended
        """,
        account=account_id,
        token=token_id,
        actor_kind="account",
        now=now,
    )
    return ended


async def _tell_made(
    db: Connection, account_id: UUID, token_id: UUID, whom: Sequence[Patient], now: datetime
) -> None:
    """In the owner's journal, and in that of everybody else whose data the application may read."""
    owner = await value(
        db, "select person_id from account where id = %(account)s", account=account_id
    )
    actor = Actor("account", str(account_id))
    await audit.record(
        db, now=now, kind="token.made", actor=actor, person_id=owner, subject_id=token_id
    )
    for patient in whom:
        if not patient.is_own:
            await audit.record(
                db,
                now=now,
                kind="person.let_to_application",
                actor=actor,
                person_id=patient.person_id,
                subject_id=token_id,
            )
