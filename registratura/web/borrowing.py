"""One database connection for a request, given back when its answer begins, or at its end.

Not a generator dependency: where another dependency refuses the request, the framework leaves a
generator open, and the connection with it.
"""

from litestar.types import Scope

from registratura.db import Connection, Pool

_KEY = "borrowed"


async def borrow(pool: Pool, scope: Scope) -> Connection:
    """A connection of this request's own."""
    connection = await pool.getconn()
    scope["state"][_KEY] = pool, connection
    return connection


async def give_back(scope: Scope) -> None:
    """Give back what the request has borrowed, if it has not been given back yet."""
    borrowed = scope["state"].pop(_KEY, None)
    if borrowed is not None:
        pool, connection = borrowed
        await pool.putconn(connection)
