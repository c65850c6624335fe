"""What a handler may ask for by name: `db`, `searching`, `now`, `settings`, `visitor`, `newcomer`,
`session_id`, `duty`.

`searching` reads a standby where there is one, else it is `db`: for lists of what is free, never
for what follows the caller's own write. `newcomer` is whoever signed in; `visitor` only if he gave
the portal's consent too; `duty` is the member of staff whom the guard `on_duty` has let in.
"""

from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.types import Scope
from litestar.utils.empty import value_or_default
from litestar.utils.scope.state import ScopeState

from registratura.db import Connection, Pool
from registratura.settings import Settings
from registratura.web import duty as duties
from registratura.web import sessions
from registratura.web.borrowing import borrow, errand_of, keep
from registratura.web.cookies import Cookies
from registratura.web.dates import region_day
from registratura.web.duty import Duty
from registratura.web.lending import Lender
from registratura.web.standby import Standby, wrote_lately
from registratura.web.visitor import Visitor

AnyConnection = ASGIConnection[Any, Any, Any, Any]
AnyRequest = Request[Any, Any, Any]

# The request being answered by this task: macros need it too, wherever they are imported.
CURRENT: ContextVar[Scope] = ContextVar("current_request")


def current() -> AnyRequest:
    """The request being answered. Raises `LookupError` outside of one."""
    return Request(CURRENT.get())


def csrf_token_of(connection: AnyConnection) -> str:
    """The token for forms of this page; empty on the first page of all if it is a 404."""
    made = value_or_default(ScopeState.from_scope(connection.scope).csrf_token, "")
    return made or connection.cookies.get(cookies_of(connection).name("csrf"), "")


def settings_of(connection: AnyConnection) -> Settings:
    """The settings the application was made with."""
    found: Settings = connection.app.state.settings
    return found


def pool_of(connection: AnyConnection) -> Pool:
    """The application's pool, for a handler that must not keep a connection all its time."""
    found: Pool = connection.app.state.pool
    return found


def lender_of(connection: AnyConnection) -> Lender:
    """Who lends connections to requests."""
    found: Lender = connection.app.state.lender
    return found


def cookies_of(connection: AnyConnection) -> Cookies:
    """How this application names and marks its cookies."""
    return Cookies.of(settings_of(connection).public_url)


def now_of(connection: AnyConnection) -> datetime:
    """The moment of this request: taken once, the same for guards, handler and page."""
    state = connection.scope["state"]
    if "now" not in state:
        state["now"] = datetime.now(UTC)
    taken: datetime = state["now"]
    return taken


def today_of(connection: AnyConnection) -> date:
    """The region's date at the moment of this request."""
    return region_day(now_of(connection), settings_of(connection).region_zone)


def session_id_of(connection: AnyConnection) -> str | None:
    """The id this browser brings; nothing is known yet of a session behind it."""
    return connection.cookies.get(cookies_of(connection).name("session")) or None


def known_visitor(connection: AnyConnection) -> Visitor | None:
    """The consenting visitor if this request has already looked: for pages about errors."""
    found: Visitor | None = connection.scope["state"].get("visitor")
    return found if has_consented(connection, found) else None


async def find_visitor(connection: AnyConnection, db: Connection | None = None) -> Visitor | None:
    """Who signed in, looked up once a request. Takes a connection of its own without `db`."""
    state = connection.scope["state"]
    if "visitor" not in state:
        session_id = session_id_of(connection)
        if session_id is None:
            state["visitor"] = None
        elif db is None:
            async with _lent(connection) as own:
                state["visitor"] = await _look_up(connection, own, session_id)
        else:
            state["visitor"] = await _look_up(connection, db, session_id)
    found: Visitor | None = state["visitor"]
    return found


async def find_duty(connection: AnyConnection) -> Duty | None:
    """Who works at the desk in this session, looked up once a request."""
    state = connection.scope["state"]
    if "duty" not in state:
        session_id = session_id_of(connection)
        state["duty"] = None
        if session_id is not None:
            async with _lent(connection) as db:
                state["duty"] = await duties.find_duty(
                    db, session_id, now=now_of(connection), today=today_of(connection)
                )
    found: Duty | None = state["duty"]
    return found


def has_consented(connection: AnyConnection, visitor: Visitor | None) -> bool:
    """Whether there is a visitor who agreed to today's version of the portal's consent."""
    return visitor is not None and connection.app.state.consent in visitor.consents


async def _look_up(connection: AnyConnection, db: Connection, session_id: str) -> Visitor | None:
    return await sessions.find_visitor(
        db, session_id, now=now_of(connection), today=today_of(connection)
    )


def _lent(connection: AnyConnection) -> AbstractAsyncContextManager[Connection]:
    return lender_of(connection).lent(errand_of(connection.scope))


async def _db(request: AnyRequest, now: datetime) -> Connection:
    return await borrow(lender_of(request), request.scope)


async def lend_searching(request: AnyRequest, db: Connection) -> Connection:
    """Over what a search asks: a standby's connection where there is one, else `db`."""
    standby: Standby | None = request.app.state.standby
    if standby is None or wrote_lately(request, cookies_of(request)):
        return db
    found = await standby.lend(now_of(request))
    if found is None:
        return db
    keep(request.scope, standby.lender, found)
    return found


async def _newcomer(request: AnyRequest, db: Connection) -> Visitor | None:
    # Over the handler's own connection: a request never holds one while it waits for another.
    return await find_visitor(request, db)


async def _visitor(request: AnyRequest, newcomer: Visitor | None) -> Visitor | None:
    # Without the portal's consent nothing personal is shown, on open pages either.
    return newcomer if has_consented(request, newcomer) else None


def _now(request: AnyRequest, settings: Settings) -> datetime:
    return now_of(request)


def _settings(request: AnyRequest) -> Settings:
    return settings_of(request)


def _session_id(request: AnyRequest) -> str | None:
    return session_id_of(request)


def _duty(request: AnyRequest) -> Duty:
    found: Duty = request.scope["state"]["duty"]  # `on_duty` has put it there
    return found


# Each asks for one before it, whether it needs it or not: of several that could be had at once the
# framework makes tasks, which cost a request more than all that they fetch.
DEPENDENCIES = {
    "duty": Provide(_duty, sync_to_thread=False),
    "db": Provide(_db),
    "searching": Provide(lend_searching),
    "newcomer": Provide(_newcomer),
    "visitor": Provide(_visitor),
    "now": Provide(_now, sync_to_thread=False),
    "settings": Provide(_settings, sync_to_thread=False),
    "session_id": Provide(_session_id, sync_to_thread=False),
}
