"""«Мои записи»: the list, one booking with the course of events, cancelling."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from litestar import get, post
from litestar.response import Redirect, Template

from registratura_standins.gosuslugi import asking, bookings, drafts, settling, statuses
from registratura_standins.gosuslugi.bookings import Booking
from registratura_standins.gosuslugi.pages import page, redirect
from registratura_standins.gosuslugi.refusals import explain
from registratura_standins.gosuslugi.statuses import Received
from registratura_standins.gosuslugi.visitors import Visitor

_TOLD = {
    "RECORDED": "запись есть",
    "CANCELED": "запись отменена",
    "SUCCESS": "приём состоялся",
    "PATIENT_NOT_ARRIVED": "пациент не пришёл",
}
_NEVER_A_VISIT = ("refused", "unsent")


@get("/appointments", name="appointments")
async def show_appointments(visitor: Visitor) -> Template:
    """Those to come, the nearest first; then the others, the latest first."""
    async with visitor.pool.connection() as db:
        found = await bookings.search(db, visitor.account.oid)
    known = [it for it in found if it.state not in _NEVER_A_VISIT]
    coming = [it for it in known if _is_coming(it, visitor)]
    return page(
        "appointments.html",
        visitor=visitor,
        coming=coming[::-1],
        past=[it for it in known if it not in coming],
    )


@get("/appointments/{booking_id:uuid}", name="appointment")
async def show_appointment(visitor: Visitor, booking_id: UUID) -> Template:
    """What became of it: the number, the refusal, or that the answer is still awaited."""
    async with visitor.pool.connection() as db:
        booking = await bookings.get(db, visitor.account.oid, booking_id)
        told = await statuses.search(db, booking.book_id) if booking.book_id else []
        draft_id = await drafts.find_of(db, visitor.session, booking.region_session)
    return page(
        "appointment.html",
        visitor=visitor,
        booking=booking,
        course=_course(booking, told),
        draft_id=draft_id,
        coming=_is_coming(booking, visitor),
        refusal=explain(booking) if booking.state == "refused" else None,
    )


@get("/appointments/{booking_id:uuid}/cancel", name="ask_to_cancel")
async def ask_to_cancel(visitor: Visitor, booking_id: UUID) -> Template:
    """Really?"""
    async with visitor.pool.connection() as db:
        booking = await bookings.get(db, visitor.account.oid, booking_id)
    return page("cancel.html", visitor=visitor, booking=booking)


@post("/appointments/{booking_id:uuid}/cancel", status_code=303)
async def cancel(visitor: Visitor, booking_id: UUID) -> Redirect:
    """Ask the region to cancel; where its answer is awaited, as soon as the number is known."""
    line = visitor.line
    async with visitor.pool.connection() as db:
        booking = await bookings.get(db, visitor.account.oid, booking_id)
        wanted = await settling.want_cancelled(db, booking, line.lease, visitor.now)
    if wanted:
        await visitor.wait_for(asking.carry_out(line, booking.id, visitor.now))
    return redirect(f"/appointments/{booking.id}")


def _course(booking: Booking, told: Sequence[Received]) -> list[tuple[datetime, str]]:
    """What has happened so far, in its order."""
    events = [(booking.asked_at, "Запрос отправлен в регистратуру")]
    if booking.answered_at is not None:
        agreed = booking.state == "booked"
        words = "Регистратура подтвердила запись" if agreed else "Регистратура ответила"
        events.append((booking.answered_at, words))
    events += [(it.received_at, f"Регистратура сообщила: {_TOLD[it.status]}") for it in told]
    if booking.status_from == "here" and booking.state == "booked" and booking.status_at:
        events.append((booking.status_at, "Вы отменили запись"))
    return sorted(events)


def _is_coming(booking: Booking, visitor: Visitor) -> bool:
    return booking.awaited or (booking.standing and booking.starts_at > visitor.now)
