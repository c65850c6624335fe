"""Proving: a child whose birth certificate ЕСИА has verified becomes a confirmed link."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from registratura import audit
from registratura.audit import Actor
from registratura.db import Connection, execute, find, retried
from registratura.people import adding, children, closures, persons
from registratura.people.adding import NewLink
from registratura.people.children import Child
from registratura.people.link_refusals import ChildNotVerified
from registratura.people.refusals import AccessClosed, RelativeAddedTwice


@retried
async def prove(
    db: Connection, account_id: UUID, child_id: UUID, *, now: datetime, zone: str
) -> UUID:
    """Link the verified child to the account; the link's id.

    He meets the card of ЕСИА's СНИЛС or policy with his name and birth date, if exactly one fits;
    else he gets a card of his own. A declared link to him is confirmed where it is: its card stays,
    only the desk joins cards. Counts in no limit. Refuses with `ChildUnknown`, `ChildNotVerified`,
    `OwnerIsMinor`, `AccessClosed` or `RelativeAddedTwice`.
    """
    async with db.transaction():
        await adding.lock_holder(db, account_id, now=now, zone=zone)
        child = await children.get(db, account_id, child_id, now=now, zone=zone)
        if not child.verified:
            raise ChildNotVerified()
        await closures.check_open(db, account_id, child.identity, child.policy_number)
        met = await persons.find_by_papers(
            db, child.identity, snils=child.snils, policy_number=child.policy_number
        )
        if await closures.is_closed_to(db, account_id, met):
            raise AccessClosed()
        standing = await _find_link(db, account_id, met, child)
        if standing is None:
            return await _add(db, account_id, met, child, now)
        if standing.level == "confirmed":
            raise RelativeAddedTwice()
        await _confirm(db, standing, child, now)
        return standing.id


@dataclass(frozen=True)
class _Link:
    id: UUID
    account_id: UUID
    person_id: UUID
    level: str


async def _find_link(
    db: Connection, account_id: UUID, met: UUID | None, child: Child
) -> _Link | None:
    """The account's link to the child, by what was typed then or by the card that he meets now."""
    return await find(
        db,
        _Link,
        """
        select relative.id, account_id, person_id, level
        from relative join person as linked on linked.id = relative.person_id
        where account_id = %(account)s and ended_at is null
          and (relative.id = %(link)s::uuid or %(met)s::uuid in (linked.id, linked.joined_into))
        order by relative.id is distinct from %(link)s::uuid, level,
                 relative.created_at
        limit 1
        """,
        account=account_id,
        link=child.relative_id,
        met=met,
    )


async def _add(
    db: Connection, account_id: UUID, met: UUID | None, child: Child, now: datetime
) -> UUID:
    person_id = met or await persons.make(
        db,
        child.identity,
        now=now,
        sex=child.sex,
        snils=child.snils,
        policy_number=child.policy_number,
    )
    link = NewLink(
        account_id=account_id,
        person_id=person_id,
        kinship="child",
        level="confirmed",
        **vars(child.identity),
        sex=child.sex,
        policy_number=child.policy_number,
        snils=child.snils,
        confirmed_by="esia",
        esia_child=child.esia_id,
    )
    return await adding.add(db, link, event="relative.added", now=now)


async def _confirm(db: Connection, link: _Link, child: Child, now: datetime) -> None:
    await execute(
        db,
        """
        with confirmed as (
            update relative
            set level = 'confirmed', kinship = 'child', confirmed_by = 'esia',
                esia_child = %(esia_child)s, off_list_since = null
            where id = %(link)s
            returning id
        )
        insert into outbox (event, subject_id, created_at)
        select 'relative.confirmed', id, %(now)s from confirmed
        """,
        link=link.id,
        esia_child=child.esia_id,
        now=now,
    )
    await audit.record(
        db,
        now=now,
        kind="relative.confirmed",
        actor=Actor("account", str(link.account_id)),
        person_id=link.person_id,
        subject_id=link.id,
        before={"level": link.level},
        after={"level": "confirmed", "confirmed_by": "esia"},
    )
