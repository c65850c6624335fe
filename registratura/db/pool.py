"""The pool: autocommit connections, so a read is one round trip and a write says its begin."""

from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

from registratura.db.plans import PlanningConnection
from registratura.db.query import Connection, Pool

# A statement's plan is made once for a connection. The planner would rather think anew about each
# call of our larger statements, which takes it several times as long as the call itself.
OPTIONS = "-c timezone=UTC -c plan_cache_mode=force_generic_plan"
_MOST_STATEMENTS = 500  # kept prepared on a connection: more than the registry has


Rehearsal = Callable[[Connection], Awaitable[None]]
"""What a new connection does before it is lent for the first time."""


async def _nothing(db: Connection) -> None:
    """No rehearsal: plans are made when they are needed."""


def _configuring(rehearsal: Rehearsal) -> Rehearsal:
    async def configure(db: Connection) -> None:
        await db.set_autocommit(True)
        db.prepare_threshold = 0
        db.prepared_max = _MOST_STATEMENTS
        await rehearsal(db)

    return configure


async def open_pool(
    url: str,
    *,
    least: int = 1,
    most: int = 10,
    wait: float = 4.0,
    check: bool = True,
    rehearsal: Rehearsal = _nothing,
) -> Pool:
    """Open a pool on `url`. Refuses with `psycopg.OperationalError` where no server answers,
    unless `check` is off: then the pool goes on trying.

    `wait` is the time in seconds that a request may stand in the queue for a connection.
    """
    if check:  # a broken address is named at once, not after the pool's patience
        connection: psycopg.AsyncConnection[Any] = await psycopg.AsyncConnection.connect(
            url, connect_timeout=5
        )
        await connection.close()
    pool: Pool = AsyncConnectionPool(
        url,
        connection_class=PlanningConnection,
        min_size=least,
        max_size=most,
        timeout=wait,
        configure=_configuring(rehearsal),
        open=False,
        kwargs={"keepalives_idle": 5, "tcp_user_timeout": 5000, "options": OPTIONS},
    )
    await pool.open()
    return pool
