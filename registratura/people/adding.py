"""Adding: a link is written down, whoever proved it; what stands before that is locked here."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from registratura import audit
from registratura.audit import Actor
from registratura.db import Connection, find, value
from registratura.people import ages, names
from registratura.people.acting import today_of
from registratura.people.ladder import HOLDER_FROM, Kinship, Level
from registratura.people.names import Sex
from registratura.people.policies import ending
from registratura.people.refusals import OwnerIsMinor


@dataclass(frozen=True)
class NewLink:
    """A link to be made. The names are the patient's as this account is to know him."""

    account_id: UUID
    person_id: UUID
    kinship: Kinship
    level: Level
    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: date
    sex: Sex
    policy_number: str | None = None
    snils: str | None = None
    acts: bool = True
    sees: bool = True
    ends_on: date | None = None
    confirmed_by: str | None = None
    esia_child: str | None = None

    @property
    def facts(self) -> dict[str, object]:
        """What the journal keeps of it; of the policy its end."""
        return {
            "kinship": self.kinship,
            "level": self.level,
            "name": names.full(self.last_name, self.first_name, self.middle_name),
            "birth_date": self.birth_date,
            "policy_ends": self.policy_number and ending(self.policy_number),
            "acts": self.acts,
            "sees": self.sees,
            "ends_on": self.ends_on,
            "confirmed_by": self.confirmed_by,
        }


@dataclass(frozen=True)
class Holder:
    """The account that is to act for another, locked."""

    person_id: UUID
    birth_date: date


async def lock_holder(db: Connection, account_id: UUID, *, now: datetime, zone: str) -> Holder:
    """The account's row, locked to the end: nothing is added or closed beside it meanwhile.

    Refuses with `OwnerIsMinor`. Raises `LookupError` where there is no such account.
    """
    found = await find(
        db,
        Holder,
        "select person_id, birth_date from account where id = %(account)s for no key update",
        account=account_id,
    )
    if found is None:
        raise LookupError("no account")
    if ages.full_years(found.birth_date, today_of(now, zone)) < HOLDER_FROM:
        raise OwnerIsMinor()
    return found


async def add(db: Connection, link: NewLink, *, event: str, now: datetime) -> UUID:
    """The link's id; its event, by the account itself, and its outbox row stand beside it."""
    made = await value(
        db,
        """
        with made as (
            insert into relative (account_id, person_id, kinship, level, last_name, first_name,
                middle_name, birth_date, sex, policy_number, snils, acts, sees, ends_on,
                confirmed_by, esia_child, affirmed_at, created_at)
            values (%(account_id)s, %(person_id)s, %(kinship)s, %(level)s, %(last_name)s,
                %(first_name)s, %(middle_name)s, %(birth_date)s, %(sex)s, %(policy_number)s,
                %(snils)s, %(acts)s, %(sees)s, %(ends_on)s, %(confirmed_by)s, %(esia_child)s,
                %(now)s, %(now)s)
            returning id
        ), announced as (
            insert into outbox (event, subject_id, created_at)
            select %(event)s, id, %(now)s from made
        )
        select id from made
        """,
        **vars(link),
        event=event,
        now=now,
    )
    await audit.record(
        db,
        now=now,
        kind=event,
        actor=Actor("account", str(link.account_id)),
        person_id=link.person_id,
        subject_id=made,
        after=link.facts,
    )
    return UUID(str(made))
