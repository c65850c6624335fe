"""The load: clients on raw sockets with keep-alive, each sending its next request when answered.

Requests are bytes made beforehand. Of an answer only the status, the length and, where it is
asked for, the body are looked at; what this costs is measured with everything else.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import cast

import uvloop

HOST = "127.0.0.1"
_LONGEST = 60.0  # seconds without one answer: then the measurement has failed


@dataclass
class Load:
    """What came of one round."""

    seconds: float = 0.0
    own_cpu: float = 0.0
    took: list[float] = field(default_factory=list)  # seconds, of every answer
    statuses: Counter[int] = field(default_factory=Counter)
    bodies: list[bytes] = field(default_factory=list)

    def add(self, other: "Load") -> None:
        """Count another round's answers too."""
        self.seconds += other.seconds
        self.own_cpu += other.own_cpu
        self.took += other.took
        self.statuses += other.statuses
        self.bodies += other.bodies

    @property
    def per_s(self) -> float:
        """Answers in a second."""
        return len(self.took) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of the answers came."""
        took = sorted(self.took)
        return took[min(int(len(took) * share), len(took) - 1)] * 1000 if took else 0.0

    def errors(self, *right: int) -> int:
        """Answers of another status than these; 0 is a connection that broke."""
        return sum(many for status, many in self.statuses.items() if status not in right)


def get(path: str, **headers: str) -> bytes:
    """A request without a body."""
    return _request("GET", path, headers)


def post(path: str, body: bytes, **headers: str) -> bytes:
    """A request with a body; underscores of a header's name are hyphens."""
    return _request("POST", path, headers | {"Content_Length": str(len(body))}) + body


def _request(method: str, path: str, headers: dict[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}"]
    lines += [f"{name.replace('_', '-')}: {text}" for name, text in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Client(asyncio.Protocol):
    """One connection. `following` gives the next request, or None when there is no more."""

    def __init__(self, load: Load, following: Callable[[], bytes | None], keep: bool) -> None:
        self._load, self._following, self._keep = load, following, keep
        self._buffer = bytearray()
        self._end = 0  # of the answer in the buffer, once its head is read
        self._sent = 0.0
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop has its own
        self._send()

    def _send(self) -> None:
        request = self._following()
        if request is None:
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Read on; when the answer is whole, count it and send the next request."""
        self._buffer += data
        if not self._end:
            head = self._buffer.find(b"\r\n\r\n")
            if head < 0:
                return
            self._end = head + 4 + length_of_body(bytes(self._buffer[:head]))
        if len(self._buffer) >= self._end:
            self._count()
            self._send()

    def _count(self) -> None:
        self._load.took.append(time.perf_counter() - self._sent)
        self._load.statuses[int(self._buffer[9:12])] += 1
        if self._keep:
            self._load.bodies.append(bytes(self._buffer[: self._end]))
        del self._buffer[: self._end]
        self._end = 0

    def connection_lost(self, error: Exception | None) -> None:
        """The end, or an answer that will not come."""
        if self._transport.is_closing() and error is None and not self._buffer:
            pass
        else:
            self._load.statuses[0] += 1
        if not self.over.done():
            self.over.set_result(None)


def length_of_body(head: bytes) -> int:
    """Bytes that follow this head."""
    head = head.lower()
    place = head.find(b"content-length:")
    if place < 0:
        return 0
    return int(head[place + 15 :].split(b"\r\n", 1)[0])


def drive(
    port: int,
    requests: Iterable[bytes],
    clients: int,
    *,
    seconds: float | None = None,
    keep: bool = False,
) -> Load:
    """Send every request once, or as many as go in `seconds`, by so many clients at a time."""
    return uvloop.run(_drive(port, iter(requests), clients, seconds, keep))


async def _drive(
    port: int, requests: Iterator[bytes], clients: int, seconds: float | None, keep: bool
) -> Load:
    load = Load()
    loop = asyncio.get_running_loop()
    began, cpu = time.perf_counter(), time.process_time()
    until = began + seconds if seconds is not None else None

    def following() -> bytes | None:
        if until is not None and time.perf_counter() >= until:
            return None
        return next(requests, None)

    made = [
        await loop.create_connection(lambda: Client(load, following, keep), HOST, port)
        for _ in range(clients)
    ]
    await asyncio.wait_for(asyncio.gather(*(it.over for _, it in made)), _LONGEST + (seconds or 0))
    load.seconds = time.perf_counter() - began
    load.own_cpu = time.process_time() - cpu
    return load
