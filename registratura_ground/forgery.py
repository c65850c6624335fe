"""Forged forms: what another site sends in a visitor's name is refused before a handler sees it.

For each application of the house: `DefineMiddleware(Forms, secret=…, public_url=…, …)`.

Two walls. A browser says where a form comes from (`Origin`, `Sec-Fetch-Site`): another site's is
refused; an old browser says nothing. And every form carries Litestar's token, signed here with a
secret that the session's id is part of: a token of another session, or of the time before the
sign-in, is no token.
"""

import hashlib
import hmac
from dataclasses import replace
from typing import Any

from litestar.config.csrf import CSRFConfig
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.exceptions import PermissionDeniedException
from litestar.middleware.base import MiddlewareProtocol
from litestar.middleware.csrf import (
    CSRF_SECRET_LENGTH,
    CSRFMiddleware,
    generate_csrf_hash,
)
from litestar.types import ASGIApp, Receive, Scope, Send
from litestar.utils.scope.state import ScopeState

AnyConnection = ASGIConnection[Any, Any, Any, Any]
HEADER = "x-csrftoken"
_OURS = {"same-origin", "none"}  # `none`: the visitor himself, as when he sends a form again


class ForeignForm(PermissionDeniedException):
    """The form was sent from a page of another site."""


def secret_of_session(secret: str, session_id: str) -> str:
    """With what the tokens of one session's forms are signed."""
    text = session_id.encode("utf-8", "replace")
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


class Forms(MiddlewareProtocol):
    """Both walls, around every handler that is not `exclude_from_csrf`.

    The two cookies are named by the application: three of them may share one host.
    """

    def __init__(
        self, app: ASGIApp, secret: str, public_url: str, session_cookie: str, token_cookie: str
    ) -> None:
        self._app = app
        self._public_url = public_url.rstrip("/")
        self._session = session_cookie
        self._config = CSRFConfig(
            secret=secret,
            cookie_name=token_cookie,
            cookie_secure=public_url.startswith("https:"),
            cookie_httponly=True,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuses with `ForeignForm`, or `PermissionDeniedException` where the token is wrong."""
        if scope["type"] != ScopeType.HTTP or self._is_excluded(scope):
            await self._app(scope, receive, send)
            return
        connection: AnyConnection = ASGIConnection(scope)
        if scope["method"] not in self._config.safe_methods:
            check_origin(connection, self._public_url)
        bound = replace(self._config, secret=self._secret_of(connection))
        cookies = dict(connection.cookies)
        token = cookies.pop(bound.cookie_name, None)
        if token is not None and not _is_signed(token, bound.secret):  # the page gets a new one
            ScopeState.from_scope(scope).cookies = cookies
        await CSRFMiddleware(self._app, bound)(scope, receive, send)

    def _is_excluded(self, scope: Scope) -> bool:
        return bool(scope["route_handler"].opt.get(self._config.exclude_from_csrf_key))

    def _secret_of(self, connection: AnyConnection) -> str:
        return secret_of_session(self._config.secret, connection.cookies.get(self._session, ""))


def check_origin(connection: AnyConnection, public_url: str) -> None:
    """The first wall alone, for a call that carries no token. Refuses with `ForeignForm`."""
    if connection.headers.get("sec-fetch-site", "none") not in _OURS:
        raise ForeignForm
    origin = connection.headers.get("origin")
    # Or the same machine by another name, as localhost for 127.0.0.1: the page's own address.
    ours = (public_url.rstrip("/"), *_addresses(connection.headers.get("host")))
    if origin is not None and origin not in ours:
        raise ForeignForm


def check_script(
    connection: AnyConnection, secret: str, public_url: str, session_cookie: str, token_cookie: str
) -> None:
    """Both walls for a script of our own pages, which sends its token in the header `HEADER`.

    Refuses with `ForeignForm`, or `PermissionDeniedException` where the header does not hold this
    session's token.
    """
    check_origin(connection, public_url)
    token = connection.cookies.get(token_cookie, "")
    sent = connection.headers.get(HEADER, "")
    same = hmac.compare_digest(sent.encode("utf-8", "replace"), token.encode("utf-8", "replace"))
    bound = secret_of_session(secret, connection.cookies.get(session_cookie, ""))
    if not same or not _is_signed(token, bound):
        raise PermissionDeniedException


def _addresses(host: str | None) -> tuple[str, ...]:
    return (f"http://{host}", f"https://{host}") if host else ()


def _is_signed(token: str, secret: str) -> bool:
    signed, signature = token[:CSRF_SECRET_LENGTH], token[CSRF_SECRET_LENGTH:]
    expected = generate_csrf_hash(token=signed, secret=secret)
    return hmac.compare_digest(signature.encode("utf-8", "replace"), expected.encode())
