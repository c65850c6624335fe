"""The owner's account page: own data, children, consents to revoke, sessions to end."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from registratura_standins.esia import consents, sessions
from registratura_standins.esia.cookies import forget_cookie
from registratura_standins.esia.database import Connection
from registratura_standins.esia.login import typed
from registratura_standins.esia.owners import find_owner
from registratura_standins.esia.pages import page
from registratura_standins.esia.provider import Provider
from registratura_standins.esia.scopes import name_groups
from registratura_standins.esia.sessions import Session


@get(["/", "/account"], name="account")
async def show_account(db: Connection, session: Session | None, now: datetime) -> Response[Any]:
    """Everything the account knows, for its owner."""
    owner = await find_owner(db, session.oid) if session else None
    if session is None or owner is None:
        return Redirect("/login", status_code=303)
    given = await consents.search_consents(db, session.oid)
    return await page(
        db,
        "account.html",
        owner=owner,
        consents=[(one, name_groups(one.scopes)) for one in given],
        permissions=await consents.search_permissions(db, session.oid, now),
        here_sid=session.sid,
        sessions=await sessions.search_sessions(db, session.oid, now),
    )


@post("/account/consents/revoke", status_code=303)
async def revoke_consent(
    request: Request[Any, Any, Any], db: Connection, session: Session | None
) -> Redirect:
    """Take a consent back; the client's tokens end with it."""
    if session is None:
        return Redirect("/login", status_code=303)
    client = typed(await request.form(), "client")
    await consents.revoke_consent(db, session.oid, client)
    return Redirect("/account", status_code=303)


@post("/account/sessions/end", status_code=303)
async def end_sessions(db: Connection, session: Session | None, provider: Provider) -> Redirect:
    """«Выйти на всех устройствах», this one too."""
    if session is not None:
        await sessions.end_all(db, session.oid)
    cookies = [forget_cookie(provider.settings, "session")]
    return Redirect("/login", status_code=303, cookies=cookies)
