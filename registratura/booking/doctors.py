"""Doctors and rooms as a patient sees them: who, what, where, for whom."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

from registratura import db as database
from registratura.booking.model import Channel
from registratura.booking.rulebook import Rules
from registratura.booking.windows import Window
from registratura.db import Connection
from registratura.people import names
from registratura.people.ages import full_years
from registratura.refusal import Refusal


class PostUnknown(Refusal):
    """No such doctor or room."""

    code = "post_unknown"
    words = "Такого врача в расписании нет"


class ClinicPositionUnknown(Refusal):
    """The clinic has nobody in such a position."""

    code = "clinic_position_unknown"
    words = "Врачей такой специальности в этой клинике нет"


@dataclass(frozen=True)
class Doctor:
    """A post as the patient sees it: the doctor (or room), the place, whom it receives."""

    post_id: UUID
    last_name: str | None
    first_name: str | None
    middle_name: str | None
    position_id: int
    position: str
    area_kind: str | None
    department_id: UUID
    department: str
    organisation: str
    address: str
    phone: str | None
    room: str
    room_name: str | None
    floor: int | None
    zone: str
    area: str | None
    age_from: int
    age_to: int
    sex: str | None
    visit_minutes: int
    self_booking: bool
    needs_referral: bool
    sensitive: bool
    speciality_id: int
    stands_in_for: Sequence[UUID]  # absent posts whose area patients it receives
    merged_rules: dict[str, Any]
    referral_id: UUID | None = None  # the one by which the patient comes

    @property
    def name(self) -> str:
        """Full name; for a room without a doctor, the room's."""
        if self.last_name is None:
            return self.room_name or f"Кабинет {self.room}"
        return " ".join(
            part for part in (self.last_name, self.first_name, self.middle_name) if part
        )

    @property
    def short_name(self) -> str:
        """«Соколова О.В.»; for a room without a doctor, the room's name."""
        if self.last_name is None:
            return self.name
        return names.short(self.last_name, self.first_name or "", self.middle_name)

    @property
    def initials(self) -> str:
        """Two letters for the round mark beside the name."""
        return ((self.last_name or "К")[:1] + (self.first_name or "")[:1]).upper()

    @cached_property
    def rules(self) -> Rules:
        """The settings in force for this doctor."""
        return Rules.resolve(self.merged_rules)

    def receives(self, birth_date: date, sex: str, day: date) -> bool:
        """Whether it receives somebody of this age and sex on that day."""
        fits = self.age_from <= full_years(birth_date, day) <= self.age_to
        return fits and self.sex in (None, sex)

    def window(self, channel: Channel, *, now: datetime) -> Window:
        """When the channel may book this doctor."""
        return Window.open_to(
            channel, now=now, zone=self.zone, rules=self.rules, department_id=self.department_id
        )

    def day_of(self, moment: datetime) -> date:
        """The day in the clinic's own zone."""
        return moment.astimezone(ZoneInfo(self.zone)).date()


DOCTOR: LiteralString = """
    select post.id as post_id, practitioner.last_name, practitioner.first_name,
           practitioner.middle_name, position.id as position_id, position.name as position,
           position.area_kind,
           department.id as department_id, department.name as department,
           organisation.short_name as organisation, department.address, department.phone,
           room.number as room, room.name as room_name, room.floor, organisation.zone,
           (select string_agg(area.number, ', ' order by area.number) from area
            where area.post_id = post.id) as area,
           post.age_from, post.age_to, post.sex, position.visit_minutes, position.self_booking,
           position.needs_referral, position.sensitive, position.speciality_id,
           array(select absence.post_id from absence
                 where absence.substitute_id = post.id
                   and absence.last_day >= (%(now)s at time zone organisation.zone)::date
                   -- one that begins far ahead concerns nobody who looks for a doctor now
                   and absence.first_day <= (%(now)s at time zone organisation.zone)::date + 14)
               as stands_in_for,
           region.rules || organisation.rules || department.rules || position.rules
               || post.rules as merged_rules
    from post
    join position on position.id = post.position_id
    join room on room.id = post.room_id
    join department on department.id = post.department_id
    join organisation on organisation.id = department.organisation_id
    cross join region
    left join practitioner on practitioner.id = post.practitioner_id
"""


async def get(db: Connection, post_id: UUID, *, now: datetime) -> Doctor:
    """The post as a patient sees it at `now`. Refuses with `PostUnknown`."""
    found = await database.find(
        db, Doctor, DOCTOR + "where post.id = %(post)s", post=post_id, now=now
    )
    if found is None:
        raise PostUnknown()
    return found


async def search(
    db: Connection,
    *,
    now: datetime,
    department_id: UUID | None = None,
    position_id: int | None = None,
    speciality_id: int | None = None,
    alike: UUID | None = None,
) -> list[Doctor]:
    """The posts of a clinic, of a position, of a speciality, of that of another post and with some
    place left; None does not narrow."""
    # Each narrowing is a statement of its own, with a plan of its own that an index serves.
    sql = DOCTOR + "where true"
    if department_id is not None:
        sql += " and post.department_id = %(department)s"
    if position_id is not None:
        sql += " and post.position_id = %(position)s"
    if speciality_id is not None:
        sql += " and position.speciality_id = %(speciality)s"
    if alike is not None:
        sql += _ALIKE
    return await database.rows(
        db,
        Doctor,
        sql,
        department=department_id,
        position=position_id,
        speciality=speciality_id,
        alike=alike,
        now=now,
    )


_ALIKE: LiteralString = """
    and position.speciality_id = (
        select other.speciality_id from post join position as other on other.id = post.position_id
        where post.id = %(alike)s)
    -- in a rush hardly anybody has: whoever has nothing is not read at all
    and exists (select from slot where slot.post_id = post.id and taken < seats
                  and blocked is null and starts_at > %(now)s)
"""


async def search_any(
    db: Connection,
    *,
    now: datetime,
    department_ids: Collection[UUID] | None = None,
    position_ids: Collection[int] | None = None,
    snils: str | None = None,
    room_id: UUID | None = None,
    room_oid: str | None = None,
    born: date | None = None,
) -> list[Doctor]:
    """The posts of any of these clinics and positions; None does not narrow.

    With `snils`, that doctor's; with a room, those of the room that have no doctor. With `born`,
    those who receive that age within a year, so that few are left to the rules.
    """
    sql = DOCTOR + _OF_A_ROOM
    if department_ids is not None:
        sql += " and post.department_id = any(%(departments)s)"
    if position_ids is not None:
        sql += " and post.position_id = any(%(positions)s)"
    if snils is not None:
        sql += " and practitioner.snils = %(snils)s"
    if born is not None:
        sql += _BORN
    return await database.rows(
        db,
        Doctor,
        sql,
        departments=None if department_ids is None else list(department_ids),
        positions=None if position_ids is None else list(position_ids),
        snils=snils,
        room=room_id,
        room_oid=room_oid,
        of_a_room=room_id is not None or room_oid is not None,
        born=born,
        now=now,
    )


_OF_A_ROOM: LiteralString = """
    where (not %(of_a_room)s
           or post.practitioner_id is null and (room.id = %(room)s or room.oid = %(room_oid)s))
"""
_BORN: LiteralString = """
      and birthday(%(born)s::date, post.age_from::int)
              <= (%(now)s::timestamptz + interval '1 year')::date
      and birthday(%(born)s::date, post.age_to::int + 1)
              > (%(now)s::timestamptz - interval '1 day')::date
"""
