"""Patients: the persons for whom an account may act at this moment, the owner first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

from registratura.db import Connection, rows
from registratura.people import names
from registratura.people.acting import ACTING, CARD, HIDDEN, LIVING, today_of
from registratura.people.ladder import LEVELS, Level
from registratura.people.names import Sex
from registratura.people.refusals import NotYourPatient


@dataclass(frozen=True)
class Patient:
    """Somebody for whom the account acts. Names and policy are those that its owner typed.

    Of the registry's card only the attachment shows through (design of the declared link), and
    that only to one who knew full name, birth date and policy. `kinship` is None for the owner.
    """

    person_id: UUID
    relative_id: UUID | None
    level: Level
    kinship: str | None
    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: date
    sex: Sex
    policy_number: str | None
    sees: bool  # every visit that is not hidden; else only those that this account booked
    hidden: Sequence[int]  # positions to which the patient's visits are hidden from this account
    department_id: UUID | None
    area_id: UUID | None
    area_number: str | None
    area_post_id: UUID | None
    judged_on: date  # the region's date on which all this was found

    @property
    def name(self) -> str:
        """«Иванов Пётр Иванович»."""
        return names.full(self.last_name, self.first_name, self.middle_name)

    @property
    def short_name(self) -> str:
        """«Иванов П.И.»."""
        return names.short(self.last_name, self.first_name, self.middle_name)

    @property
    def initials(self) -> str:
        """«ИП», for the round mark beside the name."""
        return (self.last_name[:1] + self.first_name[:1]).upper()

    @property
    def is_own(self) -> bool:
        """Whether this is the owner of the account himself."""
        return self.level == "own"

    @property
    def sees_everything(self) -> bool:
        """Whether no visit of the patient is kept from this account."""
        return self.sees and not self.hidden

    def may_see(self, position_id: int | None, *, booked_here: bool) -> bool:
        """Whether this account may know of a visit to that position; None: it is not known which.

        `booked_here`: through this very account.
        """
        if self.hidden and (position_id is None or position_id in self.hidden):
            return False
        return self.sees or booked_here


# What follows in a statement: `where` by account, by person. The order of columns is free.
PATIENTS: LiteralString = f"""
    select acting.account_id, card.id as person_id, acting.relative_id, acting.level,
           nullif(acting.kinship, 'own') as kinship, acting.last_name, acting.first_name,
           acting.middle_name, acting.birth_date, acting.sex, acting.policy_number,
           acting.sees and rung.sees as sees, {HIDDEN} as hidden,
           attachment.department_id, attachment.area_id, area.number as area_number,
           area.post_id as area_post_id, %(today)s::date as judged_on, acting.created_at
    from {ACTING} {CARD}
    left join attachment on attachment.person_id = card.id and attachment.kind = 'main'
         and attachment.valid_from <= %(today)s
         and (attachment.valid_to is null or attachment.valid_to > %(today)s)
    left join area on area.id = attachment.area_id
    where acting.acts and rung.acts and {LIVING}
"""


@dataclass(frozen=True)
class Row(Patient):
    """A row of `PATIENTS`: the patient, of which account, since when."""

    account_id: UUID
    created_at: datetime

    @property
    def patient(self) -> Patient:
        """The patient alone."""
        return Patient(**{name: getattr(self, name) for name in Patient.__dataclass_fields__})


async def get_for(
    db: Connection, account_id: UUID, person_id: UUID, *, now: datetime, zone: str
) -> Patient:
    """The patient, if this account may act for him at `now`; `zone` is the region's.

    Refuses with `NotYourPatient`, in the same way for a stranger and for an id that nobody has.
    """
    found = await rows(
        db,
        Row,
        PATIENTS + "and acting.account_id = %(account)s and %(person)s in (linked.id, card.id)",
        account=account_id,
        person=person_id,
        today=today_of(now, zone),
    )
    if not found:
        raise NotYourPatient()
    return once(found)[0]


async def search(db: Connection, account_id: UUID, *, now: datetime, zone: str) -> list[Patient]:
    """Everybody for whom the account may act at `now`: its owner first, then as they were added.

    A card that is reached twice, since the desk joined two, stands once, by the better link.
    """
    found = await rows(
        db,
        Row,
        PATIENTS + "and acting.account_id = %(account)s",
        account=account_id,
        today=today_of(now, zone),
    )
    return once(found)


def once(found: Iterable[Row]) -> list[Patient]:
    """Patients of one account in the order of the drop-down, each once, by the better link."""
    by_card: dict[UUID, Row] = {}
    for row in sorted(found, key=_better):
        by_card.setdefault(row.person_id, row)
    listed = sorted(by_card.values(), key=lambda row: (not row.is_own, row.created_at, _id(row)))
    return [row.patient for row in listed]


def _better(row: Row) -> tuple[int, bool, datetime, str]:
    return LEVELS.index(row.level), not row.sees, row.created_at, _id(row)


def _id(row: Row) -> str:
    return str(row.relative_id or "")
