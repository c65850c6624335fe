"""The real stand-in on a real database, a browser that fills in its forms, and a portal."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx
import psycopg
import pytest
from litestar import Litestar

from registratura_ground import embedded
from registratura_standins.esia.app import create_app
from registratura_standins.esia.clients import Certificate, Client, register
from registratura_standins.esia.database import Connection, migrate
from registratura_standins.esia.demo_accounts import seed_demo
from registratura_standins.esia.provider import Identity, open_identities
from registratura_standins.esia.scopes import REGISTRY
from registratura_standins.esia.settings import Settings
from tests.esia_standin.browser import Browser
from tests.esia_standin.portal import Portal, make_portal
from tests.esia_standin.program import environment, serving
from tests.given import databases

TEMPLATE = "esia_template"
PUBLIC_URL = "http://127.0.0.1:8001"


@pytest.fixture(scope="session")
def esia_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder where the stand-in keeps its key between tests."""
    return tmp_path_factory.mktemp("esia_keys")


@pytest.fixture(scope="session")
def portal() -> Portal:
    """A portal that signs by itself, with no code of ours."""
    return make_portal("REG40", PUBLIC_URL)


@pytest.fixture(scope="session")
def esia_template(server: embedded.Server, portal: Portal) -> str:
    """Name of a migrated database with the demo's accounts and the portal, for copying."""
    server.ensure_role("esia")
    server.ensure_database(TEMPLATE, "esia")
    url = server.url(TEMPLATE, "esia")
    asyncio.run(_fill(url, portal))
    return TEMPLATE


async def _fill(url: str, portal: Portal) -> None:
    await migrate(url)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as db:
        await seed_demo(db, datetime.now(UTC))
        await register(db, registered(portal), [certificate_of(portal)])


@pytest.fixture
def esia_database_url(server: embedded.Server, esia_template: str) -> Iterator[str]:
    """Address of a fresh copy; dropped after the test."""
    with databases.copied(server, esia_template, "esia") as name:
        yield server.url(name, "esia")


@pytest.fixture
def esia_settings(esia_database_url: str, esia_keys: Path) -> Settings:
    """Settings of the stand-in under test."""
    return replace(key_settings(esia_keys), database_url=esia_database_url)


def key_settings(folder: Path) -> Settings:
    """Settings with the keys of this folder and no database."""
    return Settings(
        database_url="",
        public_url=PUBLIC_URL,
        key_file=folder / "esia.key",
        certificate_file=folder / "esia.crt",
    )


@pytest.fixture
async def esia_db(esia_database_url: str) -> AsyncIterator[Connection]:
    """A connection to the stand-in's database."""
    db: Connection = await psycopg.AsyncConnection.connect(esia_database_url, autocommit=True)
    async with db:
        yield db


@pytest.fixture(scope="session")
def esia_identities(esia_keys: Path) -> dict[str, Identity]:
    """Its keys, opened once: GOST takes five runs of `openssl`."""
    return open_identities(key_settings(esia_keys))


@pytest.fixture(scope="session")
def esia_app(esia_keys: Path, esia_identities: dict[str, Identity]) -> Litestar:
    """The application, made once; each test gives it a database of its own."""
    return create_app(key_settings(esia_keys), esia_identities)


@pytest.fixture
async def esia(esia_settings: Settings, esia_app: Litestar) -> AsyncIterator[Litestar]:
    """The stand-in, running on this test's database."""
    esia_app.state.provider = replace(esia_app.state.provider, settings=esia_settings)
    async with alive(esia_app) as app:
        yield app


@asynccontextmanager
async def alive(app: Litestar) -> AsyncIterator[Litestar]:
    """The application between its start and its end."""
    ready, over = asyncio.Event(), asyncio.Event()

    async def run() -> None:
        # In a task of its own: a fixture is left by another task than it was entered.
        async with app.lifespan():
            ready.set()
            await over.wait()

    running = asyncio.create_task(run())
    await asyncio.wait([running, asyncio.create_task(ready.wait())], return_when="FIRST_COMPLETED")
    if running.done():
        running.result()
    yield app
    over.set()
    await running


@pytest.fixture(scope="session")
def running_esia(
    server: embedded.Server, esia_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, dict[str, str]]]:
    """The stand-in as a program of its own, for tests that need a real address: the address, and
    the variables of its commands. What one test leaves there, the next one finds."""
    with databases.copied(server, esia_template, "esia") as name:
        folder = tmp_path_factory.mktemp("running_esia")
        variables = environment(server.url(name, "esia"), folder)
        with serving(variables) as (address, _):
            yield address, variables


@pytest.fixture
async def browser(esia: Litestar) -> AsyncIterator[Browser]:
    """A browser with an empty cookie jar."""
    async with open_browser(esia) as opened:
        yield opened


@pytest.fixture
async def backend(esia: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """The portal's own connection to ЕСИА."""
    async with httpx.AsyncClient(transport=transport_to(esia), base_url=PUBLIC_URL) as opened:
        yield opened


def open_browser(esia: Litestar, public_url: str = PUBLIC_URL) -> Browser:
    """Another browser on the same stand-in."""
    return Browser(transport=transport_to(esia), base_url=public_url)


def transport_to(esia: Litestar) -> httpx.ASGITransport:
    """HTTP without a socket; Litestar's type of a scope is narrower than httpx's."""
    return httpx.ASGITransport(cast(Any, esia))


def registered(portal: Portal, mode: str = "rsa", scopes: tuple[str, ...] = REGISTRY) -> Client:
    """How the stand-in knows the portal."""
    return Client(
        mnemonic=portal.mnemonic,
        name="Регистратура Калужской области",
        purpose="Чтобы записывать вас и ваших детей к врачу, портал получит:",
        mode=mode,
        origins=["http://127.0.0.1:8000"],
        scopes=list(scopes),
    )


def certificate_of(portal: Portal) -> Certificate:
    """The portal's certificate as it is registered."""
    return Certificate(portal.certificate_hash, portal.certificate_pem)
