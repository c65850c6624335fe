"""Pages of the sign-in: login and password, then the code of the second step."""

from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.response import Redirect

from registratura_standins.esia import factors, throttle
from registratura_standins.esia.accounts import check_login
from registratura_standins.esia.authorisations import Authorisation, find_authorisation
from registratura_standins.esia.cookies import cookie_name, forget_cookie, make_cookie
from registratura_standins.esia.database import Connection
from registratura_standins.esia.pages import page
from registratura_standins.esia.proceeding import proceed
from registratura_standins.esia.provider import Provider
from registratura_standins.esia.sessions import (
    Session,
    end_session,
    find_session,
    start_session,
    sweep,
)
from registratura_standins.esia.spellings import mask_phone

AnyRequest = Request[Any, Any, Any]
_LOG = structlog.get_logger("esia")


class Outdated(Exception):
    """The sign-on that this page belongs to has ended: back to the portal, and once more."""


async def read_ask(db: Connection, ask: str | None, now: datetime) -> Authorisation | None:
    """The sign-on under way; None where nobody asked. Refuses with `Outdated`."""
    if not ask:
        return None
    try:
        found = await find_authorisation(db, UUID(ask), now)
    except ValueError as fault:
        raise Outdated from fault
    if found is None:
        raise Outdated
    return found


def typed(form: FormMultiDict, name: str) -> str:
    """What was typed into a field; empty for a missing one, a file, or text with a zero byte."""
    text = form.get(name, "")
    return text if isinstance(text, str) and "\x00" not in text else ""


@get("/login", name="login")
async def show_login(
    db: Connection,
    provider: Provider,
    session: Session | None,
    now: datetime,
    ask: str | None = None,
) -> Response[Any]:
    """The form; whoever is signed in already goes on."""
    asked = await read_ask(db, ask, now)
    if session is not None:
        return await _go_on(db, provider, session, asked, now)
    return await page(db, "login.html", asked=asked, login="", failed=False)


@post("/login", status_code=200)
async def sign_in(
    request: AnyRequest, db: Connection, provider: Provider, now: datetime
) -> Response[Any]:
    """One calm answer for a wrong password, an unknown login and too many tries."""
    form = await request.form()
    asked = await read_ask(db, typed(form, "ask"), now)
    login, password = typed(form, "login"), typed(form, "password")
    account = await check_login(db, login, password, address_of(request), now)
    if account is None:
        _LOG.info("sign_in_failed")
        return await page(db, "login.html", status=422, asked=asked, login=login[:254], failed=True)
    if account.second_step:
        return await _ask_code(db, provider, account.oid, asked, now)
    return await _enter(request, db, provider, account.oid, asked, now)


@get("/login/code", name="code")
async def show_code(
    request: AnyRequest, db: Connection, provider: Provider, now: datetime
) -> Response[Any]:
    """The field for the code that was sent."""
    step = await factors.find_second_step(db, _step_id(request, provider), now)
    if step is None:
        return Redirect("/login", status_code=303)
    return await _code_page(db, step)


@post("/login/code", status_code=200)
async def check_code(
    request: AnyRequest, db: Connection, provider: Provider, now: datetime
) -> Response[Any]:
    """The right code signs in; after the third wrong one the password is asked again."""
    step_id = _step_id(request, provider)
    step = await factors.find_second_step(db, step_id, now)
    if step is None or not step_id:
        return Redirect("/login", status_code=303)
    ask = str(step.authorisation_id or "")
    allowed = await throttle.may_try(db, "code", str(step.oid), now)
    code = typed(await request.form(), "code")
    if allowed and await factors.check_code(db, step_id, code, now):
        await throttle.forget_tries(db, "code", str(step.oid))
        asked = await read_ask(db, ask, now)
        return await _enter(request, db, provider, step.oid, asked, now)
    step = await factors.find_second_step(db, step_id, now) if allowed else None
    if step is None:
        asked = await read_ask(db, ask, now)
        return await page(db, "login.html", status=422, asked=asked, login="", failed=True)
    return await _code_page(db, step, status=422, failed=True)


@post("/login/code/again", status_code=303)
async def send_code_again(
    request: AnyRequest, db: Connection, provider: Provider, now: datetime
) -> Response[Any]:
    """A new code, unless five were sent in a quarter of an hour."""
    step_id = _step_id(request, provider)
    step = await factors.find_second_step(db, step_id, now)
    if step is None or not step_id:
        return Redirect("/login", status_code=303)
    if not await factors.send_again(db, step_id, step, now):
        return await _code_page(db, step, status=429, too_many=True)
    return Redirect("/login/code", status_code=303)


@post("/signout", status_code=303)
async def sign_out(request: AnyRequest, db: Connection, provider: Provider) -> Redirect:
    """End this browser's session; «Это не я» of a sign-on leads to its login page."""
    form = await request.form()
    await end_session(db, session_id_of(request, provider) or "")
    try:
        target = f"/login?ask={UUID(typed(form, 'ask'))}"
    except ValueError:
        target = "/login"
    cookies = [forget_cookie(provider.settings, "session")]
    return Redirect(target, status_code=303, cookies=cookies)


def address_of(request: AnyRequest) -> str:
    """The network address that limits are counted for."""
    return request.client.host if request.client else "unknown"


def session_id_of(request: AnyRequest, provider: Provider) -> str | None:
    """The id this browser brings; nothing is known yet of a session behind it."""
    return request.cookies.get(cookie_name(provider.settings, "session"))


def _step_id(request: AnyRequest, provider: Provider) -> str | None:
    return request.cookies.get(cookie_name(provider.settings, "step"))


async def _ask_code(
    db: Connection, provider: Provider, oid: int, asked: Authorisation | None, now: datetime
) -> Response[Any]:
    step_id = await factors.start_second_step(db, oid, asked.id if asked else None, now)
    if step_id is None:
        return await page(db, "login.html", status=422, asked=asked, login="", failed=True)
    cookie = make_cookie(provider.settings, "step", step_id)
    return Redirect("/login/code", status_code=303, cookies=[cookie])


async def _code_page(
    db: Connection,
    step: factors.SecondStep,
    status: int = 200,
    failed: bool = False,
    too_many: bool = False,
) -> Response[Any]:
    return await page(
        db,
        "code.html",
        status=status,
        phone=mask_phone(step.phone),
        tries_left=step.tries_left,
        failed=failed,
        too_many=too_many,
    )


async def _enter(
    request: AnyRequest,
    db: Connection,
    provider: Provider,
    oid: int,
    asked: Authorisation | None,
    now: datetime,
) -> Response[Any]:
    """A session with a new id, whatever the browser brought."""
    user_agent = request.headers.get("user-agent", "")
    replaced = session_id_of(request, provider)
    session_id = await start_session(db, oid, user_agent, now, replaces=replaced)
    await sweep(db, now)
    session = await find_session(db, session_id, now)
    if session is None:
        raise LookupError("the session that was just made")
    answer = await _go_on(db, provider, session, asked, now)
    answer.cookies.append(make_cookie(provider.settings, "session", session_id))
    answer.cookies.append(forget_cookie(provider.settings, "step"))
    _LOG.info("signed_in")
    return answer


async def _go_on(
    db: Connection,
    provider: Provider,
    session: Session,
    asked: Authorisation | None,
    now: datetime,
) -> Redirect:
    if asked is None:
        return Redirect("/account", status_code=303)
    return await proceed(db, provider, session, asked, now)
