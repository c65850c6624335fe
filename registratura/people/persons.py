"""Cards of persons in the registry: finding exactly one, and making a card of one's own."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

from registratura.db import Connection, find, value
from registratura.people.names import Sex


@dataclass(frozen=True)
class Identity:
    """What a person is recognised by, together with a policy or a СНИЛС."""

    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: date


@dataclass(frozen=True)
class Person:
    """A card of the registry. `code` is the region's own number; None: a card made here."""

    id: UUID
    code: str | None
    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: date
    sex: Sex
    snils: str | None
    died_on: date | None


# ё = е, case and blanks do not matter. A card that the region knows goes before one made here,
# so that nobody can spoil a match by declaring an invented twin first. One fits, or none does.
_SAME_PERSON: LiteralString = """
    with fitting as (
        select id, code
        from person
        where birth_date = %(birth_date)s
          and name_key(last_name) = name_key(%(last_name)s)
          and name_key(first_name) = name_key(%(first_name)s)
          and name_key(coalesce(middle_name, '')) = name_key(coalesce(%(middle_name)s::text, ''))
          and died_on is null and joined_into is null
          and {proof}
    )
    select min(id::text)::uuid
    from fitting
    where code is not null or not exists (select from fitting where code is not null)
    having count(*) = 1
"""
_BY_POLICY = _SAME_PERSON.format(
    proof="exists (select from policy where person_id = person.id"
    " and series || number = %(policy_number)s)"
)
_BY_SNILS = _SAME_PERSON.format(proof="snils = %(snils)s")
_BY_PAPERS = _SAME_PERSON.format(
    proof="(snils = %(snils)s::text or exists (select from policy where person_id = person.id"
    " and series || number = %(policy_number)s::text))"
)


async def find_by_policy(db: Connection, who: Identity, policy_number: str) -> UUID | None:
    """The one living, not joined card with this full name, birth date and policy; else None."""
    found = await value(db, _BY_POLICY, **vars(who), policy_number=policy_number)
    return None if found is None else UUID(str(found))


async def find_by_snils(db: Connection, who: Identity, snils: str) -> UUID | None:
    """The one living, not joined card with this СНИЛС, full name and birth date; else None."""
    found = await value(db, _BY_SNILS, **vars(who), snils=snils)
    return None if found is None else UUID(str(found))


async def find_by_papers(
    db: Connection, who: Identity, *, snils: str | None, policy_number: str | None
) -> UUID | None:
    """The one living, not joined card with this full name and birth date, and this СНИЛС or this
    policy; else None. Two cards that fit by one each are none."""
    found = await value(db, _BY_PAPERS, **vars(who), snils=snils, policy_number=policy_number)
    return None if found is None else UUID(str(found))


async def make(
    db: Connection,
    who: Identity,
    *,
    now: datetime,
    sex: Sex,
    snils: str | None,
    policy_number: str | None,
) -> UUID:
    """A card of his own for somebody whom the region's list does not name."""
    made = await value(
        db,
        """
        with card as (
            insert into person (last_name, first_name, middle_name, birth_date, sex, snils,
                                created_at)
            values (%(last_name)s, %(first_name)s, %(middle_name)s, %(birth_date)s, %(sex)s,
                    %(snils)s, %(now)s)
            returning id
        ), insured as (
            insert into policy (person_id, number)
            select id, %(policy_number)s from card where %(policy_number)s::text is not null
        )
        select id from card
        """,
        **vars(who),
        sex=sex,
        snils=snils,
        policy_number=policy_number,
        now=now,
    )
    return UUID(str(made))


async def find_card(db: Connection, person_id: UUID) -> Person | None:
    """The card, or the one that the desk joined it into."""
    return await find(
        db,
        Person,
        """
        select living.id, living.code, living.last_name, living.first_name, living.middle_name,
               living.birth_date, living.sex, living.snils, living.died_on
        from person as asked
        join person as living on living.id = coalesce(asked.joined_into, asked.id)
        where asked.id = %(person)s
        """,
        person=person_id,
    )


async def find_by_every_fact(
    db: Connection,
    who: Identity,
    *,
    sex: Sex,
    policy_series: str = "",
    policy_number: str | None = None,
    snils: str | None = None,
) -> UUID | None:
    """The one living person whom every fact fits, told by somebody whom we trust; else None.

    A patronymic that is not given does not count. A policy or СНИЛС that is given must fit, unless
    the person has none here, and one of them must. Cards that the desk joined are one person.
    """
    found = await value(
        db,
        _BY_EVERY_FACT,
        **vars(who),
        sex=sex,
        policy=policy_number,
        whole_policy=policy_series + policy_number if policy_number else None,
        snils=snils,
    )
    return None if found is None else UUID(str(found))


_BY_EVERY_FACT: LiteralString = """
    with named as (
        select distinct card.id, card.code
        from person
        join person as card on card.id = coalesce(person.joined_into, person.id)
        where person.birth_date = %(birth_date)s
          and name_key(person.last_name) = name_key(%(last_name)s)
          and name_key(person.first_name) = name_key(%(first_name)s)
          and (%(middle_name)s::text is null
               or name_key(coalesce(person.middle_name, '')) = name_key(%(middle_name)s::text))
          and person.sex = %(sex)s and card.died_on is null
    ), known as (
        select named.*,
               array(select snils from person
                     where named.id in (id, joined_into) and snils is not null) as snils,
               array(select policy.series || policy.number from policy
                     join person on person.id = policy.person_id
                     where named.id in (person.id, person.joined_into)) as policies
        from named
    ), judged as (
        select known.id, known.code, %(snils)s::text = any(known.snils) as snils_fits,
               -- wherever the series ends, and whether or not it was given
               exists (select from unnest(known.policies) as policy
                       where policy in (%(policy)s::text, %(whole_policy)s::text)) as policy_fits,
               known.snils = '{}' as has_no_snils, known.policies = '{}' as has_no_policy
        from known
    ), fitting as (
        select id, code from judged
        where (%(snils)s::text is null or snils_fits or has_no_snils)
          and (%(policy)s::text is null or policy_fits or has_no_policy)
          and (num_nonnulls(%(snils)s::text, %(policy)s::text) = 0 or snils_fits or policy_fits)
    )
    select min(id::text)::uuid
    from fitting
    where code is not null or not exists (select from fitting where code is not null)
    having count(*) = 1
"""
