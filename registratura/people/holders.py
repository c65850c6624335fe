"""Holders: who may act for a person, as he sees them; he ends what he consented to."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import LiteralString
from uuid import UUID

from registratura import audit
from registratura.audit import Actor
from registratura.db import Connection, find, retried, rows
from registratura.people import accounts, ages, names, relatives
from registratura.people.acting import END, LIVING, THEIRS, today_of
from registratura.people.ladder import CONFIRMABLE, CONSENTED, SEES_HOLDERS_FROM
from registratura.people.link_refusals import HoldersNotShown
from registratura.people.names import Sex
from registratura.people.refusals import NotYourRelative


@dataclass(frozen=True)
class Holder:
    """One link as the patient sees it: whose, of which kind, what it gives, until when.

    No contacts. `mine`: it belongs to the account that looks.
    """

    id: UUID
    last_name: str
    first_name: str
    middle_name: str | None
    sex: Sex
    kinship: str
    level: str
    acts: bool
    sees: bool
    ends_on: date
    since: datetime
    mine: bool

    @property
    def name(self) -> str:
        """«Смирнов Олег Андреевич»."""
        return names.full(self.last_name, self.first_name, self.middle_name)

    @property
    def last_day(self) -> date:
        """The last day on which he may."""
        return self.ends_on - timedelta(days=1)

    @property
    def is_consented(self) -> bool:
        """Whether the patient let him, and may end it."""
        return self.kinship in CONSENTED


_HOLDERS: LiteralString = f"""
    select acting.relative_id as id, account.last_name, account.first_name, account.middle_name,
           account.sex, acting.kinship, acting.level, acting.acts and rung.acts as acts,
           acting.sees and rung.sees as sees, {END} as ends_on, acting.created_at as since,
           account.id = %(account)s as mine
    from person as card {THEIRS}
    join account on account.id = acting.account_id
    where card.id = (select coalesce(joined_into, id) from person where id = %(person)s)
      and acting.level <> 'own' and {LIVING}
    order by acting.created_at, acting.relative_id
"""


async def search_own(db: Connection, account_id: UUID, *, now: datetime, zone: str) -> list[Holder]:
    """Who may act for the account's owner. Refuses with `HoldersNotShown` before he is 15."""
    owner = await accounts.get(db, account_id)
    today = today_of(now, zone)
    if ages.full_years(owner.birth_date, today) < SEES_HOLDERS_FROM:
        raise HoldersNotShown(age=SEES_HOLDERS_FROM)
    return await rows(db, Holder, _HOLDERS, account=account_id, person=owner.person_id, today=today)


async def search_of_child(
    db: Connection, account_id: UUID, relative_id: UUID, *, now: datetime, zone: str
) -> list[Holder]:
    """Who may act for the child, for a parent or guardian who is confirmed.

    Refuses with `NotYourRelative`, also where the link is declared or its patient an adult.
    """
    link = await relatives.get_own(db, account_id, relative_id, now=now, zone=zone)
    if link.level != "confirmed" or link.kinship not in CONFIRMABLE:
        raise NotYourRelative()
    return await rows(
        db,
        Holder,
        _HOLDERS,
        account=account_id,
        person=link.person_id,
        today=today_of(now, zone),
    )


@dataclass(frozen=True)
class _Link:
    id: UUID
    person_id: UUID


@retried
async def end(db: Connection, account_id: UUID, relative_id: UUID, *, now: datetime) -> None:
    """The patient takes his consent back: that link to him ends at once; booked visits stay.

    Refuses with `NotYourRelative` for a link that he did not consent to, or that has ended.
    """
    async with db.transaction():
        ended = await find(
            db,
            _Link,
            """
            with own as (
                select coalesce(person.joined_into, person.id) as card_id
                from account join person on person.id = account.person_id
                where account.id = %(account)s
            ), gone as (
                update relative set ended_at = %(now)s
                from person as linked, own
                where relative.id = %(relative)s and ended_at is null
                  and kinship = any(%(consented)s) and linked.id = relative.person_id
                  and own.card_id in (linked.id, linked.joined_into)
                returning relative.id, relative.person_id
            ), announced as (
                insert into outbox (event, subject_id, created_at)
                select 'relative.revoked', id, %(now)s from gone
            )
            select id, person_id from gone
            """,
            account=account_id,
            relative=relative_id,
            consented=list(CONSENTED),
            now=now,
        )
        if ended is None:
            raise NotYourRelative()
        await audit.record(
            db,
            now=now,
            kind="relative.revoked",
            actor=Actor("account", str(account_id)),
            person_id=ended.person_id,
            subject_id=ended.id,
        )
