"""The guard before the last wall: who gets a database connection in a rush.

Reads may hold a share of the pool, so that a rush of lookers never keeps out who has already
chosen; one who asks for many at once goes first. Nobody waits longer than the patience below. Who
is turned away is told at once when to come back, instead of waiting in a line that only grows. The
last wall is uvicorn's (`serving`).
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum

from prometheus_client import Counter
from psycopg_pool import PoolTimeout

from registratura.db import Connection, Pool
from registratura.web.places import Places

PATIENCE = 0.2  # seconds that a request waits for a connection
READS_SHARE = 0.7  # of the pool
COME_BACK = 5  # seconds until who was turned away may try again
_CALM = 1.0  # seconds after somebody waited for half his patience, or was turned away

_TURNED_AWAY = Counter(
    "registratura_turned_away", "Requests answered 503 for want of a connection", ["kind"]
)


class Overloaded(Exception):
    """More to do than can be done: nothing was begun, come back in `COME_BACK` seconds."""


class Errand(StrEnum):
    """What a connection is wanted for."""

    WRITE = "write"
    READ = "read"
    READ_FOR_MANY = "read_for_many"  # what is read will be kept, and many have asked for it


class Lender:
    """Lends the connections of one pool."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self._places = Places(pool.max_size)  # who has one finds a connection
        self._reads = Places(max(1, int(pool.max_size * READS_SHARE)))
        self._ahead = Places(1)
        self._held: dict[Connection, list[Places]] = {}
        self._missed = 0  # requests that wait for the database to come back
        self._pressed_at = float("-inf")

    @property
    def is_pressed(self) -> bool:
        """Whether the line has been long just now: what is only kind is left out first."""
        return time.monotonic() - self._pressed_at < _CALM

    async def lend(self, errand: Errand) -> Connection:
        """A connection; a read waits for its share too. Refuses with `Overloaded` after `PATIENCE`.

        One at a time who reads for many goes ahead of the line, where there is one.
        Raises `PoolTimeout` where connections are missing because the database is away.
        """
        would_wait = self._places.are_taken or self._reads.are_taken
        first = errand is Errand.READ_FOR_MANY and would_wait
        before = [] if errand is Errand.WRITE else [self._ahead if first else self._reads]
        until = time.monotonic() + PATIENCE
        held: list[Places] = []
        try:
            for places in [*before, self._places]:
                await self._enter(places, until, errand, first=first)
                held.append(places)
            connection = await self._take()
        except BaseException:
            for places in held:
                places.give_back()
            raise
        self._held[connection] = held
        return connection

    async def take_back(self, connection: Connection) -> None:
        """End what `lend` began."""
        held = self._held.pop(connection)  # before it may be lent again
        try:
            await self.pool.putconn(connection)
        finally:
            for places in held:
                places.give_back()

    @asynccontextmanager
    async def lent(self, errand: Errand) -> AsyncIterator[Connection]:
        """`lend` and `take_back` around a block; an open transaction is rolled back by the pool."""
        connection = await self.lend(errand)
        try:
            yield connection
        finally:
            await self.take_back(connection)

    async def _enter(self, places: Places, until: float, errand: Errand, *, first: bool) -> None:
        if not places.are_taken:
            await places.take()
            return
        try:
            async with asyncio.timeout(until - time.monotonic()):
                await places.take(first=first)
            if until - time.monotonic() < PATIENCE / 2:
                self._pressed_at = time.monotonic()
        except TimeoutError:
            if self._missed:
                raise PoolTimeout("the database is away") from None
            raise self._turn_away(errand) from None

    async def _take(self) -> Connection:
        try:
            return await self.pool.getconn(timeout=PATIENCE)
        except PoolTimeout:
            pass
        # Not busy but away: a restart of the database is worth the pool's own patience.
        self._missed += 1
        try:
            return await self.pool.getconn()
        finally:
            self._missed -= 1

    def _turn_away(self, errand: Errand) -> Overloaded:
        self._pressed_at = time.monotonic()
        _TURNED_AWAY.labels(errand.value).inc()
        return Overloaded()
