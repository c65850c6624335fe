"""What a gateway publishes is asked for once, kept for a while, and never waited for in a queue."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from registratura.esia import EsiaDown, Oidc, oidc
from registratura.esia.attempts import make_attempt
from registratura.esia.oidc_discovery import DOCUMENT_LASTS
from tests.sign_on.test_gateway import client_of

ISSUER = "http://gw.example"
DOCUMENT = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorization?tenant=40",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/jwks",
}


class Host:
    """A gateway that is asked for its document, answers late, or not at all."""

    def __init__(self) -> None:
        self.asked = 0
        self.open = asyncio.Event()
        self.instead: Exception | None = None

    async def reply(self, _: httpx.Request) -> httpx.Response:
        self.asked += 1
        await self.open.wait()
        if self.instead is not None:
            raise self.instead
        return httpx.Response(200, json=DOCUMENT)

    def client(self, **changes: Any) -> Oidc:
        """Our client of this gateway."""
        http = httpx.AsyncClient(transport=httpx.MockTransport(self.reply))
        return client_of(ISSUER, http=http, **changes)


async def start(client: Oidc) -> str:
    return await client.start(make_attempt("/"), now=datetime.now(UTC))


async def test_many_who_begin_at_once_wait_for_one_answer() -> None:
    host = Host()
    client = host.client()
    waiting = [asyncio.create_task(start(client)) for _ in range(20)]
    await asyncio.sleep(0)
    waiting.pop().cancel()  # one of them went away
    host.open.set()
    addresses = await asyncio.gather(*waiting)
    assert host.asked == 1
    assert all(it.startswith(f"{ISSUER}/authorization?tenant=40&") for it in addresses)


async def test_a_gateway_that_fails_fails_for_all_who_wait_and_is_asked_anew_by_the_next() -> None:
    host = Host()
    host.instead = httpx.ReadTimeout("slow")
    client = host.client()
    waiting = [asyncio.create_task(start(client)) for _ in range(20)]
    await asyncio.sleep(0)
    host.open.set()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(it) for it in answers} == {EsiaDown}
    assert host.asked == 1
    host.instead = None
    assert await start(client)
    assert host.asked == 2


async def test_a_document_is_read_again_after_its_time() -> None:
    seconds = [100.0]
    host = Host()
    host.open.set()
    client = host.client(clock=lambda: seconds[0])
    for passed in (0.0, DOCUMENT_LASTS - 1, 1.0):
        seconds[0] += passed
        await start(client)
    assert host.asked == 2


async def test_sign_out_does_not_wait_for_a_gateway_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(oidc, "LOGOUT_WAITS", 0.05)
    silent, broken = Host(), Host()
    broken.open.set()
    broken.instead = httpx.ConnectError("refused")
    for host in (silent, broken):
        assert await host.client().logout_url("/") == "http://127.0.0.1:8000/"
    silent.open.set()
    await asyncio.sleep(0)


async def test_a_gateway_without_a_way_out_leads_home() -> None:
    host = Host()
    host.open.set()
    assert await host.client().logout_url("/signin") == "http://127.0.0.1:8000/signin"
