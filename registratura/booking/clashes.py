"""Which rule a refused booking broke, and how much of it the asker may be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from registratura import db as database
from registratura.audit import Actor
from registratura.booking import refusals
from registratura.booking.refusals import CONSTRAINTS, BookingRefusal
from registratura.booking.sight import SEEN, sight
from registratura.db import Connection
from registratura.people.patients import Patient


@dataclass(frozen=True)
class Clash:
    """A rule that the booking breaks now, and the visit that stands in its way."""

    constraint: str
    appointment_id: UUID | None
    account_id: UUID | None
    starts_at: datetime | None
    position_id: int | None
    position: str | None
    department: str | None
    zone: str
    phone: str


@dataclass(frozen=True)
class Refused:
    """What was asked when a constraint refused it."""

    now: datetime
    patient: Patient
    slot_id: UUID
    account_id: str | None
    replaces: UUID | None
    referral_id: UUID | None
    channel: str
    waived: bool
    together: Sequence[UUID]  # whose holds of this account gave way: the patient, and who with him


async def find(db: Connection, asked: Refused) -> BookingRefusal | None:
    """The refusal of the first broken rule in the order of `CONSTRAINTS`, asked after the rollback.

    PostgreSQL names the constraint it met first, and that order changes with a restore; so the
    rules are asked again. None where no rule is broken any more.
    """
    found = await _search(db, asked)
    order = list(CONSTRAINTS)
    found.sort(key=lambda clash: order.index(clash.constraint))
    return _refusal(found[0]) if found else None


def plain(constraint: str | None) -> BookingRefusal | None:
    """The refusal of a constraint, without particulars. None for one that is not a rule."""
    if constraint is None or constraint not in CONSTRAINTS:
        return None
    return CONSTRAINTS[constraint](visit="", phone="")


def _refusal(clash: Clash) -> BookingRefusal:
    visit = ""
    if clash.starts_at is not None:
        local = clash.starts_at.astimezone(ZoneInfo(clash.zone))
        visit = f"{clash.position}, {local:%d.%m.%Y %H:%M}, {clash.department}"
    return CONSTRAINTS[clash.constraint](
        visit=visit,
        appointment_id=clash.appointment_id,
        account_id=clash.account_id,
        position_id=clash.position_id,
        phone=clash.phone,
    )


async def _search(db: Connection, asked: Refused) -> list[Clash]:
    return await database.rows(
        db,
        Clash,
        """
        with wanted as (
            select slot.*, organisation.zone, coalesce(department.phone, '') as phone
            from slot
            join department on department.id = slot.department_id
            join organisation on organisation.id = department.organisation_id
            where slot.id = %(slot)s
        ), standing as (
            -- what the booking would have met: not what it would have cleared out of its way
            select * from appointment
            where live and id is distinct from %(replaces)s::uuid
              and not (state = 'held' and (
                  held_until <= %(now)s
                  or patient_id = any(%(together)s)
                     and coalesce(account_id = %(account)s::uuid, false)
                  or patient_id = %(patient)s and proposed_for is not null and """
        + SEEN
        + """))
              and (slot_id = %(slot)s or patient_id = %(patient)s
                   or referral_id = %(referral)s::uuid)
        ), broken as (
            select 'a_seat_is_given_once' as constraint, null::uuid as appointment_id
            from wanted
            where seats <= (select count(*) from standing where slot_id = %(slot)s)
            union all
            select 'a_patient_is_in_one_place_at_a_time', standing.id
            from wanted join standing on standing.patient_id = %(patient)s
                and standing.replaces is null
                and tstzrange(standing.starts_at, standing.ends_at)
                    && tstzrange(wanted.starts_at, wanted.ends_at)
            union all
            select 'one_coming_visit_per_position', standing.id
            from wanted join standing on standing.patient_id = %(patient)s
                and standing.replaces is null and standing.waived_by is null
                and standing.position_id = wanted.position_id and not %(waived)s
                and tstzrange(least(standing.booked_at, standing.starts_at), standing.starts_at)
                    && tstzrange(least(%(now)s, wanted.starts_at), wanted.starts_at)
            union all
            select 'a_referral_is_used_once', null
            from standing where referral_id = %(referral)s::uuid
            union all
            select 'a_channel_takes_no_more_than_its_quota', null
            from wanted join quota on quota.session_id = wanted.session_id
            where quota.channel = %(channel)s and quota.taken >= quota.quota
              and quota.released_at > %(now)s
        )
        select broken.constraint, appointment.id as appointment_id, appointment.account_id,
               appointment.starts_at, appointment.position_id, position.name as position,
               department.name as department, wanted.zone, wanted.phone
        from broken cross join wanted
        left join appointment on appointment.id = broken.appointment_id
        left join position on position.id = appointment.position_id
        left join department on department.id = appointment.department_id
        """,
        slot=asked.slot_id,
        patient=asked.patient.person_id,
        **sight(asked.patient, asked.account_id),
        replaces=asked.replaces,
        referral=asked.referral_id,
        channel=asked.channel,
        waived=asked.waived,
        together=asked.together,
        now=asked.now,
    )


def veil(refusal: BookingRefusal, actor: Actor, patient: Patient) -> BookingRefusal:
    """The refusal as this actor may see it.

    Of a clash with a visit that he may not see he learns neither rule, doctor, time nor channel.
    """
    told_of_a_visit = isinstance(refusal, refusals.PatientBusy | refusals.AlreadyBookedToPosition)
    booked_here = str(refusal.parameters.get("account_id")) == actor.id
    position_id = refusal.parameters.get("position_id")
    position = position_id if isinstance(position_id, int) else None
    if told_of_a_visit and not patient.may_see(position, booked_here=booked_here):
        return refusals.ClashNotShown(phone=refusal.parameters.get("phone", ""))
    return refusal
