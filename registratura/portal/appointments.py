"""Step 5 of booking, and what was booked: check, book, the ticket, «Мои записи», cancel."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.di import Provide
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect, Template

from registratura.booking import cancellation, proposals, visits
from registratura.booking.model import State
from registratura.booking.refusals import AppointmentUnknown
from registratura.booking.visits import Visit
from registratura.db import Connection
from registratura.portal.children import search_offered
from registratura.settings import Settings
from registratura.web import Visitor, page, redirect, signed_in

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/appointments", name="appointments", guards=[signed_in])
async def appointments(
    db: Connection, now: datetime, settings: Settings, visitor: Visitor
) -> Template:
    """«Мои записи»: of everybody the visitor may see; proposed, coming, past, cancelled. Where
    nothing is coming, the children whose visits he would see once they are added."""
    account, zone = visitor.account_id, settings.region_zone
    found = await visits.search_for(db, account, now=now, region_zone=zone)
    coming = [visit for visit in found if visit.stands(now)]
    gone = [visit for visit in reversed(found) if not visit.stands(now)]
    offered = [] if coming else await search_offered(db, visitor, now=now, zone=zone)
    return page(
        "appointments/list.html",
        visitor=visitor,
        proposals=await proposals.search_for(db, account, now=now, region_zone=zone),
        coming=coming,
        children=offered,
        past=[visit for visit in gone if visit.state not in ("cancelled", "moved")],
        cancelled=[visit for visit in gone if visit.state in ("cancelled", "moved")],
    )


async def _visit(
    appointment: UUID, db: Connection, now: datetime, settings: Settings, visitor: Visitor
) -> Visit:
    return await visits.get_for(
        db, visitor.account_id, appointment, now=now, region_zone=settings.region_zone
    )


async def _visit_to_change(
    appointment: UUID, db: Connection, now: datetime, settings: Settings, visitor: Visitor
) -> Visit:
    """Who may only see the visit gets the answer of one who may not."""
    visit = await _visit(appointment, db, now, settings, visitor)
    if not visit.acts:
        raise AppointmentUnknown()
    return visit


VISIT = {"visit": Provide(_visit)}
VISIT_TO_CHANGE = {"visit": Provide(_visit_to_change)}


@get("/appointments/{appointment:uuid}", name="appointment", guards=[signed_in], dependencies=VISIT)
async def ticket(
    db: Connection, now: datetime, settings: Settings, visitor: Visitor, visit: Visit
) -> Template:
    """«Вы записаны»: the ticket; later the same page tells what became of the visit.

    Of a visit that the clinic cancelled: why, and the time that it proposes instead, or the visit
    that the patient has instead.
    """
    proposal = taken = None
    if visit.state == State.CANCELLED and visit.cancelled_by == "clinic":
        account, zone = visitor.account_id, settings.region_zone
        proposal = await proposals.find_for(db, account, visit.id, now=now, region_zone=zone)
        taken = await proposals.find_taken(db, account, visit, now=now, region_zone=zone)
    return page(
        "appointments/ticket.html", visitor=visitor, visit=visit, proposal=proposal, taken=taken
    )


@get(
    "/appointments/{appointment:uuid}/cancel",
    name="cancel",
    guards=[signed_in],
    dependencies=VISIT_TO_CHANGE,
)
async def ask_to_cancel(now: datetime, visitor: Visitor, visit: Visit) -> Template | Redirect:
    """«Отменить запись?»: one question, one button."""
    if not visit.is_coming(now):
        return redirect(f"/appointments/{visit.id}")
    return page("appointments/cancel.html", visitor=visitor, visit=visit)


@post("/appointments/{appointment:uuid}/cancel", guards=[signed_in], dependencies=VISIT_TO_CHANGE)
async def cancel(
    db: Connection, now: datetime, settings: Settings, visitor: Visitor, visit: Visit
) -> Redirect:
    """Cancel; the time is free again. Sent twice, it is cancelled once."""
    await cancellation.cancel(
        db,
        now=now,
        actor=visitor.actor,
        appointment_id=visit.id,
        zone=settings.region_zone,
    )
    return redirect(f"/appointments/{visit.id}")
