"""The outermost layer, around everything an application answers, its 404s included.

Gives every request an id, every answer its security headers and `Server-Timing`, and writes one
line of log: path template, status, milliseconds; never a query, a name or a number of anybody.
"""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from typing import cast

import structlog
from litestar.enums import ScopeType
from litestar.exceptions import ClientException
from litestar.types import ASGIApp, HTTPReceiveMessage, Message, Receive, Scope, Send

from registratura.settings import Settings
from registratura.web.borrowing import give_back
from registratura.web.logs import fault
from registratura.web.requests import CURRENT

_Headers = Sequence[tuple[bytes, bytes]]

_LETTERS = "23456789abcdefghkmnpqrstuvwxyz"  # none that is mistaken for another on the phone
_LOG = structlog.get_logger("web")
_LONGEST = 30.0  # seconds in which all of a request must have come
_UNLOGGED = ("/static/", "/healthz", "/readyz", "/metrics")


class CallerLeft(ClientException):
    """Whoever sent the request is gone, or too slow, before all of it came: no fault of ours."""


def make_reference() -> str:
    """A short number to read out on the telephone, such as `7f3k-92aa`."""
    letters = "".join(random.choices(_LETTERS, k=8))  # noqa: S311 - nothing is opened by it
    return f"{letters[:4]}-{letters[4:]}"


def security_headers(settings: Settings) -> dict[str, str]:
    """The same for every answer: nothing foreign is loaded, nothing of ours is framed.

    `form-action` names ЕСИА too: a browser blocks a POST that is redirected elsewhere.
    """
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "font-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {settings.sign_on_origin}"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Frame-Options": "DENY",
    }
    if settings.public_url.startswith("https:"):
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def around(app: ASGIApp, headers: Mapping[str, str]) -> ASGIApp:
    """`app` with its id, headers and line of log."""

    always = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    always.append((b"cache-control", b"no-store"))

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        answer = _Answer(always, scope, send)
        scope["state"]["reference"] = answer.reference
        asked = _as_get(scope)
        CURRENT.set(asked)
        try:
            await app(asked, _read(receive, answer), answer.send)
        except Exception as error:
            _LOG.error("fault", request_id=answer.reference, **fault(error))
            if not answer.status:  # not even the page about errors could be made
                await _say_sorry(answer)
        finally:
            await give_back(asked)
            if not scope["path"].startswith(_UNLOGGED):
                _log(asked, answer, str(scope.get("method")))

    return handle


def _as_get(scope: Scope) -> Scope:
    """HEAD is answered as GET, less the body (RFC 9110, 9.3.2). A copy: the server looks at its own
    scope when it decides whether a body may follow."""
    if scope.get("method") != "HEAD":
        return scope
    return cast(Scope, {**scope, "method": "GET"})


class _Answer:
    """One answer on its way: what it gets along, and what became of it."""

    def __init__(self, always: _Headers, scope: Scope, send: Send) -> None:
        self._always = always
        self._scope = scope
        self._send = send
        self._began = time.perf_counter()
        self.reference = make_reference()
        self.status = 0

    @property
    def ms(self) -> float:
        """Milliseconds since the request came."""
        return round((time.perf_counter() - self._began) * 1000, 1)

    async def send(self, message: Message) -> None:
        """Pass the message on; the first one gets the headers."""
        if message["type"] == "http.response.start":
            await give_back(self._scope)  # however slowly the answer is read
            self.status = message["status"]
            headers = list(message["headers"])
            given = {name.lower() for name, _ in headers}
            headers += [it for it in self._always if it[0] not in given]
            headers.append((b"x-request-id", self.reference.encode()))
            headers.append((b"server-timing", f"app;dur={self.ms}".encode()))
            message["headers"] = headers
        elif message["type"] == "http.response.body" and self._scope.get("method") == "HEAD":
            message["body"] = b""
        await self._send(message)


def _read(receive: Receive, answer: _Answer) -> Receive:
    """What the caller sends. Cut short it is his doing, which the framework would call ours.

    In good time, too: who he is may have been asked already, and be true no longer.
    """
    until = asyncio.get_running_loop().time() + _LONGEST

    async def read() -> HTTPReceiveMessage:
        try:
            async with asyncio.timeout_at(None if answer.status else until):
                message = cast(HTTPReceiveMessage, await receive())
        except TimeoutError:
            raise CallerLeft from None
        if message["type"] == "http.disconnect" and not answer.status:
            raise CallerLeft
        return message

    return read


async def _say_sorry(answer: _Answer) -> None:
    words = f"Страница не открылась. Номер обращения {answer.reference}.".encode()
    kind = [(b"content-type", b"text/plain; charset=utf-8")]
    await answer.send({"type": "http.response.start", "status": 500, "headers": kind})
    await answer.send({"type": "http.response.body", "body": words, "more_body": False})


def _log(scope: Scope, answer: _Answer, method: str) -> None:
    _LOG.info(
        "request",
        request_id=answer.reference,
        method=method,
        path=scope.get("path_template") or "(unknown)",
        status=answer.status,
        ms=answer.ms,
    )
