"""Visits: the list, one of them, booking, moving, cancelling."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.params import Parameter
from litestar.status_codes import HTTP_201_CREATED, HTTP_204_NO_CONTENT

from registratura.api import answers, shapes
from registratura.api.asked import Cursor, Key, Limit, Move, NewAppointment
from registratura.api.callers import Caller, booker, reader
from registratura.api.calls import CHANNEL, SECURITY, refusals
from registratura.api.refused import not_booked
from registratura.booking import appointments, cancellation, visits
from registratura.booking.refusals import AppointmentUnknown, BookingRefusal
from registratura.booking.visits import Visit
from registratura.booking.wishes import Wish
from registratura.db import Connection
from registratura.settings import Settings
from registratura.web.requests import AnyRequest, today_of

_TAGS = ["Пациенты и записи"]
OfPatient = Annotated[
    UUID | None, Parameter(description="Чьи записи; без него – всех, за кого вы действуете")
]


@get(
    "/appointments",
    operation_id="appointments",
    summary="Мои записи",
    tags=_TAGS,
    guards=[reader],
    responses=refusals(404),
    security=SECURITY,
)
async def search(
    request: AnyRequest,
    db: Connection,
    now: datetime,
    settings: Settings,
    caller: Caller,
    patient: OfPatient = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[shapes.Appointments]:
    """Every visit the caller may see, or of one patient: the latest two hundred, in order."""
    found = await visits.search_for(
        db,
        caller.account_id,
        now=now,
        region_zone=settings.region_zone,
        patient_id=None if patient is None else caller.get_patient(patient).person_id,
        among=caller.among,
    )
    page, following = answers.cut(found, _moment, cursor, limit)
    await _tell(request, db, now, caller, page)
    listed = shapes.Appointments([answers.appointment(it, now) for it in page], following)
    return answers.answered(request, listed, personal=True)


@get(
    "/appointments/{appointment:uuid}",
    operation_id="appointment",
    summary="Запись",
    tags=_TAGS,
    guards=[reader],
    responses=refusals(404),
    security=SECURITY,
)
async def one(
    request: AnyRequest,
    db: Connection,
    now: datetime,
    settings: Settings,
    caller: Caller,
    appointment: UUID,
) -> Response[shapes.Appointment]:
    """One visit: what its ticket tells, and what became of it."""
    found = await _get(db, caller, appointment, now, settings)
    await _tell(request, db, now, caller, [found])
    return answers.answered(request, answers.appointment(found, now), personal=True)


@post(
    "/appointments",
    operation_id="book",
    summary="Записать",
    tags=_TAGS,
    guards=[booker],
    responses=refusals(404, 409, 422),
    security=SECURITY,
    status_code=HTTP_201_CREATED,
)
async def book(
    request: AnyRequest,
    db: Connection,
    now: datetime,
    caller: Caller,
    data: NewAppointment,
    key: Key,
) -> Response[shapes.Receipt]:
    """Give the time to the patient; a hold of his ends. Done when this is answered."""
    whom = caller.get_patient(data.patient)
    wish = Wish(now, caller.actor, whom, data.slot, CHANNEL, None, data.referral)
    return await _book(request, db, wish, key)


@post(
    "/appointments/{appointment:uuid}/move",
    operation_id="move",
    summary="Перенести",
    tags=_TAGS,
    guards=[booker],
    responses=refusals(404, 409, 422),
    security=SECURITY,
    status_code=HTTP_201_CREATED,
)
async def move(
    request: AnyRequest,
    db: Connection,
    now: datetime,
    settings: Settings,
    caller: Caller,
    appointment: UUID,
    data: Move,
    key: Key,
) -> Response[shapes.Receipt]:
    """The old time is given back only if the new one is taken: both or neither."""
    moved = await _get_to_change(db, caller, appointment, now, settings)
    whom = caller.get_patient(moved.patient_id)
    wish = Wish(now, caller.actor, whom, data.slot, CHANNEL, moved.id, data.referral)
    return await _book(request, db, wish, key)


@post(
    "/appointments/{appointment:uuid}/cancel",
    operation_id="cancel",
    summary="Отменить",
    tags=_TAGS,
    guards=[booker],
    responses=refusals(404, 409, 422),
    security=SECURITY,
    status_code=HTTP_204_NO_CONTENT,
)
async def cancel(
    db: Connection,
    now: datetime,
    settings: Settings,
    caller: Caller,
    appointment: UUID,
    key: Key,
) -> None:
    """Cancel a coming visit; its time is free for others. Cancelled before, it stays so."""
    visit = await _get_to_change(db, caller, appointment, now, settings)
    await cancellation.cancel(
        db,
        now=now,
        actor=caller.actor,
        appointment_id=visit.id,
        zone=settings.region_zone,
        key=key,
    )


async def _book(
    request: AnyRequest, db: Connection, wish: Wish, key: UUID
) -> Response[shapes.Receipt]:
    try:
        receipt = await appointments.book(db, wish, key)
    except BookingRefusal as refusal:
        raise await not_booked(request, db, wish, refusal) from None
    return Response(answers.receipt(receipt), status_code=HTTP_201_CREATED)


async def _get(
    db: Connection, caller: Caller, appointment: UUID, now: datetime, settings: Settings
) -> Visit:
    return await visits.get_for(
        db,
        caller.account_id,
        appointment,
        now=now,
        region_zone=settings.region_zone,
        among=caller.among,
    )


async def _get_to_change(
    db: Connection, caller: Caller, appointment: UUID, now: datetime, settings: Settings
) -> Visit:
    """Who may only see the visit gets the answer of one who may not."""
    visit = await _get(db, caller, appointment, now, settings)
    if not visit.acts:
        raise AppointmentUnknown()
    return visit


async def _tell(
    request: AnyRequest, db: Connection, now: datetime, caller: Caller, read: list[Visit]
) -> None:
    persons = [it.patient_id for it in read]
    kind = "visits.read_by_application"
    await caller.tell(db, kind, persons, now=now, today=today_of(request))


def _moment(it: Visit) -> str:
    return f"{answers.utc(it.starts_at).isoformat()} {it.id}"
