"""Relatives: the links from an account to those it acts for, as their holder sees them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import LiteralString
from uuid import UUID

from registratura import audit
from registratura.audit import Actor
from registratura.db import Connection, find, rows
from registratura.people import names
from registratura.people.acting import ACTING, CARD, END, LIVING, today_of
from registratura.people.names import Sex
from registratura.people.refusals import NotYourRelative


@dataclass(frozen=True)
class Relative:
    """One link as its owner sees it: names and policy as he typed them, or as ЕСИА told."""

    id: UUID
    person_id: UUID
    kinship: str
    level: str
    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: date
    sex: Sex
    policy_number: str | None
    acts: bool
    sees: bool
    ends_on: date  # the first day without it
    confirmed_by: str | None
    off_list_since: datetime | None  # since when ЕСИА, which confirmed it, tells it no more
    created_at: datetime

    @property
    def name(self) -> str:
        """«Иванов Петр Иванович»."""
        return names.full(self.last_name, self.first_name, self.middle_name)

    @property
    def last_day(self) -> date:
        """The last day of the link."""
        return self.ends_on - timedelta(days=1)

    @property
    def initials(self) -> str:
        """«ИП», for the round mark beside the name."""
        return (self.last_name[:1] + self.first_name[:1]).upper()


_RELATIVES: LiteralString = f"""
    select relative.id, card.id as person_id, relative.kinship, relative.level,
           relative.last_name, relative.first_name, relative.middle_name, relative.birth_date,
           relative.sex, relative.policy_number, acting.acts and rung.acts as acts,
           acting.sees and rung.sees as sees, {END} as ends_on, relative.confirmed_by,
           relative.off_list_since, relative.created_at
    from {ACTING} {CARD}
    join relative on relative.id = acting.relative_id
    where acting.account_id = %(account)s and {LIVING}
"""


async def search(db: Connection, account_id: UUID, *, now: datetime, zone: str) -> list[Relative]:
    """The account's living links, in the order they were added; `zone` is the region's."""
    return await rows(
        db,
        Relative,
        _RELATIVES + "order by relative.created_at, relative.id",
        account=account_id,
        today=today_of(now, zone),
    )


async def get_own(
    db: Connection, account_id: UUID, relative_id: UUID, *, now: datetime, zone: str
) -> Relative:
    """One living link of the account. Refuses with `NotYourRelative`."""
    found = await find(
        db,
        Relative,
        _RELATIVES + "and relative.id = %(relative)s",
        account=account_id,
        relative=relative_id,
        today=today_of(now, zone),
    )
    if found is None:
        raise NotYourRelative()
    return found


async def leave(db: Connection, account_id: UUID, relative_id: UUID, *, now: datetime) -> None:
    """End the account's own link; visits already booked stay. Refuses with `NotYourRelative`."""
    async with db.transaction():
        left = await find(
            db,
            _Link,
            """
            with gone as (
                update relative set ended_at = %(now)s
                where id = %(relative)s and account_id = %(account)s and ended_at is null
                returning id, person_id
            ), announced as (
                insert into outbox (event, subject_id, created_at)
                select 'relative.left', id, %(now)s from gone
            )
            select id, person_id from gone
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
