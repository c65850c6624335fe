"""Public answers kept for the seconds that they themselves allow: a rush of lookers is cheap.

Kept is only what says `Cache-Control: public, max-age=…`, for whoever brings neither a cookie nor
a token: nobody sees an answer older than that, and nobody who may have written sees a kept one.
How old it is, `Age` tells (RFC 9111, 5.1).
"""

import asyncio
import re
import time
from dataclasses import dataclass

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from registratura.web.tags import is_known

ticks = time.monotonic
_MOST = 1000  # answers of a process; then all are forgotten
_LIFE = re.compile(rb"(?:^|,)\s*public\b.*\bmax-age=([1-9]\d{0,3})\b")
_PERSONAL = (b"cookie", b"authorization")
_Key = tuple[bytes, bytes, bool]
_Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class _Answer:
    headers: _Headers
    body: bytes
    made_at: float
    life: int
    tag: str
    path_template: str  # for the log

    def is_fresh(self, moment: float) -> bool:
        return moment - self.made_at < self.life


class Kept:
    """Around an application: answers again what it has answered just now."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._answers: dict[_Key, _Answer] = {}
        self._under_way: dict[_Key, asyncio.Future[None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """From what is kept, else from the application: of many at once one asks, others wait."""
        key = _key(scope)
        if key is None:
            await self._app(scope, receive, send)
            return
        while key in self._under_way:
            await asyncio.shield(self._under_way[key])
        kept = self._answers.get(key)
        if kept is not None and kept.is_fresh(ticks()):
            await _answer(kept, scope, send)
        elif kept is None:
            await self._ask(key, scope, receive, send)
        else:
            await self._renew(key, scope, receive, send)

    async def _renew(self, key: _Key, scope: Scope, receive: Receive, send: Send) -> None:
        asked = self._under_way[key] = asyncio.get_running_loop().create_future()
        del self._answers[key]
        try:
            await self._ask(key, scope, receive, send)
        finally:
            del self._under_way[key]
            asked.set_result(None)

    async def _ask(self, key: _Key, scope: Scope, receive: Receive, send: Send) -> None:
        began = ticks()
        head: _Headers = []
        life = 0
        body = bytearray()

        async def listen(message: Message) -> None:
            nonlocal head, life
            if message["type"] == "http.response.start" and message["status"] == 200:
                head = list(message["headers"])
                life = _life_of(head)
            elif message["type"] == "http.response.body" and life:
                body.extend(message["body"])
                if not message.get("more_body"):
                    self._keep(
                        key,
                        _Answer(
                            head,
                            bytes(body),
                            began,
                            life,
                            _find(head, b"etag").decode("latin-1"),
                            str(scope.get("path_template", "")),
                        ),
                    )
            await send(message)

        await self._app(scope, receive, listen)

    def _keep(self, key: _Key, answer: _Answer) -> None:
        if len(self._answers) >= _MOST:
            self._answers.clear()
        self._answers[key] = answer


def _key(scope: Scope) -> _Key | None:
    """Under what an answer is kept; None where it is somebody's, or no reading."""
    if scope["type"] != ScopeType.HTTP or scope["method"] != "GET":
        return None
    packed = False
    for name, text in scope["headers"]:
        if name in _PERSONAL:
            return None
        if name == b"accept-encoding":
            packed = b"gzip" in text
    return scope["path"].encode(), scope["query_string"], packed


async def _answer(kept: _Answer, scope: Scope, send: Send) -> None:
    known = _find(list(scope["headers"]), b"if-none-match")
    same = is_known(kept.tag, known.decode("latin-1"))
    age = int(ticks() - kept.made_at)
    headers = [it for it in kept.headers if not (same and it[0].lower() == b"content-length")]
    headers.append((b"age", str(age).encode()))
    status = 304 if same else 200
    scope["path_template"] = kept.path_template
    await send({"type": "http.response.start", "status": status, "headers": headers})
    body = b"" if same else kept.body
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _life_of(headers: _Headers) -> int:
    """Seconds for which anybody may keep the answer; 0: nobody may."""
    found = _LIFE.search(_find(headers, b"cache-control"))
    return int(found[1]) if found and not _find(headers, b"set-cookie") else 0


def _find(headers: _Headers, name: bytes) -> bytes:
    return next((text for it, text in headers if it.lower() == name), b"")
