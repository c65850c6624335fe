"""Public answers kept for the seconds that they themselves allow: a rush of lookers is cheap.

Kept is only what says `Cache-Control: public, max-age=…`, for whoever brings neither a cookie nor
a token: nobody who may have written sees a kept one, and nobody one older than `max-age`. What many
want is asked anew four times a second, by one of them, ahead of all lines, while the others have
the kept one. Where whoever asks is turned away, it serves for `stale-if-error` longer (RFC 5861,
4). How old it is, `Age` tells (RFC 9111, 5.1).
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

from registratura.web.borrowing import note_many
from registratura.web.tags import is_known

ticks = time.monotonic
_MOST, _ROOM = 1000, 16 * 2**20  # answers and bytes of a process; then all are forgotten
# What many want is being sold out, and an older list sends them after what is gone.
_MANY, _SOON = 10, 0.25  # given so often, it is asked anew after so many seconds
_LIFE = re.compile(rb"(?:^|,)\s*public\b.*\bmax-age=([1-9]\d{0,3})\b")
_SPARE = re.compile(rb"\bstale-if-error=(\d{1,3})\b")
_PERSONAL = (b"cookie", b"authorization")
_Key = tuple[bytes, bytes, bool]
_Headers = list[tuple[bytes, bytes]]


@dataclass
class _Answer:
    headers: _Headers
    body: bytes
    made_at: float
    asked_at: float  # since then nothing newer is known
    life: int
    spare: int  # seconds after its life in which it is better than none
    tag: str
    path_template: str  # for the log
    given: int = 0

    @property
    def is_wanted(self) -> bool:
        """Whether many have asked for it."""
        return self.given >= _MANY

    def is_fresh(self, moment: float) -> bool:
        life = min(self.life, _SOON) if self.is_wanted else self.life
        return moment - self.asked_at < life

    def is_alive(self, moment: float) -> bool:
        return moment - self.made_at < self.life

    def is_bearable(self, moment: float) -> bool:
        return moment - self.made_at < self.life + self.spare


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
        tag = _find(list(start["headers"]), b"etag").decode("latin-1")
        same = replace(self.stale, made_at=self.at, asked_at=self.at, given=0)
        return same if is_known(self.stale.tag, tag) else None

    def find_spare(self, start: HTTPResponseStartEvent) -> _Answer | None:
        """What was kept, if the asker is turned away and it is not too old."""
        if start["status"] != 503 or self.stale is None or not self.stale.is_bearable(ticks()):
            return None
        return replace(self.stale, asked_at=ticks())


class Kept:
    """Around an application: answers again what it has answered just now."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._answers: dict[_Key, _Answer] = {}
        self._room = _ROOM
        self._under_way: dict[_Key, asyncio.Future[None]] = {}
        self._never_kept: set[_Key] = set()  # what turned out to be nobody's but the asker's

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """From what is kept, else from the application: of many at once one asks, others wait."""
        key = _key(scope)
        if key is None:
            await self._app(scope, receive, send)
            return
        kept = await self._find(key)
        if kept is not None:
            await _answer(kept, scope, send)
            return
        stale = self._answers.get(key)
        asked = _Asked(ticks(), stale, asyncio.get_running_loop().create_future())
        if stale is not None and stale.is_wanted and stale.is_bearable(asked.at):
            note_many(scope)
        if key not in self._never_kept:
            self._under_way.setdefault(key, asked.over)
        try:
            await self._app(scope, receive, _Listener(self, key, asked, scope, send))
        finally:
            self.let_go(key, asked)

    async def _find(self, key: _Key) -> _Answer | None:
        """What may be answered without asking; None: it is for the caller to ask."""
        waited = False
        while True:
            kept, under_way = self._answers.get(key), self._under_way.get(key)
            if kept is not None and kept.is_fresh(ticks()):
                return kept
            if under_way is None or waited:
                return None
            if kept is not None and kept.is_alive(ticks()):
                return kept
            await asyncio.shield(under_way)
            waited = True

    def forget_all(self) -> None:
        """Begin with nothing."""
        self._answers.clear()
        self._never_kept.clear()
        self._room = _ROOM

    def learn(self, key: _Key, status: int) -> None:
        """Such an answer was not to be kept: nobody waits for the next one."""
        if status != 503 and key not in self._answers:
            if len(self._never_kept) >= _MOST:
                self._never_kept.clear()
            self._never_kept.add(key)

    def let_go(self, key: _Key, asked: _Asked) -> None:
        """Whoever waits for what was asked goes on."""
        if not asked.over.done():
            asked.over.set_result(None)
        if self._under_way.get(key) is asked.over:
            del self._under_way[key]

    def keep(self, key: _Key, answer: _Answer) -> None:
        """From now on this is answered."""
        self._never_kept.discard(key)
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


class _Listener:
    """Hears the answer to one question: keeps it, and passes on what the asker shall have."""

    def __init__(self, kept: Kept, key: _Key, asked: _Asked, scope: Scope, send: Send) -> None:
        self._kept, self._key, self._asked, self._scope, self._send = kept, key, asked, scope, send
        self._start: HTTPResponseStartEvent | None = None  # held back until the answer is whole
        self._spare: _Answer | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        """As the server's own `send`."""
        if message["type"] == "http.response.start":
            self._spare = self._asked.find_spare(message)
            if self._spare is not None or _life_of(message):
                self._start = message
                return
            if same := self._asked.find_same(message):
                self._kept.keep(self._key, same)
            else:
                self._kept.learn(self._key, message["status"])
        elif message["type"] == "http.response.body" and self._start is not None:
            self._body.extend(message["body"])
            if message.get("more_body"):
                return
            message["body"] = bytes(self._body)
            self._kept.keep(self._key, self._spare or self._made(self._start))
        self._kept.let_go(self._key, self._asked)  # however slowly this one reads it
        if self._spare is not None:
            await _answer(self._spare, self._scope, self._send)
            return
        if self._start is not None:
            await self._send(self._start)
            self._start = None
        await self._send(message)

    def _made(self, start: HTTPResponseStartEvent) -> _Answer:
        headers = list(start["headers"])
        spare = _SPARE.search(_find(headers, b"cache-control"))
        return _Answer(
            headers,
            bytes(self._body),
            made_at=self._asked.at,
            asked_at=self._asked.at,
            life=_life_of(start),
            spare=int(spare[1]) if spare else 0,
            tag=_find(headers, b"etag").decode("latin-1"),
            path_template=str(self._scope.get("path_template", "")),
        )


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
    kept.given += 1
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


def _life_of(start: HTTPResponseStartEvent) -> int:
    """Seconds for which anybody may keep the answer; 0: nobody may."""
    headers = list(start["headers"])
    found = _LIFE.search(_find(headers, b"cache-control"))
    fit = start["status"] == 200 and not _find(headers, b"set-cookie")
    return int(found[1]) if found and fit else 0


def _find(headers: _Headers, name: bytes) -> bytes:
    return next((text for it, text in headers if it.lower() == name), b"")
