"""Signing in and out: the one way in leads through ЕСИА."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from litestar import get, post
from litestar.response import Redirect, Template

from registratura.db import Connection
from registratura.esia import Answer, EsiaFault, EsiaRefused, attempts
from registratura.esia.attempts import Attempt
from registratura.people import accounts, children, consents, staff_roles
from registratura.portal.consent_text import CURRENT
from registratura.portal.unfinished import ELSEWHERE, Unfinished, sign_on, unfinished_page
from registratura.settings import Settings
from registratura.web import Visitor, page, redirect, safe_path, sessions
from registratura.web.addresses import address_of
from registratura.web.borrowing import give_back
from registratura.web.browsers import name_browser
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

_DESK = "/desk"
_STARTS_A_MINUTE = 300  # of one address: a whole clinic may stand behind it


@get("/signin", name="signin")
async def sign_in_page(
    request: AnyRequest, db: Connection, newcomer: Visitor | None
) -> Template | Redirect:
    """«Личный кабинет»: one way in; who is in already goes where he wanted. Whose session is over
    is told how it ended."""
    next_path = safe_path(request.query_params.get("next"), "/")
    if newcomer is not None:
        wanted = next_path if next_path != "/" else "/profile"
        return redirect(_onward(wanted, consented=has_consented(request, newcomer)))
    start = with_next("/signin/esia", next_path)
    over = session_id_of(request)  # the cookie is there, the session is over
    elsewhere = over is not None and await sessions.was_ended(db, over)
    return page(
        "signin/index.html", visitor=None, start=start, ended=over is not None, elsewhere=elsewhere
    )


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
        answer = redirect(await sign_on(request).start(attempt, now=now))
    except EsiaFault as fault:
        return await unfinished_page(request, Unfinished.of(request, fault), next_path)
    answer.cookies.append(cookies_of(request).make("signin", browser, attempts.LASTS))
    return answer


async def _begin(request: AnyRequest, browser: str, next_path: str, now: datetime) -> Attempt:
    address = str(address_of(request) or "unknown")
    minute = timedelta(minutes=1)
    async with pool_of(request).connection() as db:
        await check_limit(
            db, "signin.start", address, most=_STARTS_A_MINUTE, window=minute, now=now
        )
        provider = sign_on(request).provider
        return await attempts.begin(
            db, issuer=provider, browser=browser, next_path=next_path, now=now
        )


@get("/signin/done", name="signin_done", exception_handlers=ELSEWHERE)
async def finish(request: AnyRequest, now: datetime) -> Redirect:
    """Back from ЕСИА: the state is used up first, then the code is exchanged and believed.

    This address holds a code: whatever comes of it is shown at another. No database connection is
    held while ЕСИА is asked.
    """
    query = request.query_params
    attempt = await _consume(request, query.get("state", ""), now)
    if attempt is None:
        if await find_visitor(request) is not None:  # «Назад» after a sign-in that went well
            return redirect("/")
        return redirect(Unfinished.of(request, EsiaRefused("stale state")).url("/"))
    try:
        who = await sign_on(request).finish(query, attempt, now=now)
    except EsiaFault as fault:
        return redirect(Unfinished.of(request, fault).url(attempt.next_path))
    return await _let_in(request, who, attempt.next_path, now)


async def _consume(request: AnyRequest, state: str, now: datetime) -> Attempt | None:
    browser = request.cookies.get(cookies_of(request).name("signin"), "")
    provider = sign_on(request).provider
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
    answer = redirect(await sign_on(request).logout_url(path))
    answer.cookies.append(cookies_of(request).forget("session"))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer
