"""Signing in and out: the one way in leads through ЕСИА."""

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog
from litestar import get, post
from litestar.response import Redirect, Template

from registratura.esia import (
    Answer,
    Declined,
    EsiaDown,
    EsiaFault,
    EsiaRefused,
    NotConfirmed,
    SignOn,
    attempts,
)
from registratura.esia.attempts import Attempt
from registratura.people import accounts, children, consents, staff_roles
from registratura.portal.consent_text import CURRENT
from registratura.settings import Settings
from registratura.web import Visitor, page, redirect, safe_path, sessions
from registratura.web.addresses import address_of
from registratura.web.borrowing import give_back
from registratura.web.browsers import name_browser
from registratura.web.errors import reference_of
from registratura.web.limits import check_limit
from registratura.web.paths import with_next
from registratura.web.requests import (
    AnyRequest,
    cookies_of,
    find_visitor,
    has_consented,
    pool_of,
    session_id_of,
    today_of,
)

_LOG = structlog.get_logger("signin")
_SAYABLE = re.compile(r"[A-Za-z0-9 :_-]{1,80}")  # what may be logged of a reason
_DESK = "/desk"
_STARTS_A_MINUTE = 300  # of one address: a whole clinic may stand behind it


def _esia(request: AnyRequest) -> SignOn:
    found: SignOn = request.app.state.esia
    return found


@get("/signin", name="signin")
async def sign_in_page(request: AnyRequest, newcomer: Visitor | None) -> Template | Redirect:
    """«Личный кабинет»: one way in; who is in already goes where he wanted."""
    next_path = safe_path(request.query_params.get("next"), "/")
    if newcomer is not None:
        wanted = next_path if next_path != "/" else "/profile"
        return redirect(_onward(wanted, consented=has_consented(request, newcomer)))
    start = with_next("/signin/esia", next_path)
    ended = session_id_of(request) is not None  # the cookie is there, the session is over
    return page("signin/index.html", visitor=None, start=start, ended=ended)


@get("/signin/esia", name="signin_esia")
async def start(request: AnyRequest, now: datetime, settings: Settings) -> Template | Redirect:
    """To ЕСИА, with a `state` that only this browser can bring back."""
    next_path = safe_path(request.query_params.get("next"), "/")
    if request.headers.get("host") != urlsplit(settings.public_url).netloc:
        # Another name of this host: the cookie must lie where ЕСИА sends the browser back to.
        return redirect(settings.public_url.rstrip("/") + with_next("/signin/esia", next_path))
    # One mark for all tabs of a browser, so that two sign-ins begun at once both end well.
    browser = request.cookies.get(cookies_of(request).name("signin"), "")
    browser = browser or attempts.make_browser_mark()
    attempt = await _begin(request, browser, next_path, now)
    try:
        answer = redirect(await _esia(request).start(attempt, now=now))
    except EsiaFault as fault:
        return await _explain(request, fault, next_path)
    answer.cookies.append(cookies_of(request).make("signin", browser, attempts.LASTS))
    return answer


async def _begin(request: AnyRequest, browser: str, next_path: str, now: datetime) -> Attempt:
    address = str(address_of(request) or "unknown")
    minute = timedelta(minutes=1)
    async with pool_of(request).connection() as db:
        await check_limit(
            db, "signin.start", address, most=_STARTS_A_MINUTE, window=minute, now=now
        )
        provider = _esia(request).provider
        return await attempts.begin(
            db, issuer=provider, browser=browser, next_path=next_path, now=now
        )


@get("/signin/done", name="signin_done")
async def finish(request: AnyRequest, now: datetime) -> Template | Redirect:
    """Back from ЕСИА: the state is used up first, then the code is exchanged and believed.

    No database connection is held while ЕСИА is asked.
    """
    query = request.query_params
    attempt = await _consume(request, query.get("state", ""), now)
    if attempt is None:
        if await find_visitor(request) is not None:  # «Назад» after a sign-in that went well
            return redirect("/")
        return await _explain(request, EsiaRefused("stale state"), "/")
    try:
        who = await _esia(request).finish(query, attempt, now=now)
    except EsiaFault as fault:
        return await _explain(request, fault, attempt.next_path)
    return await _let_in(request, who, attempt.next_path, now)


async def _consume(request: AnyRequest, state: str, now: datetime) -> Attempt | None:
    browser = request.cookies.get(cookies_of(request).name("signin"), "")
    provider = _esia(request).provider
    async with pool_of(request).connection() as db:
        return await attempts.consume(db, issuer=provider, state=state, browser=browser, now=now)


async def _let_in(request: AnyRequest, who: Answer, next_path: str, now: datetime) -> Redirect:
    """A new session; staff choose between their desk and their own «Личный кабинет»."""
    async with pool_of(request).connection() as db:
        account = await accounts.sign_in(db, who.profile, now=now)
        await children.keep(db, account.id, who.children, now=now)
        session_id = await sessions.begin(
            db,
            account_id=account.id,
            patient_id=account.person_id,
            replaces=session_id_of(request),
            now=now,
            browser=name_browser(request.headers.get("user-agent", "")),
        )
        given = await consents.find_given(
            db, account.id, document=CURRENT.document, version=CURRENT.version
        )
        roles = await staff_roles.search_living(db, account.id, today=today_of(request))
    if roles and next_path == "/":
        next_path = _DESK
    answer = redirect(_onward(next_path, consented=given is not None))
    answer.cookies.append(cookies_of(request).make("session", session_id))
    return answer


def _onward(next_path: str, *, consented: bool) -> str:
    """Where a sign-in leads: by way of the portal's consent, which the desk does not need."""
    at_the_desk = next_path == _DESK or next_path.startswith(f"{_DESK}/")
    return next_path if consented or at_the_desk else with_next("/consent", next_path)


@post("/signout", name="signout")
async def sign_out(request: AnyRequest, session_id: str | None) -> Redirect:
    """End the session here, then the one in ЕСИА: the next person at this computer is nobody."""
    if session_id is not None:
        async with pool_of(request).connection() as db:
            await sessions.end(db, session_id)
    return await go_out(request)


async def go_out(request: AnyRequest, path: str = "/") -> Redirect:
    """To the end of the session in ЕСИА, from there to `path`; the browser forgets our pages.

    The session here has been ended before.
    """
    await give_back(request.scope)  # a gateway may be slow to say where its session ends
    answer = redirect(await _esia(request).logout_url(path))
    answer.cookies.append(cookies_of(request).forget("session"))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


async def _explain(request: AnyRequest, fault: EsiaFault, next_path: str) -> Template:
    """The page for what went wrong, each with a way to try again."""
    reason = fault.reason if _SAYABLE.fullmatch(fault.reason) else "unreadable"
    reference = reference_of(request)
    _LOG.warning("refused", request_id=reference, kind=type(fault).__name__, reason=reason)
    start = with_next("/signin/esia", next_path)
    if isinstance(fault, NotConfirmed):
        leave = await _esia(request).logout_url("/signin")
        return page("signin/unconfirmed.html", visitor=None, status=403, leave=leave)
    down = isinstance(fault, EsiaDown)
    return page(
        "signin/esia_down.html" if down else "signin/unfinished.html",
        visitor=None,
        status=503 if down else 400,
        start=start,
        reference=reference,
        declined=isinstance(fault, Declined),
    )
