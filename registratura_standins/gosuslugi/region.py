"""The line to the region: one SOAP question, one answer, or what went wrong in plain words."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import httpx
import structlog

from registratura_ground.authorities import authorities
from registratura_standins.gosuslugi.dialects import Dialect, write
from registratura_standins.gosuslugi.reading import Nonsense, Sequence
from registratura_standins.gosuslugi.requests import Asked
from registratura_standins.gosuslugi.settings import Settings
from registratura_standins.gosuslugi.soap import ER, LARGEST, Fault, NotSoap, parse_body
from registratura_standins.gosuslugi.training import rehearse

Answer = TypeVar("Answer")
_LOG = structlog.get_logger("region")
_CONNECTING = 3.0  # seconds: it is quick or hopeless
_SHARE = 0.4  # of the limit, at most, for a free connection, and for connecting
# The request has not left: nothing can have been done.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class RegionTrouble(Exception):
    """No answer that can be used. `sent`: the request may have reached the region and been done."""

    words = "Регистратура региона не отвечает."

    def __init__(self, reason: str, *, sent: bool = True) -> None:
        self.reason = reason
        self.sent = sent
        super().__init__(reason)


class RegionDown(RegionTrouble):
    """Nobody is there."""


class RegionSlow(RegionTrouble):
    """The answer did not come in time."""

    words = "Регистратура региона отвечает слишком долго."


class RegionBroken(RegionTrouble):
    """A Fault, or an answer that the profile does not allow."""

    words = "Регистратура региона ответила ошибкой."


@dataclass(frozen=True)
class Region:
    """One region: its address, how it is written to, the connections. `seconds`: for a whole
    answer, as one that trickles never meets the client's own limits."""

    url: str
    dialect: Dialect
    http: httpx.AsyncClient
    seconds: float

    async def ask(
        self, asked: Asked, read: Callable[[Sequence], Answer], until: float | None = None
    ) -> Answer:
        """What `read` makes of the answer. Refuses with `RegionTrouble`, and as `read` does.
        `until`: the moment of the loop's clock after which nobody waits for it any more."""
        sequence = await self._send(asked, until)
        name, own = asked.children[0]
        try:
            # Every answer begins with the id that the question began with, word for word.
            if sequence.text(name) != own:
                raise Nonsense(f"{asked.operation}Response: another {name}")
            answer = read(sequence)
            sequence.end()
        except Nonsense as fault:
            raise self._trouble(RegionBroken, asked, fault) from None
        return answer

    async def _send(self, asked: Asked, until: float | None) -> Sequence:
        end = asyncio.get_running_loop().time() + self.seconds
        limit = asyncio.timeout_at(end if until is None else min(end, until))
        letter = write(asked, self.dialect)
        headers = dict(letter.headers)
        exchange = self.http.stream("POST", self.url, content=letter.content, headers=headers)
        try:
            async with limit, exchange as answer:
                content = await _read(answer)
        except (TimeoutError, httpx.TimeoutException) as fault:
            sent = not isinstance(fault, _NOT_SENT)
            raise self._trouble(RegionSlow if sent else RegionDown, asked, fault, sent) from None
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            sent = not isinstance(fault, _NOT_SENT)
            raise self._trouble(RegionDown, asked, fault, sent) from None
        return self._open(asked, answer.status_code, content)

    def _open(self, asked: Asked, status: int, content: bytes) -> Sequence:
        try:
            root = parse_body(content)
        except NotSoap as fault:
            # A proxy's page says that there is nobody behind it.
            kind = RegionDown if status in (502, 503, 504) else RegionBroken
            raise self._trouble(kind, asked, fault) from None
        except Fault as fault:
            raise self._trouble(RegionBroken, asked, fault) from None
        if root.tag != f"{{{ER}}}{asked.operation}Response":
            raise self._trouble(RegionBroken, asked, NotSoap("another answer"))
        if status != 200:
            raise self._trouble(RegionBroken, asked, NotSoap(f"status {status}"))
        return Sequence(root)

    def _trouble(
        self, kind: type[RegionTrouble], asked: Asked, fault: Exception, sent: bool = True
    ) -> RegionTrouble:
        reason = str(fault) if isinstance(fault, NotSoap | Nonsense) else type(fault).__name__
        _LOG.warning("no_answer", operation=asked.operation, reason=reason, sent=sent)
        return kind(reason, sent=sent)


def open_region(settings: Settings) -> Region:
    """The line that these settings describe, with the training switches that are on."""
    limit = settings.region_seconds
    soon = min(_CONNECTING, limit * _SHARE)
    name, _, password = settings.region_basic.partition(":")
    return Region(
        url=settings.region_url,
        dialect=settings.dialect,
        http=httpx.AsyncClient(
            auth=httpx.BasicAuth(name, password) if name else None,
            timeout=httpx.Timeout(limit, connect=soon, pool=soon),
            transport=rehearse(
                httpx.AsyncHTTPTransport(verify=authorities(trust_env=True)), settings.training
            ),
            trust_env=False,
            follow_redirects=False,
        ),
        seconds=limit,
    )


async def _read(answer: httpx.Response) -> bytes:
    """The body, no more than one sign above what is read."""
    content = bytearray()
    async for piece in answer.aiter_bytes():
        content += piece
        if len(content) > LARGEST:
            break
    return bytes(content)
