"""The page of a sign-in that did not end well, at an address without anything of ЕСИА's."""

import re
from dataclasses import dataclass
from typing import Annotated, Self
from urllib.parse import urlencode

import psycopg
import structlog
from litestar import get
from litestar.params import Parameter
from litestar.response import Redirect, Template
from litestar.types import ExceptionHandlersMap
from psycopg_pool import PoolTimeout

from registratura.esia import Declined, EsiaDown, EsiaFault, NotConfirmed, SignOn
from registratura.web import logs, page, redirect, safe_path
from registratura.web.errors import reference_of
from registratura.web.lending import Overloaded
from registratura.web.paths import with_next
from registratura.web.requests import AnyRequest

ADDRESS = "/signin/unfinished"
_LOG = structlog.get_logger("signin")
_SAYABLE = re.compile(r"[A-Za-z0-9 :_-]{1,80}")  # what may be logged of a reason
_REFERENCE = re.compile(r"[2-9a-z]{4}-[2-9a-z]{4}")  # of `web.around`; anybody may make an address
_REASONS: tuple[tuple[type[EsiaFault], str], ...] = (
    (NotConfirmed, "unconfirmed"),
    (EsiaDown, "down"),
    (Declined, "declined"),
)
Words = Annotated[str, Parameter(max_length=1000)]


def sign_on(request: AnyRequest) -> SignOn:
    """The provider of sign-on that the application was started with."""
    found: SignOn = request.app.state.esia
    return found


@dataclass(frozen=True)
class Unfinished:
    """Why a sign-in did not end well, in one word, and the number under which the log knows it."""

    why: str
    reference: str

    @classmethod
    def of(cls, request: AnyRequest, fault: EsiaFault) -> Self:
        """What is told of that fault; the log is told the reason."""
        reason = fault.reason if _SAYABLE.fullmatch(fault.reason) else "unreadable"
        reference = reference_of(request)
        _LOG.warning("refused", request_id=reference, kind=type(fault).__name__, reason=reason)
        whys = (why for kind, why in _REASONS if isinstance(fault, kind))
        return cls(next(whys, "refused"), reference)

    def url(self, next_path: str) -> str:
        """Where the page is shown, and the way back to what was wanted."""
        told = {"why": self.why, "number": self.reference, "next": next_path}
        return f"{ADDRESS}?{urlencode(told)}"


@get(ADDRESS, name="signin_unfinished")
async def unfinished(
    request: AnyRequest, why: Words = "", number: Words = "", next: Words = "/"
) -> Template:
    """What went wrong, with a way to try again. What the address says is never believed further:
    an unknown reason is the ordinary one, and a number is shown in its own form only."""
    reference = number if _REFERENCE.fullmatch(number) else reference_of(request)
    return await unfinished_page(request, Unfinished(why, reference), safe_path(next, "/"))


async def unfinished_page(request: AnyRequest, it: Unfinished, next_path: str) -> Template:
    """The page for what went wrong, each with a way to try again."""
    if it.why == "unconfirmed":
        leave = await sign_on(request).logout_url("/signin")
        return page("signin/unconfirmed.html", visitor=None, status=403, leave=leave)
    if it.why == "away":
        return page("errors/unavailable.html", visitor=None, status=503, reference=it.reference)
    down = it.why == "down"
    return page(
        "signin/esia_down.html" if down else "signin/unfinished.html",
        visitor=None,
        status=503 if down else 400,
        start=with_next("/signin/esia", next_path),
        reference=it.reference,
        declined=it.why == "declined",
    )


def _on_away(request: AnyRequest, fault: Exception) -> Redirect:
    _LOG.error("database", request_id=reference_of(request), **logs.fault(fault))
    return redirect(Unfinished("away", reference_of(request)).url("/"))


def _on_fault(request: AnyRequest, fault: Exception) -> Redirect:
    _LOG.error("fault", request_id=reference_of(request), **logs.fault(fault))
    return redirect(Unfinished("refused", reference_of(request)).url("/"))


ELSEWHERE: ExceptionHandlersMap = {
    psycopg.OperationalError: _on_away,
    PoolTimeout: _on_away,
    Overloaded: _on_away,
    Exception: _on_fault,
}
"""For an address that holds a code: what goes wrong there on our side is told at another too."""
