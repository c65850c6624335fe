"""Children: those whom ЕСИА tells of at sign-in, offered to their parent ready to be added."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString, Protocol
from uuid import UUID

from registratura import audit
from registratura.audit import Actor
from registratura.db import Connection, execute, find, retried, rows
from registratura.people import accounts, names
from registratura.people.acting import today_of
from registratura.people.ages import ADULT
from registratura.people.declarations import Declaration
from registratura.people.link_refusals import ChildUnknown
from registratura.people.names import Sex
from registratura.people.persons import Identity


class Told(Protocol):
    """What ЕСИА tells of one child. `verified`: his birth certificate is verified there."""

    @property
    def id(self) -> str: ...
    @property
    def last_name(self) -> str: ...
    @property
    def first_name(self) -> str: ...
    @property
    def middle_name(self) -> str | None: ...
    @property
    def birth_date(self) -> date: ...
    @property
    def sex(self) -> Sex: ...
    @property
    def snils(self) -> str | None: ...
    @property
    def policy_number(self) -> str | None: ...
    @property
    def verified(self) -> bool: ...


@dataclass(frozen=True)
class Child:
    """A child of the account's list who may be added. `relative_id`: the declared link to him that
    may be confirmed now."""

    id: UUID
    esia_id: str
    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: date
    sex: Sex
    snils: str | None
    policy_number: str | None
    verified: bool
    relative_id: UUID | None

    @property
    def name(self) -> str:
        """«Смирнова Анна Олеговна»."""
        return names.full(self.last_name, self.first_name, self.middle_name)

    @property
    def initials(self) -> str:
        """«СА», for the round mark beside the name."""
        return (self.last_name[:1] + self.first_name[:1]).upper()

    @property
    def identity(self) -> Identity:
        """What a card is looked for by."""
        return Identity(self.last_name, self.first_name, self.middle_name, self.birth_date)

    @property
    def declaration(self) -> Declaration:
        """What his parent would type, and affirms by adding him; an unknown policy is empty."""
        return Declaration(
            kinship="child",
            **vars(self.identity),
            sex=self.sex,
            policy_number=self.policy_number or "",
            snils=self.snils,
            affirmed=True,
        )


@retried
async def keep(db: Connection, account_id: UUID, told: Iterable[Told], *, now: datetime) -> None:
    """Keep what ЕСИА told at this sign-in, in place of what it told before.

    A link that ЕСИА confirmed stays confirmed while its child is not on the list, or no longer
    verified there: it is marked, and the desk judges. Each change of the mark is an event.
    """
    children = {it.id: it for it in told if it.id}
    async with db.transaction():
        await accounts.lock(db, account_id)
        await execute(db, _KEEP, account=account_id, now=now, **_columns(children.values()))
        for link in await rows(db, _Marked, _MARK, account=account_id, now=now):
            await audit.record(
                db,
                now=now,
                kind="relative.off_list" if link.off_list_since else "relative.on_list",
                actor=Actor("system", "esia"),
                person_id=link.person_id,
                subject_id=link.id,
            )


async def search(db: Connection, account_id: UUID, *, now: datetime, zone: str) -> list[Child]:
    """The children under 18 who are not linked yet, or may be confirmed now; the oldest first.

    None to whom the desk closed the access.
    """
    return await rows(
        db,
        Child,
        _OFFERED + "order by esia_child.birth_date, esia_child.esia_id",
        account=account_id,
        today=today_of(now, zone),
    )


async def get(
    db: Connection, account_id: UUID, child_id: UUID, *, now: datetime, zone: str
) -> Child:
    """One of these children. Refuses with `ChildUnknown`, in one way for another's and nobody's."""
    found = await find(
        db,
        Child,
        _OFFERED + "and esia_child.id = %(child)s",
        account=account_id,
        child=child_id,
        today=today_of(now, zone),
    )
    if found is None:
        raise ChildUnknown()
    return found


async def forget(db: Connection, account_id: UUID) -> int:
    """Erase the list, in the caller's transaction; how many. For a consent that is withdrawn."""
    return await execute(
        db, "delete from esia_child where account_id = %(account)s", account=account_id
    )


async def sweep(db: Connection, *, now: datetime) -> int:
    """Erase the lists of accounts that agreed to nothing within a day of signing in, or have
    withdrawn; how many."""
    return await execute(
        db,
        """
        delete from esia_child
        where told_at < %(now)s - interval '1 day'
          and not exists (select from consent
                          where consent.account_id = esia_child.account_id
                            and withdrawn_at is null)
        """,
        now=now,
    )


@dataclass(frozen=True)
class _Marked:
    id: UUID
    person_id: UUID
    off_list_since: datetime | None


def _columns(children: Iterable[Told]) -> dict[str, list[object]]:
    listed = list(children)
    return {name: [getattr(it, name) for it in listed] for name in _FACTS}


_FACTS = (
    *("id", "last_name", "first_name", "middle_name", "birth_date", "sex", "snils"),
    *("policy_number", "verified"),
)

_KEEP: LiteralString = """
    with gone as (
        delete from esia_child
        where account_id = %(account)s and esia_id <> all(%(id)s::text[])
    )
    insert into esia_child (account_id, esia_id, last_name, first_name, middle_name, birth_date,
                            sex, snils, policy_number, verified, told_at)
    select %(account)s, told.*, %(now)s
    from unnest(%(id)s::text[], %(last_name)s::text[], %(first_name)s::text[],
                %(middle_name)s::text[], %(birth_date)s::date[], %(sex)s::text[],
                %(snils)s::text[], %(policy_number)s::text[], %(verified)s::boolean[]) as told
    on conflict on constraint a_child_is_on_a_list_once do update
    set last_name = excluded.last_name, first_name = excluded.first_name,
        middle_name = excluded.middle_name, birth_date = excluded.birth_date, sex = excluded.sex,
        snils = excluded.snils, policy_number = excluded.policy_number,
        verified = excluded.verified, told_at = excluded.told_at
"""

_MARK: LiteralString = """
    with confirmed as (
        select relative.id, exists (
            select from esia_child
            where esia_child.account_id = relative.account_id
              and esia_child.esia_id = relative.esia_child and verified
        ) as listed
        from relative
        where account_id = %(account)s and confirmed_by = 'esia' and ended_at is null
        order by id  -- as a booking of two patients locks them
        for no key update
    )
    update relative set off_list_since = case when not listed then %(now)s::timestamptz end
    from confirmed
    where relative.id = confirmed.id and listed = (off_list_since is not null)
    returning relative.id, person_id, off_list_since
"""

# `relative` was made of `esia_child`, or names the same child.
_SAME: LiteralString = """
    (relative.esia_child = esia_child.esia_id
     or relative.birth_date = esia_child.birth_date
        and name_key(relative.last_name) = name_key(esia_child.last_name)
        and name_key(relative.first_name) = name_key(esia_child.first_name)
        and name_key(coalesce(relative.middle_name, ''))
            = name_key(coalesce(esia_child.middle_name, '')))
"""

# A declared link is this child's only if its card has the child's СНИЛС or policy: a name and a
# birth date prove nothing, there are namesakes.
_OFFERED: LiteralString = f"""
    select esia_child.id, esia_child.esia_id, esia_child.last_name, esia_child.first_name,
           esia_child.middle_name, esia_child.birth_date, esia_child.sex, esia_child.snils,
           esia_child.policy_number, esia_child.verified, link.id as relative_id
    from esia_child
    left join lateral (
        select relative.id, relative.level
        from relative
        join person as linked on linked.id = relative.person_id
        join person as card on card.id = coalesce(linked.joined_into, linked.id)
        where relative.account_id = esia_child.account_id and relative.ended_at is null
          and coalesce(card.snils = esia_child.snils, true) and {_SAME}
          and (relative.level = 'confirmed' or coalesce(card.snils = esia_child.snils, false)
               or exists (select from policy where policy.person_id = card.id
                          and policy.series || policy.number = esia_child.policy_number))
        order by relative.level  -- confirmed before declared
        limit 1
    ) as link on true
    where esia_child.account_id = %(account)s
      and birthday(esia_child.birth_date, {ADULT}) > %(today)s
      and (link.id is null or link.level = 'declared' and esia_child.verified)
      and not exists (
          select from relative
          where relative.account_id = esia_child.account_id and closed_at is not null
            and (relative.policy_number = esia_child.policy_number or {_SAME})
      )
"""
