"""The referrals of a patient: which doctors they open, and until when."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Response, get
from litestar.params import Parameter

from registratura.api import answers, shapes
from registratura.api.callers import Caller, reader
from registratura.api.calls import SECURITY, refusals
from registratura.booking import referrals as known
from registratura.db import Connection
from registratura.web.requests import AnyRequest, today_of

OfPatient = Annotated[UUID, Parameter(description="Чьи направления: из списка `/patients`")]


@get(
    "/referrals",
    operation_id="referrals",
    summary="Направления пациента",
    tags=["Пациенты и записи"],
    guards=[reader],
    responses=refusals(404),
    security=SECURITY,
)
async def referrals(
    request: AnyRequest, db: Connection, now: datetime, caller: Caller, patient: OfPatient
) -> Response[shapes.Referrals]:
    """His referrals; none of a patient whose visits the caller may not see."""
    whom, today = caller.get_patient(patient), today_of(request)
    found = await known.search_for(db, whom)
    kind = "referral.read_by_application"
    await caller.tell(db, kind, [whom.person_id] if found else [], now=now, today=today)
    listed = shapes.Referrals([answers.referral(it, today) for it in found])
    return answers.answered(request, listed, personal=True)
