"""A small TCP proxy that can cut: every open connection is reset, as by a router that falls."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Reach = Callable[[], Awaitable[Ends]]
"""Opens a connection to whatever stands behind the proxy."""

_CHUNK = 65536


def to_port(port: int) -> Reach:
    """A program on this machine."""
    return lambda: asyncio.open_connection("127.0.0.1", port)


def to_socket(path: str) -> Reach:
    """A program behind a socket in the file system."""
    return lambda: asyncio.open_unix_connection(path)


class Proxy:
    """Listens on a port of its own and passes on, both ways, what it hears."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._open: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        """Listen; the port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    def cut(self) -> int:
        """Reset every connection, both ends of it; how many there were."""
        cut = len(self._open) // 2
        for writer in list(self._open):
            _reset(writer)
        return cut

    def stop(self) -> None:
        """Listen no more and cut what is open."""
        if self._server is not None:
            self._server.close()
        self.cut()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            behind, to_behind = await self._reach()
        except OSError:  # killed just now
            _reset(writer)
            return
        ends = {writer, to_behind}
        self._open |= ends
        try:
            ways = [_pass(reader, to_behind), _pass(behind, writer)]
            tasks = [asyncio.create_task(way) for way in ways]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            self._open -= ends
            for end in ends:
                end.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while said := await reader.read(_CHUNK):
            writer.write(said)
            await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close so that the other side is told of a reset, not of an end."""
    with contextlib.suppress(OSError):
        own = writer.get_extra_info("socket")
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
