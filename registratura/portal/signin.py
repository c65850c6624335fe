"""Signing in and out: the one way in leads through ЕСИА."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog
from litestar import get, post
from litestar.response import Redirect, Template

from registratura.db import Connection
from registratura.esia import (
    Esia,
    EsiaDown,
    EsiaFault,
    EsiaRefused,
    NotConfirmed,
    attempts,
)
from registratura.esia.authorise import authorise_url, exchange
from registratura.esia.profile import read_profile
from registratura.esia.verify import verify
from registratura.people import accounts, consents
from registratura.people.accounts import Profile
from registratura.portal.consent_text import CURRENT
from registratura.settings import Settings
from registratura.web import Visitor, page, redirect, safe_path, sessions
from registratura.web.addresses import address_of
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
)

_LOG = structlog.get_logger("signin")
_SAYABLE = re.compile(r"[A-Za-z0-9 :_-]{1,80}")  # what may be logged of a reason
_STARTS_A_MINUTE = 300  # of one address: a whole clinic may stand behind it


def _esia(request: AnyRequest) -> Esia:
    found: Esia = request.app.state.esia
    return found


@get("/signin", name="signin")
async def sign_in_page(request: AnyRequest, newcomer: Visitor | None) -> Template | Redirect:
    """«Личный кабинет»: one way in; who is in already goes where he wanted."""
    next_path = safe_path(request.query_params.get("next"), "/")
    if newcomer is not None:
        wanted = next_path if next_path != "/" else "/profile"
        return redirect(
            wanted if has_consented(request, newcomer) else with_next("/consent", wanted)
        )
    start = with_next("/signin/esia", next_path)
    ended = session_id_of(request) is not None  # the cookie is there, the session is over
    return page("signin/index.html", visitor=None, start=start, ended=ended)


@get("/signin/esia", name="signin_esia")
async def start(request: AnyRequest, db: Connection, now: datetime, settings: Settings) -> Redirect:
    """To ЕСИА, with a `state` that only this browser can bring back."""
    next_path = safe_path(request.query_params.get("next"), "/")
    if request.headers.get("host") != urlsplit(settings.public_url).netloc:
        # Another name of this host: the cookie must lie where ЕСИА sends the browser back to.
        return redirect(settings.public_url.rstrip("/") + with_next("/signin/esia", next_path))
    address = str(address_of(request) or "unknown")
    await check_limit(
        db, "signin.start", address, most=_STARTS_A_MINUTE, window=timedelta(minutes=1), now=now
    )
    cookies = cookies_of(request)
    # One mark for all tabs of a browser, so that two sign-ins begun at once both end well.
    browser = request.cookies.get(cookies.name("signin")) or attempts.make_browser_mark()
    state = await attempts.begin(db, browser=browser, next_path=next_path, now=now)
    answer = redirect(await authorise_url(_esia(request), state=state, now=now))
    answer.cookies.append(cookies.make("signin", browser, attempts.LASTS))
    return answer


@get("/signin/done", name="signin_done")
async def finish(request: AnyRequest, now: datetime) -> Template | Redirect:
    """Back from ЕСИА: the state is used up first, then the code is exchanged and believed.

    No database connection is held while ЕСИА is asked.
    """
    query = request.query_params
    browser = request.cookies.get(cookies_of(request).name("signin"), "")
    async with pool_of(request).connection() as db:
        state = query.get("state", "")
        next_path = await attempts.consume(db, state=state, browser=browser, now=now)
    if next_path is None:
        if await find_visitor(request) is not None:  # «Назад» after a sign-in that went well
            return redirect("/")
        return _explain(request, EsiaRefused("stale state"), "/")
    try:
        profile = await _believe(_esia(request), query, now)
    except EsiaFault as fault:
        return _explain(request, fault, next_path)
    return await _let_in(request, profile, next_path, now)


async def _believe(esia: Esia, query: Mapping[str, str], now: datetime) -> Profile:
    if "code" not in query:
        raise EsiaRefused(query.get("error_description", "no code").partition(":")[0])
    tokens = await exchange(esia, query["code"], now=now)
    identity = await verify(esia, tokens, now=now)
    answer = await read_profile(esia, tokens, identity)
    return answer.profile


async def _let_in(request: AnyRequest, profile: Profile, next_path: str, now: datetime) -> Redirect:
    async with pool_of(request).connection() as db:
        account = await accounts.sign_in(db, profile, now=now)
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
    answer = redirect(next_path if given else with_next("/consent", next_path))
    answer.cookies.append(cookies_of(request).make("session", session_id))
    return answer


@post("/signout", name="signout")
async def sign_out(request: AnyRequest, db: Connection, session_id: str | None) -> Redirect:
    """End the session here, then the one in ЕСИА: the next person at this computer is nobody."""
    if session_id is not None:
        await sessions.end(db, session_id)
    return go_out(request)


def go_out(request: AnyRequest, path: str = "/") -> Redirect:
    """To the end of the session in ЕСИА, from there to `path`; the browser forgets our pages.

    The session here has been ended before.
    """
    answer = redirect(_esia(request).logout_url(path))
    answer.cookies.append(cookies_of(request).forget("session"))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _explain(request: AnyRequest, fault: EsiaFault, next_path: str) -> Template:
    """The page for what went wrong, each with a way to try again."""
    reason = fault.reason if _SAYABLE.fullmatch(fault.reason) else "unreadable"
    reference = reference_of(request)
    _LOG.warning("refused", request_id=reference, kind=type(fault).__name__, reason=reason)
    start = with_next("/signin/esia", next_path)
    if isinstance(fault, NotConfirmed) or reason == "ESIA-007055":
        leave = _esia(request).logout_url("/signin")
        return page("signin/unconfirmed.html", visitor=None, status=403, leave=leave)
    if isinstance(fault, EsiaDown) or reason in ("ESIA-007007", "ESIA-007008"):
        template, status = "signin/esia_down.html", 503
    else:
        template, status = "signin/unfinished.html", 400
    return page(
        template,
        visitor=None,
        status=status,
        start=start,
        reference=reference,
        declined=reason == "ESIA-007004",
    )
