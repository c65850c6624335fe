"""Patients: the persons for whom an account may act at this moment, the owner first."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, LiteralString, get_args
from uuid import UUID

from registratura.db import Connection, find, rows
from registratura.people import names
from registratura.people.names import Sex
from registratura.people.refusals import NotYourPatient

Level = Literal["own", "confirmed", "declared"]
_LEVELS: tuple[Level, ...] = get_args(Level)  # the better first


@dataclass(frozen=True)
class Patient:
    """Somebody for whom the account acts. Names and policy are those that its owner typed.

    Of the registry's card only the attachment shows through (design of the declared link), and
    that only to one who knew full name, birth date and policy.
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
    department_id: UUID | None
    area_id: UUID | None
    area_number: str | None
    area_post_id: UUID | None

    @property
    def name(self) -> str:
        """«Иванов Пётр Иванович»."""
        return names.full(self.last_name, self.first_name, self.middle_name)

    @property
    def short_name(self) -> str:
        """«Иванов П.И.»."""
        return names.short(self.last_name, self.first_name, self.middle_name)

    @property
    def is_own(self) -> bool:
        """Whether this is the owner of the account himself."""
        return self.level == "own"


# A link to a relative ends by itself on the day he is 18: the date is compared at each request,
# in the region's zone. A card that the desk joined into another is read through `joined_into`
# (one step: joining re-points what was joined before).
_PATIENTS: LiteralString = """
    with acting as (
        select person_id, null::uuid as relative_id, 'own' as level, null as kinship, last_name,
               first_name, middle_name, birth_date, sex, policy_number, created_at
        from account where id = %(account)s
        union all
        select person_id, id, level, kinship, last_name, first_name, middle_name, birth_date,
               sex, policy_number, created_at
        from relative
        where account_id = %(account)s and ended_at is null
    ), today as (
        select (%(now)s at time zone %(zone)s)::date as day
    )
    select card.id as person_id, acting.relative_id, acting.level, acting.kinship,
           acting.last_name, acting.first_name, acting.middle_name, acting.birth_date, acting.sex,
           acting.policy_number, attachment.department_id, attachment.area_id,
           area.number as area_number, area.post_id as area_post_id
    from acting
    cross join today
    join person as linked on linked.id = acting.person_id
    join person as card on card.id = coalesce(linked.joined_into, linked.id)
    left join attachment on attachment.person_id = card.id and attachment.kind = 'main'
         and attachment.valid_from <= today.day
         and (attachment.valid_to is null or attachment.valid_to > today.day)
    left join area on area.id = attachment.area_id
    where (acting.level = 'own' or (card.died_on is null
           and birthday(least(acting.birth_date, card.birth_date), 18) > today.day))
"""
_ORDER: LiteralString = """
    order by acting.level <> 'own', acting.level <> 'confirmed', acting.created_at
"""


async def get_for(
    db: Connection, account_id: UUID, person_id: UUID, *, now: datetime, zone: str
) -> Patient:
    """The patient, if this account may act for him at `now`; `zone` is the region's.

    Refuses with `NotYourPatient`, in the same way for a stranger and for an id that nobody has.
    """
    found = await find(
        db,
        Patient,
        _PATIENTS + "and %(person)s in (linked.id, card.id)" + _ORDER + "limit 1",
        account=account_id,
        person=person_id,
        now=now,
        zone=zone,
    )
    if found is None:
        raise NotYourPatient()
    return found


async def search(db: Connection, account_id: UUID, *, now: datetime, zone: str) -> list[Patient]:
    """Everybody for whom the account may act at `now`: its owner first, then as they were added.

    A card that is reached twice, since the desk joined two, stands once, by the better link.
    """
    found = await rows(
        db,
        Patient,
        _PATIENTS + "order by acting.level <> 'own', acting.created_at, acting.relative_id",
        account=account_id,
        now=now,
        zone=zone,
    )
    better = sorted(found, key=lambda patient: _LEVELS.index(patient.level))
    by_card = {patient.person_id: patient for patient in reversed(better)}
    return [patient for patient in found if by_card[patient.person_id] is patient]
