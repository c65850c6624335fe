"""The clinic cancels: a doctor's day, a clinic's day. To each patient it proposes a new time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

import psycopg

from registratura import db as database
from registratura.audit import Actor
from registratura.booking import appointments, asking, cancellation, doctors, locks, offers, rules
from registratura.booking.model import Channel, State, check_moment
from registratura.booking.refusals import BookingRefusal
from registratura.booking.wishes import Wish
from registratura.db import Connection, retried
from registratura.directory import departments
from registratura.people import cards
from registratura.people.patients import Patient

_TRIES = 6  # other times that are tried before the visit is cancelled without a new one


@dataclass(frozen=True)
class Outcome:
    """What became of one visit: cancelled, and the time that is kept for the patient instead."""

    appointment_id: UUID
    number: str
    starts_at: datetime
    proposed_at: datetime | None
    proposed_doctor: str | None


@dataclass(frozen=True)
class _Standing:
    """A coming visit of a day that is withdrawn, or a time proposed in place of one before."""

    id: UUID
    visit_id: UUID  # that was cancelled, or will be
    number: str
    slot_id: UUID
    patient_id: UUID
    post_id: UUID
    starts_at: datetime
    channel: str
    referral_id: UUID | None
    waived_by: str | None
    zone: str


async def cancel_doctor_day(
    db: Connection, *, now: datetime, actor: Actor, post_id: UUID, day: date, reason: str
) -> list[Outcome]:
    """Withdraw a doctor's day of the clinic's own zone, visit by visit.

    Each visit is cancelled and its proposal held in one transaction, so a run that was broken off
    is finished by running it again. A new time is sought with the same doctor, his substitute,
    then in the same speciality of the clinic and of the region. Refuses with `PostUnknown`.
    """
    await doctors.get(db, post_id, now=now)
    return await _withdraw(db, now, actor, day, reason, post_id=post_id)


async def close_day(
    db: Connection, *, now: datetime, actor: Actor, department_id: UUID, day: date, reason: str
) -> list[Outcome]:
    """Withdraw a whole clinic's day: as `cancel_doctor_day`, for every doctor of it.

    Refuses with `DepartmentUnknown`.
    """
    await departments.get(db, department_id)
    return await _withdraw(db, now, actor, day, reason, department_id=department_id)


async def _withdraw(
    db: Connection,
    now: datetime,
    actor: Actor,
    day: date,
    reason: str,
    post_id: UUID | None = None,
    department_id: UUID | None = None,
) -> list[Outcome]:
    check_moment(now)
    standing = await _block(db, now, day, reason, post_id, department_id)
    return [await _rebook(db, now, actor, visit) for visit in standing]


async def _block(
    db: Connection,
    now: datetime,
    day: date,
    reason: str,
    post_id: UUID | None,
    department_id: UUID | None,
) -> list[_Standing]:
    """No place of the day is given from here on; the visits that stand on it, in order of time."""
    whose = {"post": post_id, "department": department_id, "day": day, "now": now}
    async with db.transaction():
        await database.execute(
            db,
            """
            with its as (
                select slot.id from slot
                join department on department.id = slot.department_id
                join organisation on organisation.id = department.organisation_id
                where coalesce(slot.post_id = %(post)s::uuid, true)
                  and coalesce(slot.department_id = %(department)s::uuid, true)
                  and slot.starts_at > %(now)s
                  and (slot.starts_at at time zone organisation.zone)::date = %(day)s
                order by slot.id
                for no key update of slot
            )
            update slot set blocked = coalesce(blocked, %(reason)s) from its where slot.id = its.id
            """,
            reason=reason,
            **whose,
        )
    return await database.rows(
        db,
        _Standing,
        """
        select appointment.id, coalesce(appointment.proposed_for, appointment.id) as visit_id,
               to_char(appointment.number, 'FM9999999999000000') as number,
               appointment.slot_id, appointment.patient_id, appointment.post_id,
               appointment.starts_at, appointment.channel, appointment.referral_id,
               appointment.waived_by, organisation.zone
        from appointment
        join department on department.id = appointment.department_id
        join organisation on organisation.id = department.organisation_id
        where (appointment.state = 'booked'
               or appointment.state = 'held' and appointment.proposed_for is not null
                  and appointment.held_until > %(now)s)
          and appointment.starts_at > %(now)s
          and coalesce(appointment.post_id = %(post)s::uuid, true)
          and coalesce(appointment.department_id = %(department)s::uuid, true)
          and (appointment.starts_at at time zone organisation.zone)::date = %(day)s
        order by appointment.starts_at, appointment.id
        """,
        **whose,
    )


async def _rebook(db: Connection, now: datetime, actor: Actor, visit: _Standing) -> Outcome:
    patient = await cards.get_patient(db, visit.patient_id, now=now, zone=visit.zone)
    for offer, slot_id, starts_at in await _candidates(db, now, patient, visit):
        channel = Channel(visit.channel)
        wish = Wish(
            now, actor, patient, slot_id, channel, visit.id, visit.referral_id, visit.waived_by
        )
        try:
            if await _propose(db, wish, visit.visit_id):
                return Outcome(visit.visit_id, visit.number, visit.starts_at, starts_at, offer)
        except (BookingRefusal, psycopg.errors.IntegrityError):
            continue  # taken meanwhile, or not for this patient: the next one
    async with db.transaction():
        await locks.lock_slots(db, [visit.slot_id])
        await cancellation.end(
            db,
            now=now,
            actor=actor,
            appointment_id=visit.id,
            by="clinic",
            announce="appointment.withdrawn",
        )
    return Outcome(visit.visit_id, visit.number, visit.starts_at, None, None)


@retried
async def _propose(db: Connection, wish: Wish, visit_id: UUID) -> bool:
    """Cancel the visit and hold the new time for its patient. False: it was cancelled before."""
    async with db.transaction():
        await locks.lock_patients(db, [wish.patient.person_id])
        offer = await asking.lock_offer(db, wish, keep_proposals=True)
        asked = rules.Request(wish.patient, wish.channel, wish.now, offer.day, by_clinic=True)
        rules.check(offer, asked)
        assert wish.replaces is not None
        await locks.clear_the_way(db, replace(wish, replaces=None), offer)
        ended = await cancellation.end(
            db,
            now=wish.now,
            actor=wish.actor,
            appointment_id=wish.replaces,
            by="clinic",
            announce=None,
        )
        if ended:
            until = wish.now + timedelta(hours=offer.rules.proposal_hours)
            await appointments.write(
                db,
                replace(wish, replaces=None),
                offer,
                State.HELD,
                held_until=min(until, offer.starts_at - offer.rules.lead),
                proposed_for=visit_id,
            )
    return ended


async def _candidates(
    db: Connection, now: datetime, patient: Patient, visit: _Standing
) -> Sequence[tuple[str, UUID, datetime]]:
    """Times in the order in which they are proposed: doctor's name, slot, beginning."""
    doctor = await doctors.get(db, visit.post_id, now=now)
    # a time that the patient could take by himself: so nothing is proposed that he must refuse
    look = offers.Asking(patient, Channel.PORTAL, now)
    if visit.referral_id is not None:
        doctor = replace(doctor, referral_id=visit.referral_id)
    found = await offers.search_speciality(db, doctor.speciality_id, look)

    def place(offer: offers.DoctorOffer) -> int:
        its = offer.doctor
        if its.post_id == visit.post_id:
            return 0
        if visit.post_id in its.stands_in_for:
            return 1
        return 2 if its.department_id == doctor.department_id else 3

    return [
        (offer.doctor.name, free.slot_id, free.starts_at)
        for offer in sorted(found, key=place)
        for free in offer.times
    ][:_TRIES]
