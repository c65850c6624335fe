"""How a provider is asked: in bounded time and size; sent once; tried again only if unconnected."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
import httpx
import pytest

from registratura.esia import EsiaDown, EsiaRefused, wire
from registratura.esia.wire import Wire, open_http

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
YES = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n"
    b'Connection: close\r\n\r\n{"a":1}'
)


@asynccontextmanager
async def host(talk: Talk) -> AsyncIterator[str]:
    """The address of somebody who talks like that on every connection."""

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()


async def post(address: str) -> object:
    async with open_http() as http:
        return await Wire(http=http).ask("POST", address, data={"code": "1"})


async def test_what_was_sent_is_never_sent_again() -> None:
    seen = []

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(1)

    async with host(hang_up) as address:
        with pytest.raises(EsiaDown):
            await post(address)
    assert len(seen) == 1


@pytest.mark.parametrize("failures", [1, 2])
async def test_a_connection_that_does_not_come_about_is_tried_once_more(
    failures: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, tried = anyio.connect_tcp, []

    async def sometimes(*given: object, **more: object) -> object:
        tried.append(1)
        if len(tried) <= failures:
            raise OSError("refused")
        return await connect(*given, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(anyio, "connect_tcp", sometimes)

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(YES)
        await writer.drain()

    async with host(answer) as address:
        if failures == 1:
            assert await post(address) == {"a": 1}
        else:
            with pytest.raises(EsiaDown, match="ConnectError"):
                await post(address)
    assert len(tried) == 2


async def test_an_answer_that_trickles_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "LONGEST", 0.2)

    async def trickle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(YES.replace(b"Length: 7", b"Length: 9999")[:-7])
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with host(trickle) as address:
        with pytest.raises(EsiaDown, match="TimeoutError"):
            await asyncio.wait_for(post(address), 5)


async def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    async def flood(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(YES.replace(b"Content-Length: 7\r\n", b"")[:-7])
        for _number in range(10_000):
            writer.write(b" " * 65536)
            await writer.drain()

    async with host(flood) as address:
        with pytest.raises(EsiaRefused, match="too long"):
            await post(address)


async def test_every_wait_has_its_end() -> None:
    async with open_http() as http:
        limits = http.timeout
    assert limits.connect == 3.0
    assert (limits.read, limits.write, limits.pool) == (8.0, 8.0, 8.0)
    assert not http.follow_redirects


async def test_nesting_without_end_is_no_answer() -> None:
    deep = httpx.Response(200, text="[" * 100_000, headers={"Content-Type": "application/json"})
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: deep))
    with pytest.raises(EsiaRefused, match="not JSON"):
        await Wire(http=http).ask("GET", "http://127.0.0.1/")
