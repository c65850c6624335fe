"""The clinic cancels: a doctor's day, a clinic's day. To each patient it proposes a new time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

import psycopg

from registratura import db as database
from registratura.audit import Actor
from registratura.booking import (
    appointments,
    asking,
    cancellation,
    day_changes,
    doctors,
    locks,
    offers,
    rules,
)
from registratura.booking.day_changes import Whose
from registratura.booking.model import Channel, State
from registratura.booking.refusals import BookingRefusal, SlotPast
from registratura.booking.wishes import Wish
from registratura.db import Connection, retried
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

    `reason` is for the patients: each reads it. Each visit is cancelled and its proposal held in
    one transaction, so a run that was broken off is finished by running it again. A new time is
    sought with the same doctor, his substitute, then in the same speciality of the clinic and of
    the region, of each the nearest to the lost one. `day_changes.open_doctor_day` opens the day
    again. Refuses with `PostUnknown`, `DayPast`, `DayTooFar`; raises `ValueError` for an empty
    reason.
    """
    whose = await day_changes.of_doctor(db, post_id, now=now)
    return await _withdraw(db, now, actor, whose, day, reason)


async def close_day(
    db: Connection, *, now: datetime, actor: Actor, department_id: UUID, day: date, reason: str
) -> list[Outcome]:
    """Withdraw a whole clinic's day: as `cancel_doctor_day`, for every doctor of it.

    Refuses with `DepartmentUnknown`, `DayPast`, `DayTooFar`.
    """
    whose = await day_changes.of_clinic(db, department_id)
    return await _withdraw(db, now, actor, whose, day, reason)


async def _withdraw(
    db: Connection, now: datetime, actor: Actor, whose: Whose, day: date, reason: str
) -> list[Outcome]:
    await day_changes.close(db, whose, now=now, actor=actor, day=day, reason=reason)
    standing = await _search_standing(db, now, day, whose)
    return [await _rebook(db, now, actor, visit, reason.strip()) for visit in standing]


async def _search_standing(
    db: Connection, now: datetime, day: date, whose: Whose
) -> list[_Standing]:
    """The visits that stand on the day, and the times promised on it, in order of time."""
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
          and coalesce(appointment.post_id = %(post_id)s::uuid, true)
          and coalesce(appointment.department_id = %(department_id)s::uuid, true)
          and (appointment.starts_at at time zone organisation.zone)::date = %(day)s
        order by appointment.starts_at, appointment.id
        """,
        now=now,
        day=day,
        **whose.ids,
    )


async def _rebook(
    db: Connection, now: datetime, actor: Actor, visit: _Standing, because: str
) -> Outcome:
    patient = await cards.get_patient(db, visit.patient_id, now=now, zone=visit.zone)
    for offer, slot_id, starts_at in await _candidates(db, now, patient, visit):
        channel = Channel(visit.channel)
        wish = Wish(
            now, actor, patient, slot_id, channel, visit.id, visit.referral_id, visit.waived_by
        )
        try:
            if await _propose(db, wish, visit.visit_id, because):
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
            because=because,
            announce="appointment.withdrawn",
        )
    return Outcome(visit.visit_id, visit.number, visit.starts_at, None, None)


@retried
async def _propose(db: Connection, wish: Wish, visit_id: UUID, because: str) -> bool:
    """Cancel the visit and hold the new time for its patient. False: it was cancelled before.

    Refuses where a rule does, and with `SlotPast` where the time could be kept too shortly.
    """
    async with db.transaction():
        await locks.lock_patients(db, [wish.patient.person_id])
        offer = await asking.lock_offer(db, wish, keep_proposals=True)
        asked = rules.Request(wish.patient, wish.channel, wish.now, offer.day, by_clinic=True)
        rules.check(offer, asked)
        held_until = offer.rules.proposal_end(offer.starts_at, wish.now)
        if held_until is None:
            raise SlotPast()
        assert wish.replaces is not None
        await locks.clear_the_way(db, replace(wish, replaces=None), offer)
        ended = await cancellation.end(
            db,
            now=wish.now,
            actor=wish.actor,
            appointment_id=wish.replaces,
            by="clinic",
            because=because,
            announce=None,
        )
        if ended:
            await appointments.write(
                db,
                replace(wish, replaces=None),
                offer,
                State.HELD,
                held_until=held_until,
                proposed_for=visit_id,
            )
    return ended


async def _candidates(
    db: Connection, now: datetime, patient: Patient, visit: _Standing
) -> Sequence[tuple[str, UUID, datetime]]:
    """Times in the order in which they are proposed: doctor's name, slot, beginning."""
    doctor = await doctors.get(db, visit.post_id, now=now)
    # a time that the patient could take by himself: so nothing is proposed that he must refuse
    look = offers.Asking(patient, Channel.PORTAL, now, instead_of=visit.starts_at)
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
