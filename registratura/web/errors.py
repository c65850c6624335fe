"""Faults and refusals as pages: calm words, a way on, never a trace."""

import secrets
from typing import Any

import psycopg
import structlog
from litestar.connection import Request
from litestar.exceptions import HTTPException, PermissionDeniedException
from litestar.response import Redirect, Template
from litestar.types import ExceptionHandlersMap
from psycopg_pool import PoolTimeout

from registratura.people.refusals import NotYourPatient, NotYourRelative
from registratura.refusal import Refusal
from registratura.web import logs
from registratura.web.borrowing import is_reading
from registratura.web.guards import ConsentNeeded, DutyNeeded, SignInNeeded
from registratura.web.lending import COME_BACK, Overloaded
from registratura.web.limits import TriedTooOften
from registratura.web.pages import page
from registratura.web.paths import with_next
from registratura.web.requests import cookies_of, known_visitor
from registratura_ground.forgery import ForeignForm

_LOG = structlog.get_logger("web")
AnyRequest = Request[Any, Any, Any]
_NOBODYS = (NotYourPatient, NotYourRelative)
_TEMPLATES = {404: "errors/not_found.html", 405: "errors/not_found.html", 403: "errors/stale.html"}


def reference_of(request: AnyRequest) -> str:
    """The number of this request, for people to read out."""
    return str(request.scope["state"].get("reference", "—"))


def on_refusal(request: AnyRequest, refusal: Refusal) -> Template:
    """The registry said no: its words, with what it offers instead, status 409 (or 404)."""
    if isinstance(refusal, _NOBODYS) or refusal.code.endswith("_unknown"):
        # One answer for what does not exist and for what is not yours.
        return _page(request, "errors/not_found.html", 404)
    status = 429 if isinstance(refusal, TriedTooOften) else 409
    return _page(request, "errors/refusal.html", status, refusal=refusal)


def on_missing(request: AnyRequest, fault: LookupError) -> Template:
    """A row that was asked for is not there. A `KeyError` is a fault of ours all the same."""
    if type(fault) is not LookupError:
        return on_fault(request, fault)
    return _page(request, "errors/not_found.html", 404)


def on_unreadable(request: AnyRequest, fault: psycopg.DataError) -> Template:
    """Text that the database cannot hold (a NUL byte): the request was at fault, not we."""
    _LOG.warning("unreadable", request_id=reference_of(request), **logs.fault(fault))
    return _page(request, "errors/bad.html", 400)


def on_sign_in_needed(_: AnyRequest, fault: SignInNeeded) -> Redirect:
    """To the sign-in page, and from there back."""
    return Redirect(with_next("/signin", fault.next_path), status_code=303)


def on_consent_needed(_: AnyRequest, fault: ConsentNeeded) -> Redirect:
    """To the portal's consent, and from there back."""
    return Redirect(with_next("/consent", fault.next_path), status_code=303)


def on_duty_needed(_: AnyRequest, fault: DutyNeeded) -> Redirect:
    """To the choice of a role, and from there back."""
    return Redirect(with_next("/desk/enter", fault.next_path), status_code=303)


def on_http(request: AnyRequest, fault: HTTPException) -> Template:
    """What Litestar refuses: unknown address, wrong method, unreadable form, lost CSRF token."""
    if fault.status_code >= 500:
        return on_fault(request, fault)
    answer = _page(request, _TEMPLATES.get(fault.status_code, "errors/bad.html"), fault.status_code)
    if isinstance(fault, PermissionDeniedException):
        # A token signed with an older secret would be refused for ever: the next page makes one.
        answer.cookies.append(cookies_of(request).forget("csrf"))
    return answer


def on_foreign_form(request: AnyRequest, _: ForeignForm) -> Template:
    """Another site sent this form: nothing was done, and nobody is told more."""
    return _page(request, "errors/foreign.html", 403)


def on_database_down(request: AnyRequest, fault: Exception) -> Template:
    """No database, or it is too busy: 503, calm, and when to come back."""
    _LOG.error("database", request_id=reference_of(request), **logs.fault(fault))
    answer = _page(request, "errors/unavailable.html", 503)
    answer.headers["Retry-After"] = "30"
    return answer


def on_overload(request: AnyRequest, _: Overloaded) -> Template:
    """Turned away before anything was begun: 503; a page that was only looked at opens by itself.

    Not everybody comes back in the same second.
    """
    looking = is_reading(request.scope)
    answer = _page(request, "errors/busy.html", 503, looking=looking)
    wait = str(COME_BACK + secrets.randbelow(COME_BACK))
    answer.headers["Retry-After"] = wait
    if looking:
        answer.headers["Refresh"] = wait
    return answer


def on_fault(request: AnyRequest, fault: Exception) -> Template:
    """A fault of ours: 500 with a number that the log knows."""
    _LOG.error("fault", request_id=reference_of(request), **logs.fault(fault))
    return _page(request, "errors/fault.html", 500)


def _page(request: AnyRequest, template: str, status: int, **context: Any) -> Template:
    return page(
        template,
        visitor=known_visitor(request),
        status=status,
        reference=reference_of(request),
        **context,
    )


HANDLERS: ExceptionHandlersMap = {
    Refusal: on_refusal,
    SignInNeeded: on_sign_in_needed,
    ConsentNeeded: on_consent_needed,
    DutyNeeded: on_duty_needed,
    ForeignForm: on_foreign_form,
    HTTPException: on_http,
    LookupError: on_missing,
    psycopg.DataError: on_unreadable,
    psycopg.OperationalError: on_database_down,
    PoolTimeout: on_database_down,
    Overloaded: on_overload,
    Exception: on_fault,
}
