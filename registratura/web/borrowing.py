"""One database connection for a request, given back when its answer begins, or at its end.

Not a generator dependency: where another dependency refuses the request, the framework leaves a
generator open, and the connection with it.
"""

from litestar.types import Scope

from registratura.db import Connection
from registratura.web.lending import Lender

_KEY = "borrowed"


def is_reading(scope: Scope) -> bool:
    """Whether the request only looks; HEAD has become GET by now."""
    return scope.get("method") == "GET"


async def borrow(lender: Lender, scope: Scope) -> Connection:
    """A connection of this request's own, the same each time. Refuses with `Overloaded`."""
    if _KEY in scope["state"]:
        mine: Connection = scope["state"][_KEY][1]
        return mine
    connection = await lender.lend(reading=is_reading(scope))
    scope["state"][_KEY] = lender, connection
    return connection


async def give_back(scope: Scope) -> None:
    """Give back what the request has borrowed, if it has not been given back yet."""
    borrowed = scope["state"].pop(_KEY, None)
    if borrowed is not None:
        lender, connection = borrowed
        await lender.take_back(connection, reading=is_reading(scope))
