"""The portal over a fresh database, with an ЕСИА of the tests' own."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from litestar import Litestar

from registratura_ground import embedded
from registratura_ground.signing import rsa_certificate_hash
from registratura_standins.esia.app import create_app
from registratura_standins.esia.settings import Settings
from tests.given import databases, portal
from tests.given.provider import Provider
from tests.sign_on import stand_in


@pytest.fixture
async def app(database_url: str) -> AsyncIterator[Litestar]:
    """The application, started."""
    async with portal.running(portal.settings(database_url)) as app:
        yield app


@pytest.fixture
def provider(app: Litestar) -> Provider:
    """The ЕСИА that answers `app`."""
    provider = Provider()
    provider.serve(app)
    return provider


@pytest.fixture
async def maria(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """Мария's browser; she has never been here."""
    async with portal.browser(app) as client:
        yield client


@pytest.fixture(scope="session")
def esia_of_the_portal(server: embedded.Server) -> str:
    """Name of a stand-in's database that knows the portal, for copying."""
    name = "esia_for_portal"
    server.ensure_role("esia")
    server.ensure_database(name, "esia")
    certificate = (portal.keys() / "registratura.crt").read_bytes()
    named = rsa_certificate_hash(certificate)
    asyncio.run(stand_in.fill(server.url(name, "esia"), "rsa", named, certificate))
    return name


@pytest.fixture
async def esia(
    server: embedded.Server, esia_of_the_portal: str, app: Litestar
) -> AsyncIterator[Litestar]:
    """The stand-in with its demo accounts; it knows the portal, and the portal asks it."""
    with databases.copied(server, esia_of_the_portal, "esia") as name:
        configured = Settings(
            database_url=server.url(name, "esia"),
            key_file=portal.keys() / "esia.key",
            certificate_file=portal.keys() / "esia.crt",
        )
        made = create_app(configured)
        async with portal.alive(made):
            transport = httpx.ASGITransport(made)  # type: ignore[arg-type]
            app.state.esia = replace(app.state.esia, http=httpx.AsyncClient(transport=transport))
            yield made
