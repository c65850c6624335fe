"""Step 5 of booking: a time is held, everything is checked once more, «Записаться»."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID, uuid4

from litestar import get, post
from litestar.response import Redirect, Template

from registratura.booking import appointments, doctors, holds, offers, proposals, slots, visits
from registratura.booking.doctors import Doctor
from registratura.booking.holds import Hold
from registratura.booking.refusals import AppointmentUnknown, BookingRefusal, HoldOver
from registratura.booking.slots import ChosenTime
from registratura.booking.wishes import Wish
from registratura.db import Connection
from registratura.portal.refused import refused_page
from registratura.portal.times import times_page
from registratura.portal.wizard import BOOKING, CHANNEL, FORM, Form, Wizard, uuid_in
from registratura.settings import Settings
from registratura.web import Visitor, dates, page, redirect, signed_in


@get("/check", name="check", guards=[signed_in], dependencies=BOOKING)
async def check(
    slot: UUID,
    db: Connection,
    now: datetime,
    settings: Settings,
    visitor: Visitor,
    booking: Wizard,
) -> Template | Redirect:
    """A time chosen before sign-in, or by a link: the same page, the time not held yet. «Назад»
    from the ticket of that very time leads to the ticket again."""
    own = await visits.find_of_slot(
        db,
        visitor.account_id,
        slot,
        booking.known_patient.person_id,
        now=now,
        region_zone=settings.region_zone,
    )
    if own is not None:
        return redirect(f"/appointments/{own}")
    chosen = await slots.get(db, slot, now=now)
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
        refusal=refusal,
        key=uuid4(),
    )


def _wish(slot_id: UUID, now: datetime, visitor: Visitor, booking: Wizard) -> Wish:
    replaces = booking.replaced.id if booking.replaced else None
    referral = booking.referral.id if booking.referral else None
    actor = visitor.actor
    return Wish(now, actor, booking.known_patient, slot_id, CHANNEL, replaces, referral)


@get("/holds", name="hold_again", guards=[signed_in], dependencies=BOOKING)
async def choose_again(booking: Wizard) -> Redirect:
    """The address of a refusal or a clash, opened again: it holds nothing; to the choice."""
    return redirect(booking.url("/clinics"))


@post("/holds", name="hold", guards=[signed_in], dependencies=FORM)
async def hold(
    db: Connection, now: datetime, visitor: Visitor, booking: Wizard, data: Form
) -> Redirect | Template:
    """«Продолжить»: the time is kept for some minutes."""
    slot_id = uuid_in(data, "slot")
    try:
        held = await holds.hold(db, _wish(slot_id, now, visitor, booking))
    except BookingRefusal as refusal:
        return await refused_page(db, refusal, slot_id, now, visitor, booking)
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
    if kept.patient_id != booking.known_patient.person_id:
        whom = visitor.get_patient(kept.patient_id)  # he may act for him still
        return redirect(f"/holds/{kept.id}?patient={whom.person_id}")
    if kept.proposed:  # it is taken on the ticket of the visit that the clinic cancelled
        return redirect(f"/appointments/{kept.proposed_for}")
    doctor = await doctors.get(db, kept.post_id, now=now)
    return _check_page(
        await slots.get(db, kept.slot_id, now=now), doctor, now, visitor, booking, kept
    )


@post("/holds/{hold:uuid}/prolong", name="prolong", guards=[signed_in], dependencies=FORM)
async def prolong(
    hold: UUID,
    db: Connection,
    now: datetime,
    settings: Settings,
    visitor: Visitor,
    booking: Wizard,
    data: Form,  # named here too: so the framework reads the body as a form for `booking`
) -> Redirect:
    """«Нужно больше времени»: once. Refuses with `AppointmentUnknown` what never was his."""
    await holds.check_his(db, visitor.account_id, hold, booking.known_patient)
    with suppress(HoldOver):  # prolonged in another tab, or over: the page of the hold tells
        kept = await holds.get(db, visitor.account_id, hold, now=now)
        doctor = await doctors.get(db, kept.post_id, now=now)
        await holds.prolong(
            db,
            kept,
            now=now,
            minutes=doctor.rules.hold_minutes,
            actor=visitor.actor,
            zone=settings.region_zone,
        )
    return redirect(booking.url(f"/holds/{hold}"))


@post("/holds/{hold:uuid}/decline", name="decline", guards=[signed_in], dependencies=FORM)
async def decline(
    hold: UUID,
    db: Connection,
    now: datetime,
    settings: Settings,
    visitor: Visitor,
    booking: Wizard,
    data: Form,  # as in `prolong`
) -> Redirect:
    """«Отказаться» from the time that the clinic proposes: it is free for others."""
    await holds.check_his(db, visitor.account_id, hold, booking.known_patient)
    with suppress(HoldOver):  # declined in another tab, or over
        kept = await holds.get(db, visitor.account_id, hold, now=now, patient=booking.patient)
        if kept.proposed:
            zone = settings.region_zone
            await proposals.decline(db, kept, now=now, actor=visitor.actor, zone=zone)
    return redirect("/appointments")


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
        return await refused_page(db, refusal, slot_id, now, visitor, booking)
    return redirect(f"/appointments/{receipt.appointment_id}")
