"""Holds: a time kept for a patient for some minutes, kept longer, given back."""

from datetime import datetime
from uuid import UUID

from litestar import Response, delete, get, post
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_204_NO_CONTENT

from registratura.api import answers, shapes
from registratura.api.asked import Key, NewHold
from registratura.api.callers import Caller, booker, reader
from registratura.api.calls import CHANNEL, SECURITY, refusals
from registratura.api.refused import not_booked
from registratura.booking import holds, keeping, visits
from registratura.booking.refusals import AppointmentUnknown, BookingRefusal
from registratura.booking.wishes import Wish
from registratura.db import Connection
from registratura.people.refusals import NotYourPatient
from registratura.settings import Settings
from registratura.web.requests import AnyRequest, today_of

_TAGS = ["Держать время"]


@post(
    "/holds",
    operation_id="hold",
    summary="Держать время",
    tags=_TAGS,
    guards=[booker],
    responses=refusals(404, 409, 422),
    security=SECURITY,
    status_code=HTTP_201_CREATED,
)
async def hold(
    request: AnyRequest,
    db: Connection,
    now: datetime,
    settings: Settings,
    caller: Caller,
    data: NewHold,
    key: Key,
) -> Response[shapes.Hold]:
    """Keep a time for some minutes; an earlier hold for the same patient ends."""
    whom = caller.get_patient(data.patient)
    if data.replaces is not None:
        moved = await visits.get_for(
            db,
            caller.account_id,
            data.replaces,
            now=now,
            region_zone=settings.region_zone,
            among=[whom.person_id],
        )
        if not moved.acts:
            raise AppointmentUnknown()
    wish = Wish(now, caller.actor, whom, data.slot, CHANNEL, data.replaces, data.referral)
    try:
        held = await holds.hold(db, wish, key)
    except BookingRefusal as refusal:
        raise await not_booked(request, db, wish, refusal) from None
    return Response(answers.hold(held), status_code=HTTP_201_CREATED)


@get(
    "/holds/{hold:uuid}",
    operation_id="held",
    summary="Что держат",
    tags=_TAGS,
    guards=[reader],
    responses=refusals(404, 409),
    security=SECURITY,
)
async def held(
    request: AnyRequest, db: Connection, now: datetime, caller: Caller, hold: UUID
) -> Response[shapes.Hold]:
    """A hold of the caller's; once it is over, `hold_over`; once booked, `hold_booked`."""
    await _check(db, caller, hold)
    found = await keeping.get(db, caller.account_id, hold, now=now)
    kind = "visits.read_by_application"
    await caller.tell(db, kind, [found.patient_id], now=now, today=today_of(request))
    return answers.answered(request, answers.hold(found), personal=True)


@post(
    "/holds/{hold:uuid}/prolong",
    operation_id="prolong",
    summary="Держать дольше",
    tags=_TAGS,
    guards=[booker],
    responses=refusals(404, 409, 422),
    security=SECURITY,
    status_code=HTTP_200_OK,
)
async def prolong(
    db: Connection, now: datetime, settings: Settings, caller: Caller, hold: UUID, key: Key
) -> Response[shapes.Hold]:
    """Some minutes more, once: `hold_prolonged` the second time."""
    await _check(db, caller, hold)
    zone = settings.region_zone
    longer = await keeping.prolong(db, caller.account_id, hold, key, now=now, zone=zone)
    return Response(answers.hold(longer), status_code=HTTP_200_OK)


@delete(
    "/holds/{hold:uuid}",
    operation_id="release",
    summary="Больше не держать",
    tags=_TAGS,
    guards=[booker],
    responses=refusals(404, 409, 422),
    security=SECURITY,
    status_code=HTTP_204_NO_CONTENT,
)
async def release(
    db: Connection, now: datetime, settings: Settings, caller: Caller, hold: UUID, key: Key
) -> None:
    """The time is free for others at once."""
    await _check(db, caller, hold)
    zone = settings.region_zone
    await keeping.release(db, caller.account_id, hold, key, now=now, zone=zone)


async def _check(db: Connection, caller: Caller, hold: UUID) -> None:
    """It is the caller's, of a patient for whom he may act still: else `AppointmentUnknown`."""
    try:
        caller.get_patient(await holds.get_patient_id(db, caller.account_id, hold))
    except NotYourPatient:
        raise AppointmentUnknown() from None
