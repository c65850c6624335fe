"""Closures: the desk ends an account's access to a person, and keeps it from coming back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from registratura import audit
from registratura.audit import Actor
from registratura.db import Connection, execute, find, retried, rows, value
from registratura.people.persons import Identity
from registratura.people.refusals import AccessClosed, RelativeUnknown


@dataclass(frozen=True)
class _Link:
    id: UUID
    account_id: UUID
    person_id: UUID
    level: str


@retried
async def close_access(
    db: Connection, *, now: datetime, actor: Actor, relative_id: UUID, document: str, reason: str
) -> None:
    """End at once every link by which this account reaches the person, declared or confirmed.

    The account cannot declare the person again; a link that its owner has left is closed all the
    same, and one that was closed stays so, quietly. Visits that were booked stay.
    Refuses with `RelativeUnknown`. Raises `ValueError` for a blank document or reason.
    """
    if not document.strip() or not reason.strip():
        raise ValueError("document, reason: blank")
    if now.tzinfo is None:
        raise ValueError("now: a datetime without a zone")
    async with db.transaction():
        asked = await _lock_account(db, relative_id)
        for link in await _close(db, asked, now, document.strip(), reason.strip()):
            await audit.record(
                db,
                now=now,
                kind="relative.closed",
                actor=actor,
                person_id=link.person_id,
                subject_id=link.id,
                before={"level": link.level},
                after={"document": document.strip(), "reason": reason.strip()},
            )


async def check_open(
    db: Connection, account_id: UUID, who: Identity, policy_number: str | None
) -> None:
    """Refuses with `AccessClosed` where these facts were told for a link that the desk closed.

    Compared with what the account itself told then, not with the registry: it learns nothing new.
    """
    closed = await value(
        db,
        """
        select exists (
            select from relative
            where account_id = %(account)s and closed_at is not null
              and (policy_number = %(policy_number)s
                   or birth_date = %(birth_date)s
                      and name_key(last_name) = name_key(%(last_name)s)
                      and name_key(first_name) = name_key(%(first_name)s)
                      and name_key(coalesce(middle_name, ''))
                          = name_key(coalesce(%(middle_name)s::text, '')))
        )
        """,
        **vars(who),
        policy_number=policy_number,
        account=account_id,
    )
    if closed:
        raise AccessClosed()


async def is_closed_to(db: Connection, account_id: UUID, person_id: UUID | None) -> bool:
    """Whether a closed link of the account led to this card, or to one joined into it."""
    return bool(
        await value(
            db,
            """
            select exists (
                select from relative join person as linked on linked.id = relative.person_id
                where account_id = %(account)s and closed_at is not null
                  and coalesce(linked.joined_into, linked.id) = %(person)s::uuid
            )
            """,
            account=account_id,
            person=person_id,
        )
    )


async def _lock_account(db: Connection, relative_id: UUID) -> _Link:
    """The account's row, as declaring locks it: no link is added while its access is closed."""
    await execute(
        db,
        """
        select from account
        where id = (select account_id from relative where id = %(relative)s)
        for no key update
        """,
        relative=relative_id,
    )
    found = await find(
        db,
        _Link,
        "select id, account_id, person_id, level from relative where id = %(relative)s",
        relative=relative_id,
    )
    if found is None:
        raise RelativeUnknown()
    return found


async def _close(
    db: Connection, asked: _Link, now: datetime, document: str, reason: str
) -> list[_Link]:
    return await rows(
        db,
        _Link,
        """
        with wanted as (
            select coalesce(joined_into, id) as card_id from person where id = %(person)s
        ), closed as (
            update relative
            set ended_at = coalesce(ended_at, %(now)s), closed_at = %(now)s,
                closed_reason = %(reason)s, closed_by_document = %(document)s
            where account_id = %(account)s and closed_at is null
              and (ended_at is null or id = %(relative)s)
              and person_id in (select person.id from person, wanted
                                where person.id = card_id or joined_into = card_id)
            returning id, account_id, person_id, level
        ), announced as (
            insert into outbox (event, subject_id, created_at)
            select 'relative.closed', id, %(now)s from closed
        )
        select id, account_id, person_id, level from closed
        """,
        account=asked.account_id,
        person=asked.person_id,
        relative=asked.id,
        document=document,
        reason=reason,
        now=now,
    )
