"""One database connection for a request, given back when its answer begins, or at its end.

Not a generator dependency: where another dependency refuses the request, the framework leaves a
generator open, and the connection with it.
"""

from litestar.types import Scope

from registratura.db import Connection
from registratura.web.lending import Errand, Lender

_KEY = "borrowed"
_FOR_MANY = "for_many"
_Loans = list[tuple[Lender, Connection]]


def note_many(scope: Scope) -> None:
    """What this request asks for, many have asked for and will be given."""
    scope.setdefault("state", {})[_FOR_MANY] = True


def is_reading(scope: Scope) -> bool:
    """Whether the request only looks; HEAD has become GET by now."""
    return scope.get("method") == "GET"


def errand_of(scope: Scope) -> Errand:
    """What the request wants connections for."""
    if not is_reading(scope):
        return Errand.WRITE
    return Errand.READ_FOR_MANY if _FOR_MANY in scope["state"] else Errand.READ


async def borrow(lender: Lender, scope: Scope) -> Connection:
    """A connection of this request's own, the same each time. Refuses with `Overloaded`."""
    loans: _Loans = scope["state"].get(_KEY, [])
    for known, mine in loans:
        if known is lender:
            return mine
    connection = await lender.lend(errand_of(scope))
    keep(scope, lender, connection)
    return connection


def keep(scope: Scope, lender: Lender, connection: Connection) -> None:
    """Note a loan of this request, to be given back with the others."""
    loans: _Loans = scope["state"].setdefault(_KEY, [])
    loans.append((lender, connection))


async def give_back(scope: Scope) -> None:
    """Give back what the request has borrowed, if it has not been given back yet."""
    loans: _Loans = scope["state"].pop(_KEY, [])
    for lender, connection in loans:
        await lender.take_back(connection)
