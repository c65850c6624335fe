"""Who calls: the portal's session, or a personal token; a token that is brought decides alone."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from litestar import Request
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Scope

from registratura.audit import Actor, readings
from registratura.db import Connection
from registratura.people import bearers
from registratura.people.bearers import Bearer
from registratura.people.patients import Patient
from registratura.people.refusals import NotYourPatient
from registratura.web.borrowing import borrow, is_reading
from registratura.web.requests import (
    AnyConnection,
    cookies_of,
    find_visitor,
    has_consented,
    lender_of,
    now_of,
    session_id_of,
    settings_of,
    today_of,
)
from registratura_ground import forgery

_CALLER, _ALLOWANCE = "caller", "allowance"


class NotKnown(Exception):
    """Nobody is signed in, or the token is none."""

    def __init__(self, *, brought_a_token: bool) -> None:
        self.brought_a_token = brought_a_token
        super().__init__("not known")


class NotConsented(Exception):
    """The portal's consent of today's version is not given."""


class OnlyReads(Exception):
    """The token was made for reading."""


class TooManyCalls(Exception):
    """More calls of one token than a minute takes."""


@dataclass(frozen=True)
class Allowance:
    """What is left of a token's minute."""

    limit: int
    remaining: int
    reset: int  # seconds

    @property
    def headers(self) -> dict[str, str]:
        """As the answer tells it."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }


@dataclass(frozen=True)
class Caller:
    """Who calls, and for whom he may act at this very request."""

    account_id: UUID
    patients: tuple[Patient, ...]
    token: Bearer | None

    @property
    def actor(self) -> Actor:
        """As the engine knows him."""
        return Actor("account", str(self.account_id))

    @property
    def among(self) -> Sequence[UUID] | None:
        """The patients of the token; None: a session sees whatever its account may see."""
        return None if self.token is None else [it.person_id for it in self.patients]

    def get_patient(self, person_id: UUID) -> Patient:
        """One of them. Refuses with `NotYourPatient`, a stranger's as nobody's."""
        for patient in self.patients:
            if patient.person_id == person_id:
                return patient
        raise NotYourPatient()

    async def tell(
        self, db: Connection, kind: str, read: Sequence[UUID], *, now: datetime, today: date
    ) -> None:
        """An application has read these persons' data: in their journals, once a day."""
        if self.token is not None:
            await readings.record(
                db, now=now, day=today, actor=self.actor, kind=kind, persons=set(read)
            )


async def look(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """Guard of every call: finds out who calls, counts a token's calls. Nobody may call too.

    Refuses with `NotKnown` where the token is none, with `NotConsented` and `TooManyCalls`.
    """
    if isinstance(connection, Request) and not is_reading(connection.scope):
        await connection.body()  # however slowly it comes, no database connection waits for it
    token = _token_of(connection)
    if token is not None:
        connection.scope["state"][_CALLER] = await _find_bearer(connection, token)
        return
    visitor = None
    if session_id_of(connection) is not None:
        db = await borrow(lender_of(connection), connection.scope)
        visitor = await find_visitor(connection, db)
    if visitor is not None and has_consented(connection, visitor):
        caller = Caller(visitor.account_id, visitor.patients, None)
        connection.scope["state"][_CALLER] = caller


async def reader(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """Guard of what is somebody's: refuses with `NotKnown` and `NotConsented`."""
    if find_caller(connection) is None:
        if connection.scope["state"].get("visitor") is not None:
            raise NotConsented
        raise NotKnown(brought_a_token=False)


async def booker(connection: AnyConnection, handler: BaseRouteHandler) -> None:
    """Guard of every write: as `reader`; `OnlyReads` for a token that does not book.

    Whoever came by cookie also shows that his own page sent the call: refuses as `web.forgery`.
    """
    await reader(connection, handler)
    caller = find_caller(connection)
    if caller is not None and caller.token is not None:
        if not caller.token.may_book:
            raise OnlyReads
        return
    settings = settings_of(connection)
    cookies = cookies_of(connection)
    forgery.check_script(
        connection,
        settings.secret,
        settings.public_url,
        session_cookie=cookies.name("session"),
        token_cookie=cookies.name("csrf"),
    )


def find_caller(connection: AnyConnection) -> Caller | None:
    """Who calls, as `look` has found; None: nobody known."""
    found: Caller | None = connection.scope["state"].get(_CALLER)
    return found


def find_allowance(scope: Scope) -> Allowance | None:
    """What is left of the token's minute, if a token was brought."""
    found: Allowance | None = scope["state"].get(_ALLOWANCE)
    return found


def _token_of(connection: AnyConnection) -> str | None:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def _find_bearer(connection: AnyConnection, token: str) -> Caller:
    db = await borrow(lender_of(connection), connection.scope)
    now = now_of(connection)
    bearer = await bearers.find(db, token, now=now, today=today_of(connection))
    if bearer is None:
        raise NotKnown(brought_a_token=True)
    limit = settings_of(connection).api_calls_a_minute
    connection.scope["state"][_ALLOWANCE] = Allowance(
        limit=limit,
        remaining=max(0, limit - bearer.calls),
        reset=max(1, math.ceil((bearer.window_ends_at - now).total_seconds())),
    )
    if bearer.calls > limit:
        raise TooManyCalls
    if connection.app.state.consent not in bearer.consents:
        raise NotConsented
    return Caller(bearer.account_id, bearer.patients, bearer)
