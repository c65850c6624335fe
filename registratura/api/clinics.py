"""Clinics, their positions, the doctors of a position. Open to everybody, as on the pages."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get
from litestar.params import Parameter

from registratura.api import answers, shapes
from registratura.api.asked import Cursor, Limit
from registratura.api.calls import ASKING, OPEN, refusals, unchanged
from registratura.booking import offers
from registratura.booking.doctors import ClinicPositionUnknown
from registratura.booking.offers import Asking
from registratura.db import Connection
from registratura.directory import departments
from registratura.directory.departments import Department
from registratura.web.requests import AnyRequest

_ANSWERS = refusals(404) | unchanged()
Words = Annotated[str, Parameter(max_length=200, description="Слова из названия или адреса")]


@get(
    "/clinics",
    operation_id="clinics",
    summary="Клиники",
    tags=["Где и к кому"],
    responses=_ANSWERS,
    security=OPEN,
)
async def clinics(
    request: AnyRequest,
    searching: Connection,
    q: Words = "",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[shapes.Clinics]:
    """Clinics in alphabet order, whose name, organisation or address holds every word."""
    found, following = answers.cut(await departments.search(searching, q), _place, cursor, limit)
    page = shapes.Clinics([answers.clinic(it) for it in found], following)
    return answers.answered(request, page, personal=False)


@get(
    "/clinics/{department:uuid}",
    operation_id="clinic",
    summary="Клиника",
    tags=["Где и к кому"],
    responses=_ANSWERS,
    security=OPEN,
)
async def clinic(
    request: AnyRequest, searching: Connection, department: UUID
) -> Response[shapes.Clinic]:
    """One clinic."""
    found = answers.clinic(await departments.get(searching, department))
    return answers.answered(request, found, personal=False)


@get(
    "/clinics/{department:uuid}/positions",
    operation_id="positions",
    summary="Специальности клиники",
    tags=["Где и к кому"],
    dependencies=ASKING,
    responses=_ANSWERS,
    security=OPEN,
)
async def positions(
    request: AnyRequest, searching: Connection, asking: Asking, department: UUID
) -> Response[shapes.Positions]:
    """The clinic's positions; none is hidden, each says why the patient may not book it."""
    where = await departments.get(searching, department)
    found = await offers.search_positions(searching, where.id, asking)
    listed = shapes.Positions([answers.position(it) for it in found])
    return answers.answered(request, listed, personal=asking.patient is not None)


@get(
    "/clinics/{department:uuid}/positions/{position:int}/doctors",
    operation_id="doctors",
    summary="Врачи специальности",
    tags=["Где и к кому"],
    dependencies=ASKING,
    responses=_ANSWERS,
    security=OPEN,
)
async def doctors(
    request: AnyRequest, searching: Connection, asking: Asking, department: UUID, position: int
) -> Response[shapes.Offers]:
    """The doctors of one position with their nearest times; the patient's own area doctor first."""
    where = await departments.get(searching, department)
    found = await offers.search_doctors(searching, where.id, position, asking)
    if not found:
        raise ClinicPositionUnknown()
    listed = shapes.Offers([answers.offer(it) for it in found])
    return answers.answered(request, listed, personal=asking.patient is not None)


def _place(it: Department) -> str:
    """Alphabet order that no two clinics share."""
    words = f"{it.organisation}\n{it.name}\n{it.id}"
    return words.casefold().replace("ё", "е")
