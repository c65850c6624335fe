"""The portal over a fresh database."""

from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar

from tests.given import portal


@pytest.fixture
async def app(database_url: str) -> AsyncIterator[Litestar]:
    """The application, started."""
    async with portal.running(portal.settings(database_url)) as app:
        yield app


@pytest.fixture
async def visitor(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that has never been here."""
    async with portal.browser(app) as client:
        yield client
