"""Faults as pages: calm words, a way on, never a trace; JSON where a client system asks."""

import traceback
from secrets import token_hex
from typing import Any

import psycopg
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, PermissionDeniedException
from litestar.response import Redirect, Template
from litestar.types import ExceptionHandlersMap
from psycopg_pool import PoolTimeout

from registratura_ground.forgery import ForeignForm
from registratura_standins.esia.authorisations import Outdated
from registratura_standins.esia.cookies import forget_cookie
from registratura_standins.esia.faults import Fault
from registratura_standins.esia.owners import SignedOut
from registratura_standins.esia.profile import REFUSALS
from registratura_standins.esia.provider import Provider

AnyRequest = Request[Any, Any, Any]
_LOG = structlog.get_logger("esia")
_ANSWERED_IN_JSON = ("/rs/", "/aas/oauth2/v3/", "/aas/oauth2/te", "/aas/oauth2/api/")
_OF_CLIENTS = ("/aas/oauth2/ac", "/aas/oauth2/v2/ac")


def on_outdated(_: AnyRequest, __: Outdated) -> Template:
    """The sign-on has ended: back to the portal."""
    return _page("outdated.html", 410)


def on_signed_out(_: AnyRequest, __: SignedOut) -> Redirect:
    """A page of the account, and nobody is signed in."""
    return Redirect("/login", status_code=303)


def on_http(request: AnyRequest, fault: HTTPException) -> Response[Any]:
    """Unknown address, wrong method, unreadable form, a form whose protection has ended."""
    status = fault.status_code
    if status >= 500:
        return on_fault(request, fault)
    if request.scope["path"].startswith(_ANSWERED_IN_JSON):
        return _json(request, "007003", status if status in (403, 404, 415) else 400)
    if not isinstance(fault, PermissionDeniedException):
        return _page("not_found.html", status)
    if isinstance(fault, ForeignForm):
        return _page("foreign.html", 403)
    # A token signed with an older key would be refused for ever: the next page makes a new one.
    answer = _page("expired.html", 403)
    provider: Provider = request.app.state.provider
    answer.cookies.append(forget_cookie(provider.settings, "csrf"))
    return answer


def on_database_down(request: AnyRequest, fault: Exception) -> Response[Any]:
    """No database, or it is too busy: 503 and when to come back."""
    answer = _broken(request, fault, "007008", 503)
    answer.headers["Retry-After"] = "30"
    return answer


def on_fault(request: AnyRequest, fault: Exception) -> Response[Any]:
    """A fault of ours: 500 with a number that the log knows."""
    return _broken(request, fault, "007007", 500)


def _broken(request: AnyRequest, fault: Exception, code: str, status: int) -> Response[Any]:
    reference = token_hex(4)
    # The words of a fault may hold what was typed: only its kind and place are written.
    frames = traceback.extract_tb(fault.__traceback__)
    _LOG.error(
        "fault",
        reference=reference,
        kind=type(fault).__name__,
        place=[f"{frame.filename}:{frame.lineno}" for frame in frames[-4:]],
    )
    if request.scope["path"].startswith(_ANSWERED_IN_JSON):
        return _json(request, code, status)
    # Nothing is known of the client: the fault cannot be taken back to it.
    told = Fault(code).description if request.scope["path"].startswith(_OF_CLIENTS) else ""
    return _page("fault.html", status, reference=reference, told=told)


def _json(request: AnyRequest, code: str, status: int) -> Response[Any]:
    fault = Fault(code)
    if request.scope["path"].startswith("/rs/"):
        body = REFUSALS.get(status, {"code": f"ESIA-{code}", "message": fault.error})
    else:
        body = {"error": fault.error, "error_description": fault.description}
    return Response(body, status_code=status, media_type="application/json")


def _page(template: str, status: int, **context: object) -> Template:
    return Template(
        template_name=template,
        context=context,
        status_code=status,
        media_type="text/html",
    )


HANDLERS: ExceptionHandlersMap = {
    Outdated: on_outdated,
    SignedOut: on_signed_out,
    HTTPException: on_http,
    psycopg.OperationalError: on_database_down,
    PoolTimeout: on_database_down,
    Exception: on_fault,
}
