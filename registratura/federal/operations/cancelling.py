"""4.8 CancelAppointment: a visit that was booked through this gateway is given back."""

import structlog

from registratura import audit
from registratura.booking import cancellation, federal_visits
from registratura.booking.federal_visits import Booked
from registratura.booking.model import State
from registratura.federal import codes, metrics
from registratura.federal.calls import Answer, Call, Ids, answer_status
from registratura.federal.deeds import Cancelling, Reason
from registratura.federal.identification import actor_of
from registratura.federal.refusals import VisitKept, VisitMoved, VisitNotFound

_LOG = structlog.get_logger("federal")


async def cancel_appointment(call: Call, asked: Cancelling, ids: Ids) -> Answer:
    """Cancel; a second time too. A technical reason is not the patient's cancellation.

    Refuses with `VisitNotFound` (other channels' visits too, so that numbers cannot be probed),
    `VisitKept`, `VisitMoved` or `CannotBeCancelled`.
    """
    visit = await federal_visits.find_by_number(call.db, asked.book_id)
    if asked.reason is Reason.DATA_DISPUTED:
        await _alarm(call, asked, visit)
    if visit is None:
        raise VisitNotFound()
    if visit.kept and (not asked.reason.is_technical or visit.state == State.MOVED):
        raise VisitKept()
    if visit.state == State.MOVED:
        raise VisitMoved()
    await cancellation.cancel(
        call.db,
        now=call.now,
        actor=actor_of(),
        appointment_id=visit.id,
        by="federation" if asked.reason.is_technical else "patient",
    )
    return answer_status("CancelAppointmentResponse", ids, codes.SUCCESS, "Запись отменена")


async def _alarm(call: Call, asked: Cancelling, visit: Booked | None) -> None:
    """Our answer to a booking was found wrong: somebody must look why."""
    metrics.DISPUTED.inc()
    _LOG.error(
        "answer disputed",
        visit=str(visit.id) if visit else None,
        fields=[it.field for it in asked.disputed],
    )
    if visit is not None and visit.state == State.BOOKED:  # a repeat says nothing new
        await audit.record(
            call.db,
            now=call.now,
            kind="federation.answer_disputed",
            actor=actor_of(),
            person_id=visit.patient_id,
            subject_id=visit.id,
            after={"disputed": [vars(it) for it in asked.disputed]},
        )
