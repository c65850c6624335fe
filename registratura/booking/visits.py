"""Appointments as people see them: one card, or the list of everybody an account acts for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, LiteralString
from uuid import UUID

from registratura import db as database
from registratura.audit import Actor
from registratura.audit.readings import TOLD_ONCE_A_DAY, told_by
from registratura.booking.model import State
from registratura.booking.refusals import AppointmentUnknown
from registratura.db import Connection
from registratura.people.acting import ACTING, BETTER, CARD, HIDDEN, LIVING, today_of


@dataclass(frozen=True)
class Visit:
    """One appointment with everything that its ticket shows."""

    id: UUID
    number: str
    state: str
    channel: str
    starts_at: datetime
    ends_at: datetime
    patient_id: UUID
    patient: str
    post_id: UUID
    doctor: str | None
    position_id: int
    position: str
    department_id: UUID
    department: str
    organisation: str
    address: str
    phone: str | None
    room: str
    room_name: str | None
    floor: int | None
    zone: str
    referral_id: UUID | None
    cancelled_by: str | None
    cancelled_at: datetime | None
    cancelled_because: str | None  # why, in the clinic's words for the patient
    acts: bool  # this account may move and cancel it, not only see it
    booked_by: Literal["here", "patient", "representative", "elsewhere"]  # portal accounts, or not

    def is_coming(self, now: datetime) -> bool:
        """Whether the visit is still ahead: it may be moved and cancelled."""
        return self.state == State.BOOKED and self.starts_at > now

    def stands(self, now: datetime) -> bool:
        """Whether it is not over: ahead, under way, or the patient has come and waits."""
        return self.state in (State.BOOKED, State.ARRIVED) and self.ends_at > now


# An account sees every visit of its owner and of those whose visits it may see, but of the others
# only what it booked itself, and nothing that the patient hides. Names are those the account's
# owner typed. Cards that the desk joined are read together, whichever of them the link names; one
# that is reached twice is read once, by the better link.
REACHED: LiteralString = f"""
    with reached as (
        select distinct on (card.id) card.id, acting.acts and rung.acts as acts,
               acting.sees and rung.sees as sees, {HIDDEN} as hidden,
               concat_ws(' ', acting.last_name, acting.first_name, acting.middle_name) as name
        from {ACTING} {CARD}
        where acting.account_id = %(account)s and {LIVING}
        order by card.id, {BETTER}
    )
"""
COLUMNS: LiteralString = """
    select appointment.id, to_char(appointment.number, 'FM9999999999000000') as number,
           appointment.state, appointment.channel,
           appointment.starts_at, appointment.ends_at, reached.id as patient_id,
           reached.name as patient, appointment.post_id,
           nullif(concat_ws(' ', practitioner.last_name, practitioner.first_name,
                            practitioner.middle_name), '') as doctor,
           position.id as position_id, position.name as position,
           department.id as department_id, department.name as department,
           organisation.short_name as organisation, department.address, department.phone,
           room.number as room, room.name as room_name, room.floor, organisation.zone,
           appointment.referral_id, appointment.cancelled_by, appointment.cancelled_at,
           appointment.cancelled_because, reached.acts,
           case when appointment.account_id = %(account)s then 'here'
                when appointment.account_id is null then 'elsewhere'
                when exists (select from account join person on person.id = account.person_id
                             where account.id = appointment.account_id
                               and reached.id in (person.id, person.joined_into)) then 'patient'
                else 'representative' end as booked_by
"""
FROM_REACHED: LiteralString = """
    from reached
    join person as part on part.id = reached.id or part.joined_into = reached.id
    join appointment on appointment.patient_id = part.id
         and (reached.sees or appointment.account_id = %(account)s)
         and appointment.position_id <> all(reached.hidden)
    join post on post.id = appointment.post_id
    join position on position.id = appointment.position_id
    join room on room.id = appointment.room_id
    join department on department.id = appointment.department_id
    join organisation on organisation.id = department.organisation_id
    left join practitioner on practitioner.id = post.practitioner_id
"""
VISIBLE: LiteralString = (
    REACHED + COLUMNS + FROM_REACHED + "where appointment.state not in ('held', 'expired')"
)


# What is shown of another person than the account's owner is a reading, told in the same statement.
_SHOWN: LiteralString = (
    """
    , was_read as (
        select distinct patient_id as person_id from shown
        where patient_id <> (select coalesce(own.joined_into, own.id)
                             from account join person as own on own.id = account.person_id
                             where account.id = %(account)s)
    )
    """
    + TOLD_ONCE_A_DAY
    + "select * from shown order by starts_at"
)


async def search_for(
    db: Connection,
    account_id: UUID,
    *,
    now: datetime,
    region_zone: str,
    patient_id: UUID | None = None,
    among: Sequence[UUID] | None = None,
) -> list[Visit]:
    """Everything this account may see, or of that one patient, the latest two hundred, in order of
    time. Seeing another's visits is an event, once a day. `among`: of these patients only."""
    return await database.rows(
        db,
        Visit,
        "with shown as ("
        + VISIBLE
        + """
          and (%(patient)s::uuid is null or reached.id = %(patient)s)
          and (%(among)s::uuid[] is null or reached.id = any(%(among)s::uuid[]))
          order by appointment.starts_at desc limit 200)
        """
        + _SHOWN,
        account=account_id,
        today=today_of(now, region_zone),
        now=now,
        patient=patient_id,
        among=None if among is None else list(among),
        **_read_by(account_id, now, region_zone),
    )


async def get_for(
    db: Connection,
    account_id: UUID,
    appointment_id: UUID,
    *,
    now: datetime,
    region_zone: str,
    among: Sequence[UUID] | None = None,
) -> Visit:
    """One appointment, if this account may see it; another's is a reading as above. `among`: if it
    is of one of these patients.

    Refuses with `AppointmentUnknown`.
    """
    found = await database.find(
        db,
        Visit,
        "with shown as ("
        + VISIBLE
        + """
          and appointment.id = %(appointment)s
          and (%(among)s::uuid[] is null or reached.id = any(%(among)s::uuid[])))
        """
        + _SHOWN,
        account=account_id,
        appointment=appointment_id,
        today=today_of(now, region_zone),
        now=now,
        among=None if among is None else list(among),
        **_read_by(account_id, now, region_zone),
    )
    if found is None:
        raise AppointmentUnknown()
    return found


async def find_of_slot(
    db: Connection,
    account_id: UUID,
    slot_id: UUID,
    patient_id: UUID,
    *,
    now: datetime,
    region_zone: str,
) -> UUID | None:
    """The id of the patient's visit at that very time, where it stands and this account may see
    it."""
    found: UUID | None = await database.value(
        db,
        REACHED
        + "select appointment.id"
        + FROM_REACHED
        + """
        where appointment.slot_id = %(slot)s and reached.id = %(patient)s
          and appointment.state in ('booked', 'arrived') and appointment.ends_at > %(now)s
        limit 1
        """,
        account=account_id,
        slot=slot_id,
        patient=patient_id,
        now=now,
        today=today_of(now, region_zone),
    )
    return found


def _read_by(account_id: UUID, now: datetime, region_zone: str) -> dict[str, object]:
    actor = Actor("account", str(account_id))
    return told_by(actor, "visits.read", today_of(now, region_zone))
