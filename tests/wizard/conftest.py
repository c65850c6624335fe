"""The pages of booking run over the small region, at the moment of the real clock."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
from litestar import Litestar

from registratura.db import Connection
from registratura_ground import embedded
from tests.given import databases, people, portal


@pytest.fixture(scope="session")
def template(server: embedded.Server, template: str) -> str:
    """The migrated database with the small region in it: what these tests copy."""
    return databases.with_a_region(server, template, f"{template}_today", datetime.now(UTC))


@pytest.fixture
async def app(db: Connection, database_url: str) -> AsyncIterator[Litestar]:
    """The portal over the small region, its days opened from the real today."""
    async with portal.running(portal.settings(database_url)) as started:
        yield started


@pytest.fixture
async def maria(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """Мария's browser, signed in."""
    async with await portal.signed_in(app, people.MARIA) as client:
        yield client
