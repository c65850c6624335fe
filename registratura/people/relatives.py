"""Relatives: the links from an account to those it acts for, declared by its owner, left by him."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from psycopg.errors import UniqueViolation

from registratura import audit
from registratura.audit import Actor
from registratura.db import Connection, find, one, rows
from registratura.people import ages, closures, names, persons, policies
from registratura.people.declarations import Declaration, checked
from registratura.people.names import Sex
from registratura.people.refusals import (
    NotYourRelative,
    OwnerIsMinor,
    RelativeAddedTwice,
    RelativeNotAdded,
    TooManyRelatives,
    TooManyRelativesToday,
)

NEW_A_DAY = 3  # declared links of one account, by the region's days
IN_ALL = 10  # declared links of one account, ended ones counted


@dataclass(frozen=True)
class Relative:
    """One link as its owner sees it: names and policy as he typed them."""

    id: UUID
    person_id: UUID
    kinship: str
    level: str
    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: date
    sex: Sex
    policy_number: str
    created_at: datetime

    @property
    def name(self) -> str:
        """«Иванов Петр Иванович»."""
        return names.full(self.last_name, self.first_name, self.middle_name)


async def declare(
    db: Connection,
    account_id: UUID,
    typed: Declaration,
    *,
    now: datetime,
    zone: str,
    policy_check: policies.Check = "warn",
) -> Relative:
    """Link a relative under 18 to the account; a matching card of the registry is met silently.

    The answer and the work are the same whether a card matched or not: the owner learns nothing.
    Refuses with a `NotTyped` (one field), or with a `RelativeNotAdded`: owner under 18, added
    twice, closed by the desk, three a day, ten in all. Each try leaves an event; `zone`: region's.
    """
    declaration = checked(typed, _day(now, zone), policy_check)
    try:
        return await _link(db, account_id, declaration, now, zone)
    except RelativeNotAdded as refusal:
        await _tell_refused(db, account_id, declaration, now, refusal)
        raise


async def search(db: Connection, account_id: UUID, *, now: datetime, zone: str) -> list[Relative]:
    """The account's living links to relatives still under 18, in the order they were added."""
    return await rows(
        db,
        Relative,
        """
        select relative.id, card.id as person_id, kinship, level, relative.last_name,
               relative.first_name, relative.middle_name, relative.birth_date, relative.sex,
               policy_number, relative.created_at
        from relative
        join person as linked on linked.id = relative.person_id
        join person as card on card.id = coalesce(linked.joined_into, linked.id)
        where account_id = %(account)s and ended_at is null and card.died_on is null
          and birthday(least(relative.birth_date, card.birth_date), 18) > %(today)s
        order by relative.created_at, relative.id
        """,
        account=account_id,
        today=_day(now, zone),
    )


async def get_own(
    db: Connection, account_id: UUID, relative_id: UUID, *, now: datetime, zone: str
) -> Relative:
    """One living link of the account. Refuses with `NotYourRelative`."""
    living = await search(db, account_id, now=now, zone=zone)
    for relative in living:  # ten at most
        if relative.id == relative_id:
            return relative
    raise NotYourRelative()


async def leave(db: Connection, account_id: UUID, relative_id: UUID, *, now: datetime) -> None:
    """End the account's own link; visits already booked stay. Refuses with `NotYourRelative`."""
    async with db.transaction():
        left = await find(
            db,
            _Link,
            """
            update relative set ended_at = %(now)s
            where id = %(relative)s and account_id = %(account)s and ended_at is null
            returning id, person_id
            """,
            relative=relative_id,
            account=account_id,
            now=now,
        )
        if left is None:
            raise NotYourRelative()
        await audit.record(
            db,
            now=now,
            kind="relative.left",
            actor=Actor("account", str(account_id)),
            person_id=left.person_id,
            subject_id=left.id,
        )


@dataclass(frozen=True)
class _Link:
    id: UUID
    person_id: UUID


@dataclass(frozen=True)
class _Standing:
    """How an account stands before one more link: its owner's age and what it has used up."""

    birth_date: date
    today: int
    in_all: int
    same: bool


async def _link(
    db: Connection, account_id: UUID, declaration: Declaration, now: datetime, zone: str
) -> Relative:
    try:
        async with db.transaction():
            standing = await _lock(db, account_id, declaration, now, zone)
            _check(standing, _day(now, zone))
            await closures.check_open(db, account_id, declaration)
            person_id = await _meet(db, account_id, declaration, now)
            made = await _insert(db, account_id, person_id, declaration, now)
            await _tell_declared(db, account_id, made, now)
            return made
    except UniqueViolation:  # a_person_is_one_relative_of_an_account
        raise RelativeAddedTwice() from None


async def _lock(
    db: Connection, account_id: UUID, declaration: Declaration, now: datetime, zone: str
) -> _Standing:
    """The account's row stays locked to the end: no other tab counts or adds meanwhile."""
    await one(
        db,
        _Link,
        "select id, person_id from account where id = %(account)s for no key update",
        account=account_id,
    )
    return await one(
        db,
        _Standing,
        """
        select account.birth_date,
               count(*) filter (where level = 'declared' and relative.created_at
                   >= date_trunc('day', %(now)s::timestamptz, %(zone)s)) as today,
               count(*) filter (where level = 'declared') as in_all,
               coalesce(bool_or(
                   ended_at is null and relative.birth_date = %(birth_date)s
                   and name_key(relative.last_name) = name_key(%(last_name)s)
                   and name_key(relative.first_name) = name_key(%(first_name)s)
                   and name_key(coalesce(relative.middle_name, ''))
                       = name_key(coalesce(%(middle_name)s::text, ''))), false) as same
        from account left join relative on relative.account_id = account.id
        where account.id = %(account)s
        group by account.id
        """,
        **vars(declaration.identity),
        account=account_id,
        now=now,
        zone=zone,
    )


def _check(standing: _Standing, today: date) -> None:
    if not ages.is_adult(standing.birth_date, today):
        raise OwnerIsMinor()
    if standing.same:
        raise RelativeAddedTwice()
    if standing.in_all >= IN_ALL:
        raise TooManyRelatives(limit=IN_ALL)
    if standing.today >= NEW_A_DAY:
        raise TooManyRelativesToday(limit=NEW_A_DAY)


async def _meet(db: Connection, account_id: UUID, typed: Declaration, now: datetime) -> UUID:
    """The one card that fits, else a new one. A new one is written either way and taken back
    on a hit, so that the time of the answer does not tell which it was. A card from which the desk
    closed the account, though other facts were typed then, is a miss."""
    assert typed.sex is not None  # `checked` saw to it
    met = await persons.find_by_policy(db, typed.identity, typed.policy_number)
    if await closures.is_closed_to(db, account_id, met):
        met = None
    async with db.transaction() as writing:
        made = await persons.make(
            db,
            typed.identity,
            now=now,
            sex=typed.sex,
            snils=typed.snils,
            policy_number=typed.policy_number,
        )
        if met is not None:
            raise psycopg.Rollback(writing)
    return met or made


async def _insert(
    db: Connection, account_id: UUID, person_id: UUID, declaration: Declaration, now: datetime
) -> Relative:
    return await one(
        db,
        Relative,
        """
        insert into relative (account_id, person_id, kinship, level, last_name, first_name,
                              middle_name, birth_date, sex, policy_number, snils, affirmed_at,
                              created_at)
        values (%(account)s, %(person)s, %(kinship)s, 'declared', %(last_name)s, %(first_name)s,
                %(middle_name)s, %(birth_date)s, %(sex)s, %(policy_number)s, %(snils)s, %(now)s,
                %(now)s)
        returning id, person_id, kinship, level, last_name, first_name, middle_name, birth_date,
                  sex, policy_number, created_at
        """,
        **vars(declaration),
        account=account_id,
        person=person_id,
        now=now,
    )


async def _tell_declared(db: Connection, account_id: UUID, made: Relative, now: datetime) -> None:
    await audit.record(
        db,
        now=now,
        kind="relative.declared",
        actor=Actor("account", str(account_id)),
        person_id=made.person_id,
        subject_id=made.id,
        after={
            "kinship": made.kinship,
            "level": made.level,
            "name": made.name,
            "birth_date": made.birth_date,
            "policy_ends": policies.ending(made.policy_number),
        },
    )


async def _tell_refused(
    db: Connection,
    account_id: UUID,
    declaration: Declaration,
    now: datetime,
    refusal: RelativeNotAdded,
) -> None:
    who = declaration.identity
    async with db.transaction():
        await audit.record(
            db,
            now=now,
            kind="relative.refused",
            actor=Actor("account", str(account_id)),
            after={
                "refusal": refusal.code,
                "kinship": declaration.kinship,
                "name": names.full(who.last_name, who.first_name, who.middle_name),
                "birth_date": who.birth_date,
                "policy_ends": policies.ending(declaration.policy_number),
            },
        )


def _day(now: datetime, zone: str) -> date:
    return now.astimezone(ZoneInfo(zone)).date()
