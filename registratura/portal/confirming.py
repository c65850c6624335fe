"""Step 5 of booking: a time is held, everything is checked once more, «Записаться»."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from litestar import get, post
from litestar.di import Provide
from litestar.enums import RequestEncodingType
from litestar.exceptions import ValidationException
from litestar.params import Body
from litestar.response import Redirect, Template

from registratura.audit import Actor
from registratura.booking import appointments, doctors, holds, offers, slots, visits
from registratura.booking.doctors import Doctor
from registratura.booking.holds import Hold
from registratura.booking.refusals import (
    AlreadyBookedToPosition,
    AppointmentUnknown,
    BookingRefusal,
    HoldOver,
    NotOpenYet,
    PatientBusy,
    SlotPast,
    SlotTaken,
)
from registratura.booking.slots import ChosenTime
from registratura.booking.wishes import Wish
from registratura.db import Connection
from registratura.people.patients import Patient
from registratura.portal.times import times_page
from registratura.portal.wizard import BOOKING, CHANNEL, Wizard, start
from registratura.settings import Settings
from registratura.web import Visitor, dates, page, redirect, signed_in

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/check", name="check", guards=[signed_in], dependencies=BOOKING)
async def check(
    slot: UUID, db: Connection, now: datetime, visitor: Visitor, booking: Wizard
) -> Template:
    """A time chosen before sign-in, or by a link: the same page, the time not held yet."""
    chosen = await slots.get(db, slot)
    doctor = await doctors.get(db, chosen.post_id, now=now)
    if not chosen.is_free or chosen.starts_at <= now:
        day = dates.local(chosen.starts_at, doctor.zone).date()
        return await times_page(db, doctor, booking, visitor, now, day, taken=chosen.starts_at)
    return _check_page(chosen, doctor, now, visitor, booking)


def _check_page(
    chosen: ChosenTime,
    doctor: Doctor,
    now: datetime,
    visitor: Visitor,
    booking: Wizard,
    held: Hold | None = None,
) -> Template:
    day = dates.local(chosen.starts_at, doctor.zone).date()
    asking = booking.asking(now)
    # a hold has been judged already, with its referral
    refusal = None if held else offers.find_refusal(asking.see(doctor), asking)
    return page(
        "appointments/check.html",
        visitor=visitor,
        wizard=booking,
        doctor=doctor,
        chosen=chosen,
        day=day,
        held=held,
        refusal=refusal.text if refusal else None,
        key=uuid4(),
    )


def _patient(booking: Wizard) -> Patient:
    """The patient of somebody who signed in; the guard has let nobody else here."""
    if booking.patient is None:
        raise ValueError("booking: a wizard without a patient")
    return booking.patient


def uuid_in(form: Mapping[str, str], name: str) -> UUID:
    """A field that a page of ours wrote. Refuses a form that none of them did."""
    try:
        return UUID(form[name])
    except (KeyError, ValueError):
        raise ValidationException(f"field {name}") from None


async def _wizard(
    db: Connection, now: datetime, settings: Settings, visitor: Visitor, data: Form
) -> Wizard:
    """The wizard of a form that was sent."""
    replaces = uuid_in(data, "replaces") if data.get("replaces") else None
    referral = uuid_in(data, "referral") if data.get("referral") else None
    return await start(db, visitor, now, settings, uuid_in(data, "patient"), replaces, referral)


FORM = {"booking": Provide(_wizard)}


def _wish(slot_id: UUID, now: datetime, visitor: Visitor, booking: Wizard) -> Wish:
    replaces = booking.replaced.id if booking.replaced else None
    referral = booking.referral.id if booking.referral else None
    actor = Actor("account", str(visitor.account_id))
    return Wish(now, actor, _patient(booking), slot_id, CHANNEL, replaces, referral)


@post("/holds", name="hold", guards=[signed_in], dependencies=FORM)
async def hold(
    db: Connection, now: datetime, visitor: Visitor, booking: Wizard, data: Form
) -> Redirect | Template:
    """«Продолжить»: the time is kept for some minutes."""
    slot_id = uuid_in(data, "slot")
    try:
        held = await holds.hold(db, _wish(slot_id, now, visitor, booking))
    except BookingRefusal as refusal:
        return await _refused(db, refusal, slot_id, now, visitor, booking)
    return redirect(booking.url(f"/holds/{held.id}"))


@get("/holds/{hold:uuid}", name="held", guards=[signed_in], dependencies=BOOKING)
async def held(
    hold: UUID, db: Connection, now: datetime, visitor: Visitor, booking: Wizard
) -> Template | Redirect:
    """«Проверьте запись», the time held and its end told; once it is over, without the hold."""
    try:
        kept = await holds.get(db, visitor.account_id, hold, now=now, patient=booking.patient)
    except HoldOver:
        slot_id = await holds.find_slot(db, visitor.account_id, hold)
        if slot_id is None:
            raise AppointmentUnknown() from None
        return redirect(booking.url("/check", slot=slot_id))
    if kept.patient_id != _patient(booking).person_id:
        return redirect(f"/holds/{kept.id}?patient={kept.patient_id}")
    doctor = await doctors.get(db, kept.post_id, now=now)
    return _check_page(await slots.get(db, kept.slot_id), doctor, now, visitor, booking, kept)


@post("/holds/{hold:uuid}/prolong", name="prolong", guards=[signed_in], dependencies=FORM)
async def prolong(
    hold: UUID,
    db: Connection,
    now: datetime,
    visitor: Visitor,
    booking: Wizard,
    data: Form,  # named here too: so the framework reads the body as a form for `booking`
) -> Redirect:
    """«Нужно больше времени»: once."""
    kept = await holds.get(db, visitor.account_id, hold, now=now)
    doctor = await doctors.get(db, kept.post_id, now=now)
    await holds.prolong(db, kept, now=now, minutes=doctor.rules.hold_minutes)
    return redirect(booking.url(f"/holds/{kept.id}"))


@post("/appointments", name="book", guards=[signed_in], dependencies=FORM)
async def book(
    db: Connection, now: datetime, visitor: Visitor, booking: Wizard, data: Form
) -> Redirect | Template:
    """«Записаться». The same form sent again leads to the same ticket."""
    slot_id = uuid_in(data, "slot")
    wish = _wish(slot_id, now, visitor, booking)
    try:
        receipt = await appointments.book(db, wish, uuid_in(data, "key"))
    except BookingRefusal as refusal:
        return await _refused(db, refusal, slot_id, now, visitor, booking)
    return redirect(f"/appointments/{receipt.appointment_id}")


async def _refused(
    db: Connection,
    refusal: BookingRefusal,
    slot_id: UUID,
    now: datetime,
    visitor: Visitor,
    booking: Wizard,
) -> Template:
    """A lost time: the page of times, the nearest three. A clash: keep or replace."""
    chosen = await slots.get(db, slot_id)
    doctor = await doctors.get(db, chosen.post_id, now=now)
    day = dates.local(chosen.starts_at, doctor.zone).date()
    if isinstance(refusal, SlotTaken | SlotPast | NotOpenYet):
        return await times_page(db, doctor, booking, visitor, now, day, taken=chosen.starts_at)
    clashing = refusal.parameters.get("appointment_id")
    if not isinstance(refusal, PatientBusy | AlreadyBookedToPosition) or clashing is None:
        raise refusal
    return page(
        "appointments/clash.html",
        visitor=visitor,
        status=409,
        wizard=booking,
        doctor=doctor,
        chosen=chosen,
        day=day,
        standing=await _standing(db, refusal, now, visitor, doctor),
        refusal=refusal,
    )


async def _standing(
    db: Connection, refusal: BookingRefusal, now: datetime, visitor: Visitor, doctor: Doctor
) -> visits.Visit:
    """The visit that stands in the way, if this visitor may see it; else the plain refusal."""
    found = UUID(str(refusal.parameters["appointment_id"]))
    try:
        return await visits.get_for(db, visitor.account_id, found, now=now, region_zone=doctor.zone)
    except AppointmentUnknown:
        raise refusal from None
