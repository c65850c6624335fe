"""Faults and refusals as pages: calm words, a way on, what was typed is kept."""

import psycopg
import structlog
from litestar.exceptions import HTTPException, PermissionDeniedException
from litestar.response import Redirect, Template
from litestar.types import ExceptionHandlersMap
from psycopg_pool import PoolTimeout

from registratura_ground.forgery import ForeignForm
from registratura_standins.gosuslugi import logs
from registratura_standins.gosuslugi.answers import RegionSays
from registratura_standins.gosuslugi.drafts import AlreadyBooked, StepMissing
from registratura_standins.gosuslugi.esia import EsiaFault
from registratura_standins.gosuslugi.pages import page, redirect
from registratura_standins.gosuslugi.region import RegionTrouble
from registratura_standins.gosuslugi.signin import on_esia_fault
from registratura_standins.gosuslugi.visitors import (
    AnyRequest,
    SignInNeeded,
    known_visitor,
    page_of,
    sign_in_path,
)

_LOG = structlog.get_logger("web")


def on_sign_in_needed(_: AnyRequest, fault: SignInNeeded) -> Redirect:
    """To ЕСИА, and from there back."""
    return redirect(sign_in_path(fault.next_path))


def on_other_page(_: AnyRequest, fault: StepMissing | AlreadyBooked) -> Redirect:
    """To the step that comes first, or to the booking that the draft has become."""
    return redirect(fault.path)


def on_region_trouble(request: AnyRequest, fault: RegionTrouble) -> Template:
    """The region is down, slow, or answers nonsense: what was chosen waits in the draft."""
    return page(
        "trouble.html",
        visitor=known_visitor(request),
        status=503,
        words=fault.words,
        again=page_of(request),
        step=_wizard_of(request),
    )


def on_region_says(request: AnyRequest, said: RegionSays) -> Template | Redirect:
    """A no outside a booking. Whom the region does not know is asked for his data again."""
    step = _wizard_of(request)
    if said.code == "PATIENT_NOT_FOUND" and step:
        return redirect(f"{step}/patient?found=no")
    _LOG.warning("region_says", code=said.code[:60])
    return page(
        "trouble.html",
        visitor=known_visitor(request),
        status=502,
        words=f"Регистратура региона ответила: {said.message}",
        again=page_of(request),
        step=step,
    )


def _wizard_of(request: AnyRequest) -> str:
    """The address of the draft whose step it is, or nothing."""
    path = str(request.scope["path"])
    return path.rpartition("/")[0] if path.startswith("/booking/") else ""


def on_missing(request: AnyRequest, fault: LookupError) -> Template:
    """No such draft or booking here, or not in this browser. A `KeyError` is a fault of ours."""
    if isinstance(fault, KeyError | IndexError):
        return on_fault(request, fault)
    return page("not_found.html", visitor=known_visitor(request), status=404)


def on_http(request: AnyRequest, fault: HTTPException) -> Template:
    """What Litestar refuses: unknown address, wrong method, lost CSRF token."""
    if fault.status_code >= 500:
        return on_fault(request, fault)
    if not isinstance(fault, PermissionDeniedException):
        return page("not_found.html", visitor=known_visitor(request), status=fault.status_code)
    known, again = known_visitor(request), page_of(request)
    return page("stale.html", visitor=known, status=403, again=again)


def on_foreign_form(request: AnyRequest, _: ForeignForm) -> Template:
    """Another site sent this form: nothing was done, and nobody is told more."""
    return page("foreign.html", visitor=known_visitor(request), status=403)


def on_fault(request: AnyRequest, fault: Exception) -> Template:
    """A fault of ours, or no database."""
    down = isinstance(fault, psycopg.OperationalError | PoolTimeout)
    _LOG.error("database" if down else "fault", **logs.fault(fault))
    status, again = 503 if down else 500, page_of(request)
    return page("fault.html", visitor=known_visitor(request), status=status, again=again)


HANDLERS: ExceptionHandlersMap = {
    SignInNeeded: on_sign_in_needed,
    StepMissing: on_other_page,
    AlreadyBooked: on_other_page,
    RegionTrouble: on_region_trouble,
    RegionSays: on_region_says,
    ForeignForm: on_foreign_form,
    EsiaFault: on_esia_fault,
    LookupError: on_missing,
    HTTPException: on_http,
    Exception: on_fault,
}
