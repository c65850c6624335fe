"""Who may open a page: guards, and what they raise for the error handlers to turn into words."""

from collections.abc import Awaitable, Callable

from litestar.exceptions import NotFoundException
from litestar.handlers.base import BaseRouteHandler

from registratura.web.paths import path_of, safe_path
from registratura.web.requests import (
    AnyConnection,
    find_duty,
    find_visitor,
    has_consented,
    settings_of,
)


class SignInNeeded(Exception):
    """Nobody is signed in; `next_path` is where to return."""

    def __init__(self, next_path: str) -> None:
        self.next_path = next_path
        super().__init__("sign-in needed")


class ConsentNeeded(Exception):
    """Signed in, but the portal's own consent is not given; `next_path` is where to return."""

    def __init__(self, next_path: str) -> None:
        self.next_path = next_path
        super().__init__("consent needed")


class DutyNeeded(Exception):
    """Signed in, but not at work at the desk; `next_path` is where to return."""

    def __init__(self, next_path: str) -> None:
        self.next_path = next_path
        super().__init__("duty needed")


async def has_session(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """Signed in, with or without the consent: only for the consent page itself."""
    if await find_visitor(connection) is None:
        raise SignInNeeded(_asked_path(connection))


async def signed_in(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """Signed in and agreed to the portal's consent of today's version."""
    visitor = await find_visitor(connection)
    if visitor is None:
        raise SignInNeeded(_asked_path(connection))
    if not has_consented(connection, visitor):
        raise ConsentNeeded(_asked_path(connection))


async def on_duty(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """A member of staff at work, in a role that lives at this very request."""
    if await find_visitor(connection) is None:
        raise SignInNeeded(_asked_path(connection))
    if await find_duty(connection) is None:
        raise DutyNeeded(_asked_path(connection))


def only(*roles: str) -> Callable[[AnyConnection, BaseRouteHandler], Awaitable[None]]:
    """After `on_duty`: for these roles; to any other the page is not there."""

    async def guard(connection: AnyConnection, _: BaseRouteHandler) -> None:
        duty = await find_duty(connection)
        if duty is None or duty.role not in roles:
            raise NotFoundException

    return guard


def _asked_path(connection: AnyConnection) -> str:
    """Where to return after sign-in: the page itself, for a form the page that held it."""
    if connection.scope.get("method") not in {"GET", "HEAD"}:
        return path_of(connection.headers.get("referer"), settings_of(connection).public_url)
    query = connection.scope.get("query_string", b"").decode("latin-1")
    return safe_path(connection.scope["path"] + (f"?{query}" if query else ""))
