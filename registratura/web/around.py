"""The outermost layer, around everything an application answers, its 404s included.

Gives every request an id, every answer its security headers and `Server-Timing`, and writes one
line of log: path template, status, milliseconds; never a query, a name or a number of anybody.
"""

import secrets
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

import structlog
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from registratura.settings import Settings
from registratura.web.logs import fault
from registratura.web.requests import CURRENT

_LETTERS = "23456789abcdefghkmnpqrstuvwxyz"  # none that is mistaken for another on the phone
_LOG = structlog.get_logger("web")
_UNLOGGED = ("/static/", "/healthz", "/readyz", "/metrics")


def make_reference() -> str:
    """A short number to read out on the telephone, such as `7f3k-92aa`."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def security_headers(settings: Settings) -> dict[str, str]:
    """The same for every answer: nothing foreign is loaded, nothing of ours is framed.

    `form-action` names ЕСИА too: a browser blocks a POST that is redirected elsewhere.
    """
    esia = urlsplit(settings.esia_url)
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "font-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {esia.scheme}://{esia.netloc}"
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

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        began = time.perf_counter()
        reference = make_reference()
        scope["state"]["reference"] = reference
        CURRENT.set(scope)
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                answer_headers = MutableScopeHeaders.from_message(message)
                for name, value in headers.items():
                    answer_headers.setdefault(name, value)
                answer_headers.setdefault("Cache-Control", "no-store")
                answer_headers["X-Request-ID"] = reference
                answer_headers["Server-Timing"] = f"app;dur={_ms(began)}"
            await send(message)

        try:
            await app(scope, receive, send_with_headers)
        except Exception as error:
            _LOG.error("fault", request_id=reference, **fault(error))
            if not status:  # not even the page about errors could be made
                await _say_sorry(reference, send_with_headers)
        finally:
            if not scope["path"].startswith(_UNLOGGED):
                _log(scope, reference, status, _ms(began))

    return answer


async def _say_sorry(reference: str, send: Send) -> None:
    words = f"Страница не открылась. Номер обращения {reference}.".encode()
    kind = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 500, "headers": kind})
    await send({"type": "http.response.body", "body": words, "more_body": False})


def _ms(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)


def _log(scope: Scope, reference: str, status: int, ms: float) -> None:
    _LOG.info(
        "request",
        request_id=reference,
        method=scope.get("method"),
        path=scope.get("path_template") or "(unknown)",
        status=status,
        ms=ms,
    )
