"""The table of contents of the API, everything under `/api/v1`."""

from litestar import Response, Router
from litestar.types import ControllerRouterHandler

from registratura.api import (
    appointments,
    clinics,
    doctors,
    holds,
    patients,
    problems,
    referrals,
)
from registratura.api.asked import Call
from registratura.api.callers import find_allowance, look
from registratura.api.calls import CALLER
from registratura.web.requests import CURRENT

HANDLERS: list[ControllerRouterHandler] = [
    clinics.clinics,
    clinics.clinic,
    clinics.positions,
    clinics.doctors,
    doctors.doctor,
    doctors.days,
    doctors.times,
    patients.patients,
    referrals.referrals,
    appointments.search,
    appointments.one,
    appointments.book,
    appointments.move,
    appointments.cancel,
    holds.hold,
    holds.held,
    holds.prolong,
    holds.release,
]


async def _with_allowance(response: Response[object]) -> Response[object]:
    """What is left of the token's minute, on every answer to a token."""
    allowance = find_allowance(CURRENT.get())
    if allowance is not None:
        response.headers.update(allowance.headers)
    return response


CALLS = Router(
    problems.PREFIX,
    route_handlers=HANDLERS,
    guards=[look],
    request_class=Call,
    dependencies=CALLER,
    exception_handlers=problems.HANDLERS,
    after_request=_with_allowance,
    opt={"exclude_from_csrf": True},  # the guard `booker` asks for the header itself
    include_in_schema=True,
)
