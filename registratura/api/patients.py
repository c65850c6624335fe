"""The persons for whom the caller acts."""

from datetime import datetime

from litestar import Response, get

from registratura.api import answers, shapes
from registratura.api.callers import Caller, reader
from registratura.api.calls import SECURITY, refusals
from registratura.db import Connection
from registratura.web.requests import AnyRequest, today_of


@get(
    "/patients",
    operation_id="patients",
    summary="За кого вы действуете",
    tags=["Пациенты и записи"],
    guards=[reader],
    responses=refusals(),
    security=SECURITY,
)
async def patients(
    request: AnyRequest, db: Connection, now: datetime, caller: Caller
) -> Response[shapes.Patients]:
    """The owner first, then his relatives; with a token those for whom it was made."""
    read = [it.person_id for it in caller.patients]
    await caller.tell(db, "person.read_by_application", read, now=now, today=today_of(request))
    listed = shapes.Patients([answers.patient(it) for it in caller.patients])
    return answers.answered(request, listed, personal=True)
