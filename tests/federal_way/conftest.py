"""The registry over the small region, and the federal portal that talks to its gateway."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from litestar import Litestar

from registratura_ground import embedded
from registratura_standins.gosuslugi.settings import Settings
from tests.federal_way.line import line_to
from tests.given import databases, portal
from tests.given import federal as given_federal
from tests.gosuslugi_standin.conftest import (  # noqa: F401 - fixtures of the federal portal
    federal_database_url,
    federal_db,
    federal_keys,
    federal_settings,
    gosuslugi_template,
)
from tests.gosuslugi_standin.federal import running


@pytest.fixture(scope="session")
def template(server: embedded.Server, template: str) -> str:
    """The migrated database with the region in it: what these tests copy."""
    name = f"{template}_federal_way"
    now = datetime.now(UTC)
    return databases.with_a_region(server, template, name, now, given_federal.enrich)


@pytest.fixture
async def registry(database_url: str) -> AsyncIterator[Litestar]:
    """The registry over the region, its gateway included."""
    async with portal.running(portal.settings(database_url)) as app:
        yield app


@pytest.fixture
async def federal(
    federal_settings: Settings,  # noqa: F811
    registry: Litestar,
) -> AsyncIterator[Litestar]:
    """The federal portal, the real region behind it."""
    async with running(federal_settings, line_to(registry)) as app:
        yield app
