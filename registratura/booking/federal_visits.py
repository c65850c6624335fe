"""Visits booked through the federal gateway: found by its session or number, told in full."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

from registratura import db as database
from registratura.booking.model import Receipt
from registratura.db import Connection
from registratura.people.acting import VISIT_IS_KEPT


@dataclass(frozen=True)
class Three:
    """By which three ids a booking of the gateway is known again."""

    session: str
    patient_id: UUID
    slot_id: UUID


@dataclass(frozen=True)
class Standing:
    """The session's visit for the patient in that slot, if it stands; how many such have ended."""

    receipt: Receipt | None
    ended: int


@dataclass(frozen=True)
class _Row:
    appointment_id: UUID
    number: str
    slot_id: UUID
    starts_at: datetime
    room: str
    live: bool


async def find_standing(db: Connection, asked: Three) -> Standing:
    """What the session has booked for this patient in this slot."""
    found = await database.rows(
        db,
        _Row,
        """
        select appointment.id as appointment_id,
               to_char(appointment.number, 'FM9999999999000000') as number, slot_id, starts_at,
               room.number as room, live
        from appointment join room on room.id = appointment.room_id
        where federal_session = %(session)s and slot_id = %(slot)s
          and patient_id in (select id from person where %(patient)s in (id, joined_into))
        """,
        session=asked.session,
        slot=asked.slot_id,
        patient=asked.patient_id,
    )
    standing = [it for it in found if it.live]
    receipts = [
        Receipt(it.appointment_id, it.number, it.slot_id, it.starts_at, it.room) for it in standing
    ]
    return Standing(receipts[0] if receipts else None, len(found) - len(standing))


async def is_over(db: Connection, appointment_id: UUID) -> bool:
    """Whether that visit has ended."""
    return bool(
        await database.value(
            db,
            "select not live from appointment where id = %(appointment)s",
            appointment=appointment_id,
        )
    )


async def find_own(
    db: Connection, patient_id: UUID, slot_id: UUID, met: UUID | None = None
) -> UUID | None:
    """The visit that the patient has in that very slot, whoever booked it, unless he hides it.

    `met`: the one that was in the way of a booking; it may have ended since.
    """
    found = await database.value(
        db,
        "select id from appointment as visit where not "
        + VISIT_IS_KEPT
        + """
          and slot_id = %(slot)s and state <> 'held' and (live or id = %(met)s::uuid)
          and patient_id in (select id from person where %(patient)s in (id, joined_into))
        order by not live limit 1
        """,
        met=met,
        slot=slot_id,
        patient=patient_id,
    )
    return None if found is None else UUID(str(found))


@dataclass(frozen=True)
class AskedSlot:
    """A slot that was asked for, free or not: when it begins, by which clock."""

    id: UUID
    position_id: int
    department_id: UUID
    starts_at: datetime
    zone: str


async def find_slot(db: Connection, slot_id: UUID) -> AskedSlot | None:
    """The slot, withdrawn or taken too; None: it was never issued."""
    return await database.find(
        db,
        AskedSlot,
        """
        select slot.id, slot.position_id, slot.department_id, slot.starts_at, organisation.zone
        from slot
        join department on department.id = slot.department_id
        join organisation on organisation.id = department.organisation_id
        where slot.id = %(slot)s
        """,
        slot=slot_id,
    )


@dataclass(frozen=True)
class Told:
    """A standing visit in the words that a refusal tells of it."""

    doctor: str | None
    position: str
    room: str
    service: str | None
    starts_at: datetime
    booked_at: datetime
    zone: str
    channel: str

    @property
    def local_start(self) -> datetime:
        """When it begins, by the clinic's own clock."""
        return self.starts_at.astimezone(ZoneInfo(self.zone))


async def find_told(
    db: Connection, *, appointment_id: UUID | None = None, referral_id: UUID | None = None
) -> Told | None:
    """The visit of that id, or the live one by that referral."""
    return await database.find(db, Told, _TOLD, appointment=appointment_id, referral=referral_id)


_TOLD: LiteralString = """
    select nullif(concat_ws(' ', practitioner.last_name, practitioner.first_name,
                            practitioner.middle_name), '') as doctor,
           position.name as position, room.number as room, position.service_name as service,
           appointment.starts_at, appointment.booked_at, organisation.zone, appointment.channel
    from appointment
    join post on post.id = appointment.post_id
    join position on position.id = appointment.position_id
    join room on room.id = appointment.room_id
    join department on department.id = appointment.department_id
    join organisation on organisation.id = department.organisation_id
    left join practitioner on practitioner.id = post.practitioner_id
    where appointment.id = %(appointment)s::uuid
       or appointment.referral_id = %(referral)s::uuid and appointment.live
          and appointment.replaces is null
    limit 1
"""


@dataclass(frozen=True)
class Booked:
    """A visit that the gateway has given, whatever became of it. `kept`: the patient hides it."""

    id: UUID
    patient_id: UUID
    state: str
    kept: bool


async def find_by_number(db: Connection, number: str) -> Booked | None:
    """The gateway's own visit of that printed number; of other channels none."""
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return await database.find(
        db,
        Booked,
        "select id, patient_id, state, "
        + VISIT_IS_KEPT
        + """ as kept
        from appointment as visit
        where number = %(number)s and federal_session is not null
        """,
        number=int(number),
    )
