"""Who looks at a page, and what a handler works with: database, region, settings, the time."""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request

from registratura_standins.gosuslugi import accounts, bookings, drafts, kinds, sessions
from registratura_standins.gosuslugi.accounts import Account
from registratura_standins.gosuslugi.asking import Line
from registratura_standins.gosuslugi.conversations import Conversation
from registratura_standins.gosuslugi.cookies import cookie_name
from registratura_standins.gosuslugi.database import Pool
from registratura_standins.gosuslugi.drafts import AlreadyBooked, Draft, NoDraft
from registratura_standins.gosuslugi.errands import Errands
from registratura_standins.gosuslugi.region import Region
from registratura_standins.gosuslugi.sessions import Session
from registratura_standins.gosuslugi.settings import Settings

AnyRequest = Request[Any, Any, Any]
_PICKED = {
    "doctor": ("position", "kind", "referral", "clinic"),
    "time": ("day", "slot"),
    "referral": ("number",),
}


class SignInNeeded(Exception):
    """The page is for somebody who has signed in; `next_path` is where he wanted."""

    def __init__(self, next_path: str) -> None:
        self.next_path = next_path
        super().__init__(next_path)


@dataclass(frozen=True)
class Visitor:
    """Somebody signed in, and everything his wizard works with. No connection is held while the
    region is asked: each step borrows one."""

    account: Account
    session: Session
    pool: Pool
    region: Region
    settings: Settings
    errands: Errands
    now: datetime

    @property
    def today(self) -> date:
        """The date in the region."""
        return self.now.astimezone(self.settings.zone).date()

    @property
    def line(self) -> Line:
        """What asking for a booking works with."""
        return Line(self.pool, self.region, lease_of(self.settings))

    async def draft(self, id: UUID) -> Draft:
        """His draft. Raises `NoDraft`, and `AlreadyBooked` where it has become a booking."""
        async with self.pool.connection() as db:
            try:
                return await drafts.get(db, self.session, id)
            except NoDraft:
                booking_id = await bookings.find_of(db, self.account.oid, str(id))
                if booking_id is None:
                    raise
                raise AlreadyBooked(booking_id) from None

    async def wait_for(self, work: Coroutine[Any, Any, None]) -> None:
        """Until it is done, or he has waited long enough: it goes on by itself then."""
        await self.errands.run(work, self.settings.patience)

    def conversation(self, draft: Draft) -> Conversation:
        """The talk with the region about this draft, as long as one answer may take."""
        until = asyncio.get_running_loop().time() + self.settings.region_seconds
        who = self.account.applicant
        return Conversation(self.region, self.pool, draft, who, self.now, self.today, until)


def lease_of(settings: Settings) -> timedelta:
    """How long one who asks the region may take before another asks in his place: two tries
    of five questions each (referral, booking, patient, referral, booking), and some air."""
    return timedelta(seconds=10 * settings.region_seconds + 5)


def settings_of(request: AnyRequest) -> Settings:
    """The application's settings."""
    settings: Settings = request.app.state.settings
    return settings


def pool_of(request: AnyRequest) -> Pool:
    """The application's connections."""
    pool: Pool = request.app.state.pool
    return pool


def session_id_of(request: AnyRequest) -> str | None:
    """The secret that this browser brings."""
    return request.cookies.get(cookie_name(settings_of(request), "session"))


def moment() -> datetime:
    """The time of this request."""
    return datetime.now(UTC)


async def newcomer(request: AnyRequest) -> Visitor | None:
    """Whoever it is; None where nobody has signed in."""
    now = moment()
    session_id = session_id_of(request)
    if not session_id:
        return None
    async with pool_of(request).connection() as db:
        session = await sessions.find_session(db, session_id, now)
        if session is None:
            return None
        account = await accounts.get(db, session.oid)
    state = request.app.state
    found = Visitor(account, session, state.pool, state.region, state.settings, state.errands, now)
    request.state.visitor = found
    return found


def known_visitor(request: AnyRequest) -> Visitor | None:
    """Who was found to be signed in, for a page about a fault."""
    found: Visitor | None = request.state.get("visitor")
    return found


async def visitor(request: AnyRequest) -> Visitor:
    """Somebody signed in. Raises `SignInNeeded`; a form that was sent leads back to its page."""
    found = await newcomer(request)
    if found is None:
        raise SignInNeeded(page_of(request))
    return found


def page_of(request: AnyRequest) -> str:
    """The address of the page itself; of a form, that of the page it stands on."""
    path = str(request.scope["path"])
    if request.method in ("GET", "HEAD"):
        query = request.scope["query_string"].decode("latin-1")
        return f"{path}?{query}" if query else path
    if path.startswith("/booking/"):
        return _step_of(path, request.state.get("typed", {}))
    return path if path == "/booking" or path.startswith("/appointments/") else "/"


def _step_of(path: str, typed: Mapping[str, str]) -> str:
    """The page of a form of the wizard, with what was picked there."""
    draft, _, step = path.rpartition("/")
    if step == "book":
        return f"{draft}/check"
    picked = {name: typed[name] for name in _PICKED.get(step, ()) if typed.get(name)}
    if step == "doctor" and not kinds.is_by_area(picked):
        path = f"{draft}/doctors" if picked else path
    elif step == "doctor":
        picked = {}
    return f"{path}?{urlencode(picked)}" if picked else path


def sign_in_path(next_path: str) -> str:
    """The address of the sign-in that leads on to `next_path`."""
    return f"/signin?{urlencode({'next': next_path})}"


def safe_path(path: str | None, otherwise: str = "/") -> str:
    """A path of this site, or `otherwise`: nobody is sent elsewhere by a link."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")):
        return otherwise
    return path if path.isprintable() and "\\" not in path and len(path) < 500 else otherwise
