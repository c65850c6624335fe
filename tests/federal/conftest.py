"""The gateway over the small region with its particulars, at the moment of the real clock."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from litestar import Litestar

from registratura_ground import embedded
from tests.given import databases, federal, portal
from tests.given.federal import Caller


@pytest.fixture(scope="session")
def template(server: embedded.Server, template: str) -> str:
    """The migrated database with the region in it: what these tests copy."""
    name = f"{template}_federal"
    return databases.with_a_region(server, template, name, datetime.now(UTC), federal.enrich)


@pytest.fixture
async def app(database_url: str) -> AsyncIterator[Litestar]:
    """The registry over the region."""
    async with portal.running(portal.settings(database_url)) as started:
        yield started


@pytest.fixture
async def epgu(app: Litestar) -> AsyncIterator[Caller]:
    """The federal portal, with a session that has not begun yet."""
    caller = federal.caller(app)
    async with caller.client:
        yield caller


@pytest.fixture
async def petrs(epgu: Caller) -> Caller:
    """The federal portal, in a session about Пётр."""
    assert (await epgu.identify()).code == "OK"
    return epgu
