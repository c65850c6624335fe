"""The portal over a fresh database, and the browsers of the cast."""

from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar

from tests.given import portal
from tests.given.people import MARIA, STRANGER


@pytest.fixture
async def app(database_url: str) -> AsyncIterator[Litestar]:
    """The application, started."""
    async with portal.running(portal.settings(database_url)) as app:
        yield app


@pytest.fixture
async def maria(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """Мария's browser, signed in."""
    async with await portal.signed_in(app, MARIA) as client:
        yield client


@pytest.fixture
async def stranger(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """Чужой's browser, signed in."""
    async with await portal.signed_in(app, STRANGER) as client:
        yield client
