"""Declaring: the owner types a relative under 18; a link is made, and nothing is told."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
from psycopg.errors import UniqueViolation

from registratura import audit
from registratura.audit import Actor
from registratura.db import Connection, one
from registratura.people import adding, closures, names, persons, policies, relatives
from registratura.people.acting import today_of
from registratura.people.adding import NewLink
from registratura.people.declarations import Declaration, checked
from registratura.people.refusals import (
    RelativeAddedTwice,
    RelativeNotAdded,
    TooManyRelatives,
    TooManyRelativesToday,
)
from registratura.people.relatives import Relative

NEW_A_DAY = 3  # declared links of one account, by the region's days
IN_ALL = 10  # declared links of one account, ended ones counted


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
    declaration = checked(typed, today_of(now, zone), policy_check)
    try:
        return await _link(db, account_id, declaration, now, zone)
    except RelativeNotAdded as refusal:
        await _tell_refused(db, account_id, declaration, now, refusal)
        raise


@dataclass(frozen=True)
class _Standing:
    """How an account stands before one more link: what it has used up."""

    today: int
    in_all: int
    same: bool


async def _link(
    db: Connection, account_id: UUID, declaration: Declaration, now: datetime, zone: str
) -> Relative:
    try:
        async with db.transaction():
            await adding.lock_holder(db, account_id, now=now, zone=zone)
            _check(await _find_standing(db, account_id, declaration, now, zone))
            await closures.check_open(
                db, account_id, declaration.identity, declaration.policy_number
            )
            person_id = await _meet(db, account_id, declaration, now)
            link_id = await adding.add(
                db,
                _new_link(account_id, person_id, declaration),
                event="relative.declared",
                now=now,
            )
    except UniqueViolation:  # a_person_is_one_relative_of_an_account
        raise RelativeAddedTwice() from None
    return await relatives.get_own(db, account_id, link_id, now=now, zone=zone)


async def _find_standing(
    db: Connection, account_id: UUID, declaration: Declaration, now: datetime, zone: str
) -> _Standing:
    return await one(
        db,
        _Standing,
        """
        select count(*) filter (where level = 'declared' and created_at
                   >= date_trunc('day', %(now)s::timestamptz, %(zone)s)) as today,
               count(*) filter (where level = 'declared') as in_all,
               coalesce(bool_or(
                   ended_at is null and birth_date = %(birth_date)s
                   and name_key(last_name) = name_key(%(last_name)s)
                   and name_key(first_name) = name_key(%(first_name)s)
                   and name_key(coalesce(middle_name, ''))
                       = name_key(coalesce(%(middle_name)s::text, ''))), false) as same
        from relative
        where account_id = %(account)s
        """,
        **vars(declaration.identity),
        account=account_id,
        now=now,
        zone=zone,
    )


def _check(standing: _Standing) -> None:
    if standing.same:
        raise RelativeAddedTwice()
    if standing.in_all >= IN_ALL:
        raise TooManyRelatives(limit=IN_ALL)
    if standing.today >= NEW_A_DAY:
        raise TooManyRelativesToday(limit=NEW_A_DAY)


def _new_link(account_id: UUID, person_id: UUID, declaration: Declaration) -> NewLink:
    assert declaration.sex is not None  # `checked` saw to it
    return NewLink(
        account_id=account_id,
        person_id=person_id,
        level="declared",
        kinship=declaration.kinship,
        **vars(declaration.identity),
        sex=declaration.sex,
        policy_number=declaration.policy_number,
        snils=declaration.snils,
    )


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
