"""One database connection for a request, given back when its answer begins, or at its end.

Not a generator dependency: where another dependency refuses the request, the framework leaves a
generator open, and the connection with it.
"""

from litestar.types import Scope

from registratura.db import Connection
from registratura.web.lending import Lender

_KEY = "borrowed"
_Loans = list[tuple[Lender, Connection, bool]]


def is_reading(scope: Scope) -> bool:
    """Whether the request only looks; HEAD has become GET by now."""
    return scope.get("method") == "GET"


async def borrow(lender: Lender, scope: Scope) -> Connection:
    """A connection of this request's own, the same each time. Refuses with `Overloaded`."""
    loans: _Loans = scope["state"].get(_KEY, [])
    for known, mine, _ in loans:
        if known is lender:
            return mine
    reading = is_reading(scope)
    connection = await lender.lend(reading=reading)
    keep(scope, lender, connection, reading=reading)
    return connection


def keep(scope: Scope, lender: Lender, connection: Connection, *, reading: bool) -> None:
    """Note a loan of this request, to be given back with the others as it was lent."""
    loans: _Loans = scope["state"].setdefault(_KEY, [])
    loans.append((lender, connection, reading))


async def give_back(scope: Scope) -> None:
    """Give back what the request has borrowed, if it has not been given back yet."""
    loans: _Loans = scope["state"].pop(_KEY, [])
    for lender, connection, reading in loans:
        await lender.take_back(connection, reading=reading)
