"""The real stand-in beside the portal, and a browser that walks between them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
from litestar import Litestar

from registratura_standins.esia.clients import Certificate, Client, register
from registratura_standins.esia.database import migrate
from registratura_standins.esia.demo_accounts import seed_demo
from registratura_standins.esia.scopes import REGISTRY
from tests.esia_standin.browser import Browser
from tests.given import portal

ESIA = "http://127.0.0.1:8001"
MARIA, OLEG, SIMPLIFIED = "+7 900 000-00-01", "+7 900 000-00-02", "+7 900 000-00-04"


async def fill(url: str, mode: str, certificate_hash: str, certificate: bytes) -> None:
    """The demo's accounts, and the portal REG40 by its certificate."""
    await migrate(url)
    client = Client("REG40", "Портал", "Запись к врачу", mode, [portal.ADDRESS], list(REGISTRY))
    named = Certificate(certificate_hash, certificate.decode())
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as db:
        await seed_demo(db, datetime.now(UTC))
        await register(db, client, [named])


@asynccontextmanager
async def at_esia(esia: Litestar) -> AsyncIterator[Browser]:
    """A browser at the stand-in."""
    transport = httpx.ASGITransport(esia)  # type: ignore[arg-type]
    async with Browser(transport=transport, base_url=ESIA) as browser:
        yield browser


async def bring_back(client: httpx.AsyncClient, esia: Litestar, login: str) -> dict[str, str]:
    """From the portal's link through ЕСИА: what the browser is about to bring to the portal."""
    start = await client.get("/signin/esia?next=/appointments")
    async with at_esia(esia) as browser:
        answer = await browser.sign_on(start.headers["location"], login)
    back = urlsplit(answer.headers["location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == f"{portal.ADDRESS}/signin/done"
    return {name: values[0] for name, values in parse_qs(back.query).items()}


async def sign_in(client: httpx.AsyncClient, esia: Litestar, login: str) -> httpx.Response:
    """From the portal's link through ЕСИА to the portal's answer."""
    back = await bring_back(client, esia, login)
    return await portal.come_back(client, back)
