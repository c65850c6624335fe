"""Referrals: the way in to positions that are not open to everybody; each is used once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

import psycopg

from registratura import audit
from registratura import db as database
from registratura.audit import Actor
from registratura.booking import days
from registratura.booking.model import check_moment
from registratura.booking.refusals import ReferralUnknown
from registratura.db import Connection, retried
from registratura.people.patients import Patient
from registratura.refusal import Refusal


class ReferralNumberTaken(Refusal):
    """Another referral has this number. Parameter: number."""

    code = "referral_number_taken"
    words = "Направление № {number} уже внесено"


@dataclass(frozen=True)
class Referral:
    """A referral of a patient to a position. Dates are inclusive; no clinic named: any."""

    id: UUID
    number: str
    patient_id: UUID
    position_id: int
    position: str
    speciality_id: int
    department_ids: Sequence[UUID]
    departments: Sequence[str]
    issued_by: str | None
    issued_by_id: UUID | None  # a post of ours
    issuer_oid: str | None  # of another system's organisation; None: ours
    diagnosis: str | None
    valid_from: date
    valid_to: date
    appointment_id: UUID | None  # the visit that it was used for
    used_elsewhere: bool  # another system told us of a visit by it

    def leads_to(self, position_id: int, department_id: UUID) -> bool:
        """Whether it is for that position of that clinic."""
        here = not self.department_ids or department_id in self.department_ids
        return here and self.position_id == position_id

    @property
    def is_used(self) -> bool:
        """Whether a visit by it stands, here or elsewhere."""
        return self.appointment_id is not None or self.used_elsewhere

    def is_usable(self, today: date) -> bool:
        """Whether a visit may still be booked by it, today or later."""
        return not self.is_used and self.valid_to >= today


_REFERRAL: LiteralString = """
    select referral.id, referral.number, referral.patient_id, position.id as position_id,
           position.name as position, position.speciality_id, referral.department_ids,
           array(select organisation.short_name || ', ' || department.name
                 from department
                 join organisation on organisation.id = department.organisation_id
                 where department.id = any(referral.department_ids)
                 order by department.name) as departments,
           (select concat_ws(' ', practitioner.last_name, practitioner.first_name,
                             practitioner.middle_name)
            from post join practitioner on practitioner.id = post.practitioner_id
            where post.id = referral.issued_by) as issued_by,
           referral.issued_by as issued_by_id, referral.issuer_oid, referral.diagnosis,
           referral.valid_from, referral.valid_to,
           (select appointment.id from appointment
            where appointment.referral_id = referral.id and appointment.live
              and appointment.state <> 'held' limit 1) as appointment_id,
           is_used_elsewhere(referral.id) as used_elsewhere
    from referral
    join position on position.id = referral.position_id
"""


async def search_for(db: Connection, patient: Patient) -> list[Referral]:
    """The patient's referrals, the last first, but for positions that he hides.

    Of a patient whose visits the account may not see, none: ask for its number.
    """
    if not patient.sees:
        return []
    return await database.rows(
        db,
        Referral,
        _REFERRAL
        + """
        where referral.patient_id = %(patient)s
          and referral.position_id <> all(%(hidden)s::integer[])
        order by referral.valid_to desc, referral.number limit 50
        """,
        patient=patient.person_id,
        hidden=list(patient.hidden),
    )


async def get_by_number(db: Connection, patient: Patient, number: str) -> Referral:
    """The patient's referral with that number. Refuses with `ReferralUnknown`."""
    return await _get(
        db,
        _REFERRAL + "where referral.patient_id = %(patient)s and referral.number = %(number)s",
        patient,
        number=number.strip(),
    )


async def get(db: Connection, patient: Patient, referral_id: UUID) -> Referral:
    """The patient's referral. Refuses with `ReferralUnknown`, for another's too."""
    return await _get(
        db,
        _REFERRAL + "where referral.patient_id = %(patient)s and referral.id = %(referral)s",
        patient,
        referral=referral_id,
    )


async def find_of_visit(db: Connection, appointment_id: UUID) -> Referral | None:
    """The referral by which that visit was booked: a move goes by it too."""
    return await database.find(
        db,
        Referral,
        _REFERRAL
        + "where referral.id = (select referral_id from appointment where id = %(visit)s)",
        visit=appointment_id,
    )


async def _get(
    db: Connection, sql: LiteralString, patient: Patient, **parameters: object
) -> Referral:
    found = await database.find(db, Referral, sql, patient=patient.person_id, **parameters)
    if found is None or found.position_id in patient.hidden:
        raise ReferralUnknown()
    return found


@retried
async def add(
    db: Connection,
    *,
    now: datetime,
    actor: Actor,
    number: str,
    patient_id: UUID,
    position_id: int,
    valid_from: date,
    valid_to: date,
    department_ids: Sequence[UUID] = (),
) -> UUID:
    """Write down a referral given on paper; its id.

    Of at most a year's days, of which something is ahead. Refuses with `ReferralNumberTaken`,
    `DayPast`, `DayTooFar`, `TooManyDays`. Raises `ValueError` for an empty number, where the dates
    are in the wrong order, or nobody and nothing has the id that is given.
    """
    await _check(db, now, number, valid_from, valid_to)
    async with db.transaction():
        try:
            made = await database.value(
                db,
                _ADD,
                number=number.strip(),
                patient=patient_id,
                position=position_id,
                departments=list(department_ids),
                valid_from=valid_from,
                valid_to=valid_to,
            )
        except psycopg.errors.UniqueViolation:
            raise ReferralNumberTaken(number=number.strip()) from None
        if made is None:
            raise ValueError("patient_id, position_id or department_ids: nobody has this id")
        await audit.record(
            db,
            now=now,
            kind="referral.added",
            actor=actor,
            person_id=patient_id,
            subject_id=made,
            after={"number": number.strip(), "position_id": position_id},
        )
    return UUID(str(made))


async def _check(
    db: Connection, now: datetime, number: str, valid_from: date, valid_to: date
) -> None:
    check_moment(now)
    if not number.strip():
        raise ValueError("number: empty")
    if valid_from > valid_to:
        raise ValueError(f"valid_to: {valid_to} is before {valid_from}")
    days.check_span(valid_from, valid_to, today=await _today(db, now))


async def _today(db: Connection, now: datetime) -> date:
    """The day where the old one lasts longest: the referral may still be used there."""
    found: date | None = await database.value(
        db, "select min((%(now)s at time zone zone)::date) from organisation", now=now
    )
    return found or now.date()


_ADD: LiteralString = """
    insert into referral (number, patient_id, position_id, department_ids, valid_from, valid_to)
    select %(number)s, coalesce(person.joined_into, person.id), position.id,
           %(departments)s::uuid[], %(valid_from)s, %(valid_to)s
    from person cross join position
    where person.id = %(patient)s and position.id = %(position)s
      and %(departments)s::uuid[] <@ array(select id from department)
    returning id
"""
