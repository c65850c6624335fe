"""The guard before the last wall: who gets a database connection in a rush.

Reads may hold a share of the pool, so that a rush of lookers never keeps out who has already
chosen; nobody waits longer than the patience below. Who is turned away is told at once when to
come back, instead of waiting in a line that only grows. The last wall is uvicorn's (`serving`).
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import Counter
from psycopg_pool import PoolTimeout

from registratura.db import Connection, Pool

PATIENCE = 0.2  # seconds that a request waits for a connection
READS_SHARE = 0.7  # of the pool
COME_BACK = 5  # seconds until who was turned away may try again
_CALM = 1.0  # seconds after somebody was turned away

_TURNED_AWAY = Counter(
    "registratura_turned_away", "Requests answered 503 for want of a connection", ["kind"]
)


class Overloaded(Exception):
    """More to do than can be done: nothing was begun, come back in `COME_BACK` seconds."""


class Lender:
    """Lends the connections of one pool."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self._reads = asyncio.Semaphore(max(1, int(pool.max_size * READS_SHARE)))
        self._lent = 0
        self._missed = 0  # requests that wait for the database to come back
        self._turned_away_at = float("-inf")

    @property
    def is_pressed(self) -> bool:
        """Whether somebody was turned away just now: what is only kind is left out first."""
        return time.monotonic() - self._turned_away_at < _CALM

    async def lend(self, *, reading: bool) -> Connection:
        """A connection; a read waits for its share too. Refuses with `Overloaded` after `PATIENCE`.

        Raises `PoolTimeout` where connections are missing because the database is away.
        """
        began = time.monotonic()
        if reading:
            await self._enter(began)
        try:
            connection = await self._take(reading, began)
        except BaseException:
            if reading:
                self._reads.release()
            raise
        self._lent += 1
        return connection

    async def take_back(self, connection: Connection, *, reading: bool) -> None:
        """End what `lend` began, with the same `reading`."""
        self._lent -= 1
        if reading:
            self._reads.release()
        await self.pool.putconn(connection)

    @asynccontextmanager
    async def lent(self, *, reading: bool) -> AsyncIterator[Connection]:
        """`lend` and `take_back` around a block; an open transaction is rolled back by the pool."""
        connection = await self.lend(reading=reading)
        try:
            yield connection
        finally:
            await self.take_back(connection, reading=reading)

    async def _enter(self, began: float) -> None:
        try:
            async with asyncio.timeout(_left(began)):
                await self._reads.acquire()
        except TimeoutError:
            if self._missed:
                raise PoolTimeout("the database is away") from None
            raise self._turn_away(reading=True) from None

    async def _take(self, reading: bool, began: float) -> Connection:
        try:
            return await self.pool.getconn(timeout=_left(began))
        except PoolTimeout:
            if self._lent >= self.pool.max_size:
                raise self._turn_away(reading) from None
        # Not busy but away: a restart of the database is worth the pool's own patience.
        self._missed += 1
        try:
            return await self.pool.getconn()
        finally:
            self._missed -= 1

    def _turn_away(self, reading: bool) -> Overloaded:
        self._turned_away_at = time.monotonic()
        _TURNED_AWAY.labels("read" if reading else "write").inc()
        return Overloaded()


def _left(began: float) -> float:
    return max(0.001, PATIENCE - (time.monotonic() - began))
