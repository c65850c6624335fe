"""The owner's account page: own data, children, consents to revoke, sessions."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.response import Redirect

from registratura_standins.esia import consents, sessions
from registratura_standins.esia.browsers import typed
from registratura_standins.esia.database import Connection
from registratura_standins.esia.owners import Owner
from registratura_standins.esia.pages import page
from registratura_standins.esia.scopes import name_groups
from registratura_standins.esia.sessions import Session

AnyRequest = Request[Any, Any, Any]


@get(["/", "/account"], name="account")
async def show_account(
    db: Connection, session: Session | None, owner: Owner, now: datetime
) -> Response[Any]:
    """Everything the account knows, for its owner."""
    given = await consents.search_consents(db, owner.account.oid)
    return await page(
        db,
        "account.html",
        owner=owner,
        consents=[(one, name_groups(one.scopes)) for one in given],
        permissions=await consents.search_permissions(db, owner.account.oid, now),
        here_sid=session.sid if session else None,
        sessions=await sessions.search_sessions(db, owner.account.oid, now),
    )


@post("/account/consents/revoke", status_code=303)
async def revoke_consent(request: AnyRequest, db: Connection, owner: Owner) -> Redirect:
    """Take a consent back; the client's tokens end with it."""
    client = typed(await request.form(), "client")
    await consents.revoke_consent(db, owner.account.oid, client)
    return Redirect("/account", status_code=303)
