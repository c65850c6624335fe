"""One doctor: who he is, his days with counts, his free times. Open to everybody."""

from collections.abc import Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Annotated
from uuid import UUID

from litestar import Response, get
from litestar.params import Parameter

from registratura.api import answers, shapes
from registratura.api.asked import Cursor, Limit
from registratura.api.calls import ASKING, CHANNEL, OPEN, refusals, unchanged
from registratura.booking import doctors, offers, slots
from registratura.booking.doctors import Doctor
from registratura.booking.offers import Asking
from registratura.booking.slots import FreeTime
from registratura.db import Connection
from registratura.web.requests import AnyRequest

_ANSWERS = refusals(404) | unchanged()
OneDay = Annotated[
    date | None, Parameter(query="day", description="Только этот день по календарю клиники")
]


@get(
    "/doctors/{post:uuid}",
    operation_id="doctor",
    summary="Врач",
    tags=["Когда"],
    dependencies=ASKING,
    responses=_ANSWERS,
    security=OPEN,
)
async def doctor(
    request: AnyRequest, searching: Connection, now: datetime, asking: Asking, post: UUID
) -> Response[shapes.Doctor]:
    """One doctor, and why the patient may not book him."""
    found = await doctors.get(searching, post, now=now)
    told = answers.doctor(found, await offers.search_refusal(searching, found, asking))
    return answers.answered(request, told, personal=asking.patient is not None)


@get(
    "/doctors/{post:uuid}/days",
    operation_id="days",
    summary="Дни врача",
    tags=["Когда"],
    responses=_ANSWERS,
    security=OPEN,
)
async def days(
    request: AnyRequest, searching: Connection, now: datetime, post: UUID
) -> Response[shapes.Days]:
    """The days that have free times, with their number; up to the horizon of self-booking."""
    found, free = await _free(searching, post, now)
    listed = [shapes.Day(day, len(times)) for day, times in slots.by_day(free, found.zone).items()]
    return answers.answered(request, shapes.Days(listed, found.zone), personal=False)


@get(
    "/doctors/{post:uuid}/times",
    operation_id="times",
    summary="Свободное время врача",
    tags=["Когда"],
    responses=_ANSWERS,
    security=OPEN,
)
async def times(
    request: AnyRequest,
    searching: Connection,
    now: datetime,
    post: UUID,
    one_day: OneDay = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response[shapes.Times]:
    """Free times in order, of all days or of one."""
    found, free = await _free(searching, post, now)
    if one_day is not None:
        free = slots.by_day(free, found.zone).get(one_day, [])
    page, following = answers.cut(free, _moment, cursor, limit, order=_ORDER)
    listed = shapes.Times([answers.time(it) for it in page], found.zone, following)
    return answers.answered(request, listed, personal=False)


async def _free(
    searching: Connection, post: UUID, now: datetime
) -> tuple[Doctor, Sequence[FreeTime]]:
    found = await doctors.get(searching, post, now=now)
    return found, await slots.search_free(searching, found.post_id, found.window(CHANNEL, now=now))


_ORDER = attrgetter("starts_at", "slot_id")


def _moment(it: FreeTime) -> str:
    return f"{answers.utc(it.starts_at).isoformat()} {it.slot_id}"
