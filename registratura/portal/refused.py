"""Where a booking was refused: what was chosen stays on the page, and the ways on beside it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar.response import Template

from registratura.booking import alternatives, doctors, slots, visits
from registratura.booking.refusals import (
    AlreadyBookedToPosition,
    AppointmentUnknown,
    BookingRefusal,
    PatientBusy,
    SlotPast,
    SlotTaken,
)
from registratura.db import Connection
from registratura.portal.times import times_page
from registratura.portal.wizard import Wizard
from registratura.web import Visitor, dates, page
from registratura.web.requests import current, lender_of, settings_of


async def refused_page(
    db: Connection,
    refusal: BookingRefusal,
    slot_id: UUID,
    now: datetime,
    visitor: Visitor,
    booking: Wizard,
) -> Template:
    """A lost time: the page of times, the nearest three. A clash: keep or replace.

    Anything else: the words of the refusal and the nearest times that the patient may book.
    """
    chosen = await slots.get(db, slot_id, now=now)
    doctor = await doctors.get(db, chosen.post_id, now=now)
    day = dates.local(chosen.starts_at, doctor.zone).date()
    if isinstance(refusal, SlotTaken | SlotPast):
        return await times_page(db, doctor, booking, visitor, now, day, taken=chosen.starts_at)
    context: dict[str, Any] = {"doctor": doctor, "chosen": chosen, "day": day, "refusal": refusal}
    if isinstance(refusal, PatientBusy | AlreadyBookedToPosition):
        context["standing"] = await _standing(db, refusal, now, visitor)
    shown = "appointments/clash.html"
    if context.get("standing") is None:
        shown = "appointments/refused.html"
        context["pressed"] = pressed = lender_of(current()).is_pressed
        context["ways"] = await alternatives.search(
            db, slot_id, booking.asking(now), refusal=refusal, brief=pressed
        )
    return page(shown, visitor=visitor, status=409, wizard=booking, **context)


async def _standing(
    db: Connection, refusal: BookingRefusal, now: datetime, visitor: Visitor
) -> visits.Visit | None:
    """The visit that stands in the way, if this visitor may see it."""
    found = refusal.parameters.get("appointment_id")
    if found is None:
        return None
    zone = settings_of(current()).region_zone  # a link ends by the region's day, not the clinic's
    try:
        return await visits.get_for(
            db, visitor.account_id, UUID(str(found)), now=now, region_zone=zone
        )
    except AppointmentUnknown:
        return None
