"""A browser enters: its session with a new id, and onward to the account or the client."""

from datetime import datetime
from typing import Any

import structlog
from litestar import Request
from litestar.response import Redirect

from registratura_standins.esia.authorisations import Authorisation
from registratura_standins.esia.browsers import cookie_of
from registratura_standins.esia.cookies import forget_cookie, make_cookie
from registratura_standins.esia.database import Connection
from registratura_standins.esia.proceeding import proceed
from registratura_standins.esia.provider import Provider
from registratura_standins.esia.sessions import Session, find_session, start_session, sweep

_LOG = structlog.get_logger("esia")


async def enter(
    request: Request[Any, Any, Any],
    db: Connection,
    provider: Provider,
    oid: int,
    proven: str,
    asked: Authorisation | None,
    now: datetime,
) -> Redirect:
    """A session with a new id, whatever the browser brought; to the login, if the password whose
    hash is `proven` was changed meanwhile."""
    user_agent = request.headers.get("user-agent", "")
    replaced = cookie_of(request, provider, "session")
    session_id = await start_session(db, oid, user_agent, now, proven=proven, replaces=replaced)
    await sweep(db, now)
    session = await find_session(db, session_id, now)
    if session_id is None or session is None:
        return Redirect("/login", status_code=303)
    answer = await go_on(db, provider, session, asked, now)
    answer.cookies.append(make_cookie(provider.settings, "session", session_id))
    answer.cookies += [forget_cookie(provider.settings, name) for name in ("step", "proof", "ask")]
    _LOG.info("signed_in")
    return answer


async def go_on(
    db: Connection,
    provider: Provider,
    session: Session,
    asked: Authorisation | None,
    now: datetime,
) -> Redirect:
    """Whoever is signed in: to his account, or on with the sign-on that brought him here."""
    if asked is None:
        return Redirect("/account", status_code=303)
    return await proceed(db, provider, session, asked, now)
