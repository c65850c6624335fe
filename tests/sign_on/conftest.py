"""The portal over a fresh database, with an ЕСИА of the tests' own."""

from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar

from tests.given import portal
from tests.given.provider import Provider


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
