"""What a clinic offers a patient: positions with their nearest times, doctors in their order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from registratura import db as database
from registratura.booking.doctors import DOCTOR, Doctor
from registratura.booking.rules import ages_in_words
from registratura.booking.slots import FreeTime, Window
from registratura.db import Connection
from registratura.people.patients import Patient


@dataclass(frozen=True)
class PositionOffer:
    """A position of a clinic: whether it may be booked by this patient, how much is free, when."""

    position_id: int
    name: str
    self_booking: bool
    needs_referral: bool
    sensitive: bool
    is_area_doctor: bool
    age_from: int
    age_to: int
    suits: bool  # some doctor of it receives this age and sex
    free: int
    nearest: datetime | None

    @property
    def ages(self) -> str:
        """Whom its doctors receive, in words."""
        return ages_in_words(self.age_from, self.age_to)


async def search_positions(
    db: Connection, department_id: UUID, window: Window, *, age: int | None, sex: str | None
) -> list[PositionOffer]:
    """Every position of the clinic, none hidden; counts are of what suits `age` and `sex`.

    None for both counts everything. Area doctors first, then by name.
    """
    return await database.rows(
        db,
        PositionOffer,
        """
        select position.id as position_id, position.name, position.self_booking,
               position.needs_referral, position.sensitive,
               position.area_kind is not null as is_area_doctor,
               min(post.age_from) as age_from, max(post.age_to) as age_to,
               bool_or(suited.suits) as suits,
               coalesce(sum(free.count), 0)::int as free, min(free.nearest) as nearest
        from post
        join position on position.id = post.position_id
        cross join lateral (
            select coalesce(%(age)s::int between post.age_from and post.age_to, true)
                   and coalesce(post.sex = %(sex)s::text, true) as suits
        ) as suited
        left join lateral (
            select count(*) as count, min(slot.starts_at) as nearest
            from slot
            where suited.suits and slot.post_id = post.id
              and slot.taken < slot.seats and slot.blocked is null
              and slot.starts_at > %(after)s and slot.starts_at < %(until)s
              and slot.opens_at <= %(now)s and %(channel)s = any(slot.channels)
        ) as free on true
        where post.department_id = %(department)s
        group by position.id
        order by position.area_kind is null, name_key(position.name)
        """,
        department=department_id,
        age=age,
        sex=sex,
        **vars(window),
    )


@dataclass(frozen=True)
class DoctorOffer(Doctor):
    """A doctor with his nearest free times."""

    free: int
    slot_ids: Sequence[UUID]
    starts: Sequence[datetime]

    @property
    def times(self) -> list[FreeTime]:
        """The three nearest times."""
        return [FreeTime(*pair) for pair in zip(self.slot_ids, self.starts, strict=True)]


async def search_doctors(
    db: Connection, department_id: UUID, position_id: int, window: Window, patient: Patient | None
) -> list[DoctorOffer]:
    """The clinic's doctors in one position: the patient's own area doctor, then by nearest time."""
    return await database.rows(
        db,
        DoctorOffer,
        # both parts are literals of ours; every value is a parameter
        f"""
        select doctor.*, free.count as free, free.slot_ids, free.starts
        from ({DOCTOR} where post.department_id = %(department)s
                         and post.position_id = %(position)s) as doctor
        cross join lateral (
            select count(*)::int as count,
                   coalesce((array_agg(slot.id order by slot.starts_at))[1:3], '{{}}') as slot_ids,
                   coalesce((array_agg(slot.starts_at order by slot.starts_at))[1:3], '{{}}')
                       as starts
            from slot
            where slot.post_id = doctor.post_id
              and slot.taken < slot.seats and slot.blocked is null
              and slot.starts_at > %(after)s and slot.starts_at < %(until)s
              and slot.opens_at <= %(now)s and %(channel)s = any(slot.channels)
        ) as free
        order by doctor.post_id is distinct from %(own)s::uuid, free.starts[1] nulls last,
                 name_key(doctor.last_name)
        """,  # noqa: S608
        department=department_id,
        position=position_id,
        own=patient.area_post_id if patient else None,
        **vars(window),
    )


@dataclass(frozen=True)
class ElsewhereOffer:
    """Another clinic with free time of the same position."""

    department_id: UUID
    department: str
    organisation: str
    address: str
    zone: str
    nearest: datetime


async def search_elsewhere(
    db: Connection, department_id: UUID, position_id: int, window: Window, *, age: int | None
) -> list[ElsewhereOffer]:
    """The five clinics with the nearest free time of this position, but for the one given."""
    return await database.rows(
        db,
        ElsewhereOffer,
        """
        select department.id as department_id, department.name as department,
               organisation.short_name as organisation, department.address, organisation.zone,
               min(free.starts_at) as nearest
        from post
        join department on department.id = post.department_id
        join organisation on organisation.id = department.organisation_id
        cross join lateral (
            select slot.starts_at from slot
            where slot.post_id = post.id
              and slot.taken < slot.seats and slot.blocked is null
              and slot.starts_at > %(after)s and slot.starts_at < %(until)s
              and slot.opens_at <= %(now)s and %(channel)s = any(slot.channels)
            order by slot.starts_at limit 1
        ) as free
        where post.position_id = %(position)s and post.department_id <> %(department)s
          and coalesce(%(age)s::int between post.age_from and post.age_to, true)
        group by department.id, organisation.id
        order by nearest
        limit 5
        """,
        department=department_id,
        position=position_id,
        age=age,
        **vars(window),
    )
