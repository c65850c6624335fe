"""Step 5 of booking, and what was booked: check, book, the ticket, «Мои записи», cancel."""

from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from litestar import get, post
from litestar.di import Provide
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect, Template

from registratura.audit import Actor
from registratura.booking import appointments as engine
from registratura.booking import cancellation, doctors, rules, slots, visits
from registratura.booking.refusals import NotOpenYet, SlotPast, SlotTaken
from registratura.booking.visits import Visit
from registratura.booking.wishes import Wish
from registratura.db import Connection
from registratura.portal.times import times_page
from registratura.portal.wizard import BOOKING, CHANNEL, Wizard, start
from registratura.settings import Settings
from registratura.web import Visitor, page, redirect, signed_in

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/check", name="check", guards=[signed_in], dependencies=BOOKING)
async def check(
    slot: UUID, db: Connection, now: datetime, visitor: Visitor, booking: Wizard
) -> Template:
    """Everything about the visit before «Записаться»; each row can be changed."""
    chosen = await slots.get(db, slot)
    doctor = await doctors.get(db, chosen.post_id)
    day = chosen.starts_at.astimezone(ZoneInfo(doctor.zone)).date()
    if not chosen.is_free or chosen.starts_at <= now:
        return await times_page(db, doctor, booking, visitor, now, day, taken=chosen.starts_at)
    assert booking.patient is not None
    refusal = rules.find_refusal(doctor, rules.Request(booking.patient, CHANNEL, now, day))
    return page(
        "appointments/check.html",
        visitor=visitor,
        wizard=booking,
        doctor=doctor,
        chosen=chosen,
        day=day,
        refusal=refusal.text if refusal else None,
        key=uuid4(),
    )


@post("/appointments", name="book", guards=[signed_in])
async def book(
    db: Connection, now: datetime, settings: Settings, visitor: Visitor, data: Form
) -> Redirect | Template:
    """«Записаться». The same form sent again leads to the same ticket."""
    slot_id, patient_id, key = (UUID(data[name]) for name in ("slot", "patient", "key"))
    booking = await start(db, visitor, now, settings, patient_id)
    assert booking.patient is not None
    actor = Actor("account", str(visitor.account_id))
    wish = Wish(now, actor, booking.patient, slot_id, CHANNEL)
    try:
        receipt = await engine.book(db, wish, key)
    except (SlotTaken, SlotPast, NotOpenYet):
        chosen = await slots.get(db, slot_id)
        doctor = await doctors.get(db, chosen.post_id)
        day = chosen.starts_at.astimezone(ZoneInfo(doctor.zone)).date()
        return await times_page(db, doctor, booking, visitor, now, day, taken=chosen.starts_at)
    return redirect(f"/appointments/{receipt.appointment_id}")


@get("/appointments", name="appointments", guards=[signed_in])
async def appointments(
    db: Connection, now: datetime, settings: Settings, visitor: Visitor
) -> Template:
    """«Мои записи»: of everybody the visitor may see; coming, past, cancelled."""
    found = await visits.search_for(
        db, visitor.account_id, now=now, region_zone=settings.region_zone
    )
    coming = [visit for visit in found if visit.is_coming(now)]
    gone = [visit for visit in reversed(found) if not visit.is_coming(now)]
    return page(
        "appointments/list.html",
        visitor=visitor,
        coming=coming,
        past=[visit for visit in gone if visit.state not in ("cancelled", "moved")],
        cancelled=[visit for visit in gone if visit.state in ("cancelled", "moved")],
    )


async def _visit(
    appointment: UUID, db: Connection, now: datetime, settings: Settings, visitor: Visitor
) -> Visit:
    return await visits.get_for(
        db, visitor.account_id, appointment, now=now, region_zone=settings.region_zone
    )


VISIT = {"visit": Provide(_visit)}


@get("/appointments/{appointment:uuid}", name="appointment", guards=[signed_in], dependencies=VISIT)
async def ticket(visitor: Visitor, visit: Visit) -> Template:
    """«Вы записаны»: the ticket; later the same page tells what became of the visit."""
    return page("appointments/ticket.html", visitor=visitor, visit=visit)


@get(
    "/appointments/{appointment:uuid}/cancel", name="cancel", guards=[signed_in], dependencies=VISIT
)
async def ask_to_cancel(now: datetime, visitor: Visitor, visit: Visit) -> Template | Redirect:
    """«Отменить запись?»: one question, one button."""
    if not visit.is_coming(now):
        return redirect(f"/appointments/{visit.id}")
    return page("appointments/cancel.html", visitor=visitor, visit=visit)


@post("/appointments/{appointment:uuid}/cancel", guards=[signed_in], dependencies=VISIT)
async def cancel(db: Connection, now: datetime, visitor: Visitor, visit: Visit) -> Redirect:
    """Cancel; the time is free again. Sent twice, it is cancelled once."""
    await cancellation.cancel(
        db,
        now=now,
        actor=Actor("account", str(visitor.account_id)),
        appointment_id=visit.id,
    )
    return redirect(f"/appointments/{visit.id}")
