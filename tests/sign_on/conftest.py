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
from registratura_standins.esia.provider import Provider as EsiaProvider
from registratura_standins.esia.provider import open_provider
from registratura_standins.esia.settings import Settings
from tests.given import apps, databases, portal
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


@pytest.fixture(scope="session")
def provider_of_the_portal() -> EsiaProvider:
    """Its keys, opened once: GOST takes five runs of `openssl`."""
    keys = portal.keys()
    return open_provider(
        Settings("", key_file=keys / "esia.key", certificate_file=keys / "esia.crt"), None
    )


@pytest.fixture
async def esia(
    server: embedded.Server,
    esia_of_the_portal: str,
    provider_of_the_portal: EsiaProvider,
    app: Litestar,
) -> AsyncIterator[Litestar]:
    """The stand-in with its demo accounts; it knows the portal, and the portal asks it."""
    opened = provider_of_the_portal
    with databases.copied(server, esia_of_the_portal, "esia") as name:
        configured = replace(opened.settings, database_url=server.url(name, "esia"))
        provider = replace(opened, settings=configured)

        def make() -> Litestar:
            return create_app(configured, opened.identities)

        with apps.borrowed("ЕСИА of the portal", make, lambda: {"provider": provider}) as made:
            async with portal.alive(made):
                transport = httpx.ASGITransport(made)  # type: ignore[arg-type]
                client = httpx.AsyncClient(transport=transport)
                app.state.esia = replace(app.state.esia, http=client)
                yield made
