"""Callers who wait for an answer before they decide what to ask next; each has one connection."""

import asyncio
import time
from dataclasses import dataclass
from typing import cast

from benchmarks.generator import HOST, Load, length_of_body


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 where the connection broke."""

    status: int
    body: bytes
    seconds: float


class Caller(asyncio.Protocol):
    """One connection on which one request is under way at most."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._buffer = bytearray()
        self._answer: asyncio.Future[Answer] | None = None
        self._sent = 0.0

    @classmethod
    async def to(cls, port: int, load: Load) -> "Caller":
        """A caller whose answers are counted in `load`."""
        loop = asyncio.get_running_loop()
        _, caller = await loop.create_connection(lambda: cls(load), HOST, port)
        return caller

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready to ask."""
        self._transport = cast(asyncio.Transport, transport)

    async def ask(self, request: bytes) -> Answer:
        """Send, and wait for the whole answer."""
        self._answer = asyncio.get_running_loop().create_future()
        self._sent = time.perf_counter()
        self._transport.write(request)
        answer = await self._answer
        self._load.took.append(answer.seconds)
        self._load.statuses[answer.status] += 1
        return answer

    def close(self) -> None:
        """Hang up."""
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Read on; tell when the answer is whole."""
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        end = head + 4 + length_of_body(bytes(self._buffer[:head]))
        if len(self._buffer) >= end:
            self._tell(int(self._buffer[9:12]), bytes(self._buffer[head + 4 : end]))
            del self._buffer[:end]

    def connection_lost(self, error: Exception | None) -> None:
        """Whoever waits is told that nothing will come."""
        self._tell(0, b"")

    def _tell(self, status: int, body: bytes) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(Answer(status, body, time.perf_counter() - self._sent))
