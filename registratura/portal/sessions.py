"""«Где выполнен вход»: the owner's own sessions, ending one, «Выйти везде»."""

from datetime import datetime
from uuid import UUID

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect, Template

from registratura.db import Connection
from registratura.portal.signin import go_out
from registratura.web import Visitor, own_sessions, page, redirect, signed_in
from registratura.web.requests import AnyRequest
from registratura.web.sessions import ABSOLUTE, IDLE, IDLE_ON_DUTY


@get("/profile/sessions", name="sessions", guards=[signed_in])
async def sessions(db: Connection, now: datetime, visitor: Visitor, session_id: str) -> Template:
    """Every living session, this one marked, and when each ends by itself."""
    return page(
        "profile/sessions.html",
        visitor=visitor,
        sessions=await own_sessions.search(db, visitor.account_id, session_id, now=now),
        idle_minutes=IDLE.seconds // 60,
        duty_minutes=IDLE_ON_DUTY.seconds // 60,
        hours=ABSOLUTE.seconds // 3600,
    )


@post("/profile/sessions/{number:uuid}/end", name="end_session", guards=[signed_in])
async def end_one(number: UUID, db: Connection, now: datetime, visitor: Visitor) -> Redirect:
    """«Завершить»; 404 for a stranger's session, as for none."""
    if not await own_sessions.end_one(db, visitor.account_id, number, now=now):
        raise NotFoundException
    return redirect("/profile/sessions")


@post("/profile/sessions/end", name="end_sessions", guards=[signed_in])
async def end_all(request: AnyRequest, db: Connection, now: datetime, visitor: Visitor) -> Redirect:
    """«Выйти везде»: every session here, and the one of this browser in ЕСИА."""
    await own_sessions.end_all(db, visitor.account_id, now=now)
    return await go_out(request)
