"""The page of the sign-in: login and password; sign-out."""

from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from litestar import Request, Response, get, post
from litestar.response import Redirect

from registratura_standins.esia import factors
from registratura_standins.esia.accounts import Account, check_login
from registratura_standins.esia.authorisations import Authorisation, read_ask
from registratura_standins.esia.browsers import address_of, cookie_of, typed
from registratura_standins.esia.cookies import forget_cookie, make_cookie
from registratura_standins.esia.database import Connection
from registratura_standins.esia.entering import enter, go_on
from registratura_standins.esia.pages import page
from registratura_standins.esia.provider import Provider
from registratura_standins.esia.sessions import Session, end_session

AnyRequest = Request[Any, Any, Any]
_LOG = structlog.get_logger("esia")


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
        return await go_on(db, provider, session, asked, now)
    return await login_page(db, asked)


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
        return await login_page(db, asked, login=login[:254], failed=True)
    if account.second_step:
        return await _ask_code(db, provider, account, asked, now)
    return await enter(request, db, provider, account.oid, account.password_hash, asked, now)


@post("/signout", status_code=303)
async def sign_out(request: AnyRequest, db: Connection, provider: Provider) -> Redirect:
    """End this browser's session; «Это не я» of a sign-on leads to its login page."""
    form = await request.form()
    await end_session(db, cookie_of(request, provider, "session") or "")
    try:
        target = f"/login?ask={UUID(typed(form, 'ask'))}"
    except ValueError:
        target = "/login"
    cookies = [forget_cookie(provider.settings, "session")]
    return Redirect(target, status_code=303, cookies=cookies)


async def login_page(
    db: Connection, asked: Authorisation | None, login: str = "", failed: bool = False
) -> Response[Any]:
    """The form, empty or with the one answer that there is for a failure."""
    status = 422 if failed else 200
    return await page(db, "login.html", status=status, asked=asked, login=login, failed=failed)


async def _ask_code(
    db: Connection,
    provider: Provider,
    account: Account,
    asked: Authorisation | None,
    now: datetime,
) -> Response[Any]:
    step_id = await factors.start_second_step(db, account, asked.id if asked else None, now)
    if step_id is None:
        return await login_page(db, asked, failed=True)
    cookie = make_cookie(provider.settings, "step", step_id)
    return Redirect("/login/code", status_code=303, cookies=[cookie])
