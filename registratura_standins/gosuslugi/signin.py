"""Signing in and out: the one way in leads through ЕСИА."""

import hashlib
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import structlog
from litestar import get, post
from litestar.response import Redirect, Template

from registratura_standins.gosuslugi import accounts, sessions
from registratura_standins.gosuslugi.cookies import cookie_name, forget_cookie, make_cookie
from registratura_standins.gosuslugi.database import Connection, execute, value
from registratura_standins.gosuslugi.esia import Esia, EsiaFault
from registratura_standins.gosuslugi.pages import page, redirect
from registratura_standins.gosuslugi.profiles import read_profile
from registratura_standins.gosuslugi.visitors import (
    AnyRequest,
    Visitor,
    moment,
    pool_of,
    safe_path,
    session_id_of,
    settings_of,
    sign_in_path,
)

_LOG = structlog.get_logger("signin")
LASTS = timedelta(minutes=10)


def _esia(request: AnyRequest) -> Esia:
    found: Esia = request.app.state.esia
    return found


@get("/signin", name="signin")
async def start(request: AnyRequest, newcomer: Visitor | None) -> Redirect:
    """To ЕСИА, with a `state` that only this browser can bring back."""
    settings, now = settings_of(request), moment()
    next_path = safe_path(request.query_params.get("next"), "/catalogue")
    if newcomer is not None:
        return redirect(next_path)
    if request.headers.get("host") != urlsplit(settings.public_url).netloc:
        # Another name of this host: the cookie must lie where ЕСИА sends the browser back to.
        return redirect(settings.public_url + sign_in_path(next_path))
    browser = request.cookies.get(cookie_name(settings, "signin")) or secrets.token_urlsafe(32)
    state = str(uuid4())
    where = await _esia(request).authorise_url(state, now)
    async with pool_of(request).connection() as db:
        await execute(
            db,
            """
            insert into sign_in (state_hash, browser_hash, next_path, ends_at)
            values (%(state)s, %(browser)s, %(next)s, %(ends_at)s)
            """,
            state=_digest(state),
            browser=_digest(browser),
            next=next_path,
            ends_at=now + LASTS,
        )
    answer = redirect(where)
    answer.cookies.append(make_cookie(settings, "signin", browser, int(LASTS.total_seconds())))
    return answer


@get("/signin/done", name="signin_done")
async def finish(request: AnyRequest, newcomer: Visitor | None) -> Redirect:
    """Back from ЕСИА: the state is used up first, then the code is exchanged and believed."""
    now, query = moment(), request.query_params
    browser = request.cookies.get(cookie_name(settings_of(request), "signin"), "")
    async with pool_of(request).connection() as db:
        next_path = await _use_up(db, query.get("state", ""), browser, now)
    if next_path is None:
        if newcomer is not None:  # «Назад» after a sign-in that went well
            return redirect("/catalogue")
        raise EsiaFault("stale state")
    if "code" not in query:
        raise EsiaFault(query.get("error_description", "no code").partition(":")[0])
    oid, person = await _esia(request).sign_on(query["code"], now)
    account, children = read_profile(oid, person)
    async with pool_of(request).connection() as db:
        await accounts.keep(db, account, children, now)
        session_id = await sessions.start_session(db, oid, now, replaces=session_id_of(request))
    answer = redirect(next_path)
    answer.cookies.append(make_cookie(settings_of(request), "session", session_id))
    return answer


@post("/signout", name="signout")
async def sign_out(request: AnyRequest) -> Redirect:
    """End the session here, then the one in ЕСИА: the next person at this computer is nobody."""
    session_id = session_id_of(request)
    if session_id:
        async with pool_of(request).connection() as db:
            await sessions.end_session(db, session_id)
    answer = redirect(_esia(request).logout_url())
    answer.cookies.append(forget_cookie(settings_of(request), "session"))
    return answer


def on_esia_fault(request: AnyRequest, fault: EsiaFault) -> Template:
    """The page for what went wrong, with a way to try again."""
    _LOG.warning("refused", reason=fault.reason[:80])
    unconfirmed = fault.reason in ("account is not confirmed", "ESIA-007055")
    return page(
        "signin_failed.html",
        visitor=None,
        status=503 if fault.down else 403 if unconfirmed else 400,
        down=fault.down,
        unconfirmed=unconfirmed,
        declined=fault.reason == "ESIA-007004",
        leave=_esia(request).logout_url(),
    )


async def _use_up(db: Connection, state: str, browser: str, now: datetime) -> str | None:
    found: str | None = await value(
        db,
        """
        delete from sign_in
        where state_hash = %(state)s and browser_hash = %(browser)s and ends_at > %(now)s
        returning next_path
        """,
        state=_digest(state),
        browser=_digest(browser),
        now=now,
    )
    return found


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
