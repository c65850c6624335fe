"""Searches on a standby (`DATABASE_REPLICA_URL`): never what follows one's own write.

A standby is late by a moment. Whoever wrote, in this browser, is shown the primary for as long as
a standby may be late; and a standby that is later than that, has lost its primary, or does not
answer, is not asked at all: the search goes to the primary as if there were none.
"""

import time
from datetime import datetime, timedelta
from typing import Any

import psycopg
import structlog
from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware.base import MiddlewareProtocol
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from psycopg_pool import PoolTimeout

from registratura.db import Connection, value
from registratura.web.cookies import Cookies
from registratura.web.lending import Errand, Lender, Overloaded
from registratura.web.logs import fault

LATEST = timedelta(seconds=5)
"""How late a standby may be; so long a browser that wrote is shown the primary."""

_LOOK_AGAIN = 1.0  # seconds until it is asked anew how late it is
_TRY_AGAIN = 5.0  # seconds that one which does not answer is left alone
_LOG = structlog.get_logger("web")


class Standby:
    """The standby of one process, and whether it is fit to be asked."""

    def __init__(self, lender: Lender) -> None:
        self.lender = lender
        self._is_fresh = False
        self._asked_until = float("-inf")

    async def lend(self, now: datetime) -> Connection | None:
        """A connection, to be given back to `lender`; None: ask the primary.

        Of one that was away one request finds out whether it is back: whoever waits for it holds a
        connection of the primary meanwhile.
        """
        if not self._is_fresh:
            if time.monotonic() < self._asked_until:
                return None
            self._asked_until = time.monotonic() + _TRY_AGAIN
        try:
            db = await self.lender.lend(Errand.READ)
        except (psycopg.Error, PoolTimeout, Overloaded) as error:
            self._leave_alone(error)
            return None
        try:
            if await self._ask(db, now):
                return db
        except psycopg.Error as error:
            self._leave_alone(error)
        await self.lender.take_back(db)
        return None

    async def _ask(self, db: Connection, now: datetime) -> bool:
        if not self._is_fresh or time.monotonic() >= self._asked_until:
            self._is_fresh = await _is_fresh(db, now)
            self._asked_until = time.monotonic() + _LOOK_AGAIN
        return self._is_fresh

    def _leave_alone(self, error: Exception) -> None:
        _LOG.warning("standby", **fault(error))
        self._is_fresh = False
        self._asked_until = time.monotonic() + _TRY_AGAIN


async def _is_fresh(db: Connection, now: datetime) -> bool:
    """Its primary sends, and what was sent is shown, or was written not long ago."""
    return bool(
        await value(
            db,
            """
            select pg_is_in_recovery()
               and exists (select from pg_stat_wal_receiver)
               and (pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
                    or %(now)s - pg_last_xact_replay_timestamp() < %(latest)s)
            """,
            latest=LATEST,
            now=now,
        )
    )


class OwnWrites(MiddlewareProtocol):
    """Marks the browser of whoever wrote, for as long as a standby may be late."""

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self._app = app
        mark = Cookies.of(public_url).make("wrote", "1", LATEST * 2)
        self._mark = mark.to_header(header="")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers to whatever is not a reading carry the mark."""

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableScopeHeaders.from_message(message).add("Set-Cookie", self._mark)
            await send(message)

        writes = scope["type"] == ScopeType.HTTP and scope["method"] not in ("GET", "HEAD")
        await self._app(scope, receive, marked if writes else send)


def wrote_lately(connection: ASGIConnection[Any, Any, Any, Any], cookies: Cookies) -> bool:
    """Whether this caller may have written what a standby does not show yet.

    An application that comes by a bearer keeps no cookies: it is shown the primary always.
    """
    return "authorization" in connection.headers or cookies.name("wrote") in connection.cookies
