"""Public answers kept for half a second, if they themselves allow it: a rush of lookers is cheap.

Kept is only what says `Cache-Control: public, max-age=…`, for whoever brings neither a cookie nor
a token: nobody sees an answer older than that, and nobody who may have written sees a kept one.
How old it is, `Age` tells (RFC 9111, 5.1).
"""

import asyncio
import re
import time
from dataclasses import dataclass, replace

from litestar.enums import ScopeType
from litestar.types import (
    ASGIApp,
    HTTPResponseStartEvent,
    Message,
    Receive,
    Scope,
    Send,
)

ticks = time.monotonic
_MOST, _ROOM = 1000, 16 * 2**20  # answers and bytes of a process; then all are forgotten
_AT_HOME = 0.5  # seconds: of times being sold out an older list sends people after what is gone
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
    tag: bytes
    path_template: str  # for the log

    def is_fresh(self, moment: float) -> bool:
        return moment - self.made_at < min(self.life, _AT_HOME)


@dataclass(frozen=True)
class _Asked:
    """A question to the application: since when, what was kept before, and when it is over."""

    at: float
    stale: _Answer | None
    over: asyncio.Future[None]

    def find_same(self, start: HTTPResponseStartEvent) -> _Answer | None:
        """What was kept, if that is what a 304 says the asker has (RFC 9111, 4.3.4)."""
        if start["status"] != 304 or self.stale is None:
            return None
        tag = _plain(_find(list(start["headers"]), b"etag"))
        return replace(self.stale, made_at=self.at) if tag == _plain(self.stale.tag) else None


class Kept:
    """Around an application: answers again what it has answered just now."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._answers: dict[_Key, _Answer] = {}
        self._room = _ROOM
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
            return
        asked = _Asked(ticks(), kept, asyncio.get_running_loop().create_future())
        if kept is not None:
            self._under_way[key] = asked.over
            self._forget(key)
        try:
            await self._ask(key, asked, scope, receive, send)
        finally:
            self._let_go(key, asked)

    async def _ask(
        self, key: _Key, asked: _Asked, scope: Scope, receive: Receive, send: Send
    ) -> None:
        start: HTTPResponseStartEvent | None = None  # held back until the answer is whole
        body = bytearray()

        async def listen(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _life_of(message):
                start = message
                return
            if start is not None and message["type"] == "http.response.body":
                body.extend(message["body"])
                if message.get("more_body"):
                    return
                self._keep(key, _made(start, bytes(body), asked.at, scope))
                message["body"] = bytes(body)
            elif message["type"] == "http.response.start" and (same := asked.find_same(message)):
                self._keep(key, same)
            self._let_go(key, asked)  # however slowly this one reads it
            if start is not None:
                await send(start)
                start = None
            await send(message)

        await self._app(scope, receive, listen)

    def _let_go(self, key: _Key, asked: _Asked) -> None:
        """Whoever waits for what was asked goes on."""
        if not asked.over.done():
            asked.over.set_result(None)
        if self._under_way.get(key) is asked.over:
            del self._under_way[key]

    def _keep(self, key: _Key, answer: _Answer) -> None:
        self._forget(key)
        self._room -= _size(key, answer)
        if len(self._answers) >= _MOST or self._room < 0:
            self._answers.clear()
            self._room = _ROOM - _size(key, answer)
        self._answers[key] = answer

    def _forget(self, key: _Key) -> None:
        answer = self._answers.pop(key, None)
        if answer is not None:
            self._room += _size(key, answer)


def _made(start: HTTPResponseStartEvent, body: bytes, began: float, scope: Scope) -> _Answer:
    headers = list(start["headers"])
    template = str(scope.get("path_template", ""))
    return _Answer(headers, body, began, _life_of(start), _find(headers, b"etag"), template)


def _size(key: _Key, answer: _Answer) -> int:
    return len(key[1]) + len(answer.body)


def _key(scope: Scope) -> _Key | None:
    """Under what an answer is kept; None where it is somebody's, or no reading, or may be taken
    in two ways."""
    if scope["type"] != ScopeType.HTTP or scope["method"] != "GET":
        return None
    packed: bool | None = None
    for name, text in scope["headers"]:
        if name in _PERSONAL or (name == b"accept-encoding" and packed is not None):
            return None
        if name == b"accept-encoding":
            packed = b"gzip" in text
    return scope["path"].encode(), scope["query_string"], bool(packed)


async def _answer(kept: _Answer, scope: Scope, send: Send) -> None:
    known = _find(list(scope["headers"]), b"if-none-match")
    tags = [_plain(it) for it in known.split(b",")]
    same = bool(kept.tag) and (tags == [b"*"] or _plain(kept.tag) in tags)
    age = int(ticks() - kept.made_at)
    headers = [it for it in kept.headers if not (same and it[0].lower() == b"content-length")]
    headers.append((b"age", str(age).encode()))
    status = 304 if same else 200
    scope["path_template"] = kept.path_template
    await send({"type": "http.response.start", "status": status, "headers": headers})
    body = b"" if same else kept.body
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _life_of(start: HTTPResponseStartEvent) -> int:
    """Seconds for which anybody may keep the answer; 0: nobody may."""
    headers = list(start["headers"])
    found = _LIFE.search(_find(headers, b"cache-control"))
    fit = start["status"] == 200 and not _find(headers, b"set-cookie")
    return int(found[1]) if found and fit else 0


def _find(headers: _Headers, name: bytes) -> bytes:
    return next((text for it, text in headers if it.lower() == name), b"")


def _plain(tag: bytes) -> bytes:
    return tag.strip().removeprefix(b"W/")
