"""Two children together: neighbouring times with one doctor, both booked or neither."""

from datetime import datetime
from uuid import UUID, uuid4

from litestar import get, post
from litestar.exceptions import ValidationException
from litestar.response import Redirect, Template

from registratura.audit import Actor
from registratura.booking import doctors, families, offers, slots
from registratura.booking.doctors import Doctor
from registratura.booking.refusals import BookingRefusal
from registratura.booking.wishes import Wish
from registratura.db import Connection
from registratura.people import patients
from registratura.people.patients import Patient
from registratura.portal.wizard import BOOKING, CHANNEL, FORM, Form, Wizard, uuid_in
from registratura.settings import Settings
from registratura.web import Visitor, dates, page, redirect, signed_in


@get("/doctors/{post_id:uuid}/together", name="together", guards=[signed_in], dependencies=BOOKING)
async def choose(
    post_id: UUID,
    db: Connection,
    now: datetime,
    settings: Settings,
    visitor: Visitor,
    booking: Wizard,
    second: UUID | None = None,
) -> Template:
    """The second patient, then a pair of times, by day."""
    doctor = await doctors.get(db, post_id, now=now)
    other = await _second(db, visitor, booking, second, now, settings) if second else None
    return await _page(db, doctor, now, visitor, booking, other)


@get("/together/check", name="check_together", guards=[signed_in], dependencies=BOOKING)
async def check(
    second: UUID,
    first_slot: UUID,
    second_slot: UUID,
    db: Connection,
    now: datetime,
    settings: Settings,
    visitor: Visitor,
    booking: Wizard,
) -> Template:
    """«Проверьте записи»: both, one under the other."""
    first, later = (
        await slots.get(db, first_slot, now=now),
        await slots.get(db, second_slot, now=now),
    )
    doctor = await doctors.get(db, first.post_id, now=now)
    return page(
        "together/check.html",
        visitor=visitor,
        wizard=booking,
        doctor=doctor,
        day=dates.local(first.starts_at, doctor.zone).date(),
        second=await _second(db, visitor, booking, second, now, settings),
        chosen=(first, later),
        key=uuid4(),
    )


@post("/together", name="book_together", guards=[signed_in], dependencies=FORM)
async def book(
    db: Connection,
    now: datetime,
    settings: Settings,
    visitor: Visitor,
    booking: Wizard,
    data: Form,
) -> Redirect | Template:
    """«Записать двоих»: both tickets, or neither and the pairs that are left."""
    second = await _second(db, visitor, booking, uuid_in(data, "second"), now, settings)
    actor = Actor("account", str(visitor.account_id))
    first_slot = uuid_in(data, "first_slot")
    wishes = (
        Wish(now, actor, booking.known_patient, first_slot, CHANNEL),
        Wish(now, actor, second, uuid_in(data, "second_slot"), CHANNEL),
    )
    try:
        await families.book_together(db, *wishes, uuid_in(data, "key"))
    except BookingRefusal as refusal:
        doctor = await doctors.get(db, (await slots.get(db, first_slot, now=now)).post_id, now=now)
        return await _page(db, doctor, now, visitor, booking, second, refusal)
    return redirect("/appointments")


async def _second(
    db: Connection,
    visitor: Visitor,
    booking: Wizard,
    person_id: UUID,
    now: datetime,
    settings: Settings,
) -> Patient:
    """Another patient of this account than the first. No page of ours asks for the same."""
    second = await patients.get_for(
        db, visitor.account_id, person_id, now=now, zone=settings.region_zone
    )
    if second.person_id == booking.known_patient.person_id:
        raise ValidationException("field second")
    return second


async def _page(
    db: Connection,
    doctor: Doctor,
    now: datetime,
    visitor: Visitor,
    booking: Wizard,
    second: Patient | None,
    refusal: BookingRefusal | None = None,
) -> Template:
    free = await slots.search_free(db, doctor.post_id, doctor.window(CHANNEL, now=now))
    pairs: dict[object, list[families.Pair]] = {}
    for pair in families.pairs(free) if second else ():
        day = dates.local(pair.first.starts_at, doctor.zone).date()
        pairs.setdefault(day, []).append(pair)
    asked = [offers.Asking(whom, CHANNEL, now) for whom in (booking.patient, second) if whom]
    found = [(it.patient, offers.find_refusal(doctor, it)) for it in asked]
    return page(
        "together/times.html",
        visitor=visitor,
        status=409 if refusal else 200,
        wizard=booking,
        doctor=doctor,
        second=second,
        others=[it for it in visitor.patients if it.person_id != booking.known_patient.person_id],
        unsuited=[(whom, no) for whom, no in found if whom and no],
        days=pairs,
        refusal=refusal,
    )
