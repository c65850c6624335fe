"""The federal portal on a database of its own, a region that says what it is told, browsers."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from litestar import Litestar

from registratura_ground import embedded
from registratura_ground.signing import keep_rsa_identity
from registratura_standins.gosuslugi import database, settings
from tests.esia_standin.conftest import *  # noqa: F403 - the ЕСИА that is signed in by
from tests.given import databases
from tests.gosuslugi_standin.federal import REGION, running
from tests.gosuslugi_standin.scripted import ScriptedRegion

TEMPLATE = "gosuslugi_template"


@pytest.fixture(scope="session")
def federal_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys of the portal and of the ЕСИА that it believes."""
    folder = tmp_path_factory.mktemp("gosuslugi_keys")
    keep_rsa_identity(folder / "esia.key", folder / "esia.crt", "ESIA demo")
    return folder


@pytest.fixture(scope="session")
def gosuslugi_template(server: embedded.Server) -> str:
    """Name of a migrated database, for copying."""
    server.ensure_role("gosuslugi")
    server.ensure_database(TEMPLATE, "gosuslugi")
    asyncio.run(database.migrate(server.url(TEMPLATE, "gosuslugi")))
    return TEMPLATE


@pytest.fixture
def federal_database_url(server: embedded.Server, gosuslugi_template: str) -> Iterator[str]:
    """Address of a fresh copy; dropped after the test."""
    with databases.copied(server, gosuslugi_template, "gosuslugi") as name:
        yield server.url(name, "gosuslugi")


@pytest.fixture
def federal_settings(federal_database_url: str, federal_keys: Path) -> settings.Settings:
    """settings.Settings of the portal under test."""
    return settings.Settings(
        database_url=federal_database_url,
        esia_certificate_file=federal_keys / "esia.crt",
        key_file=federal_keys / "gosuslugi.key",
        certificate_file=federal_keys / "gosuslugi.crt",
        status_basic=":".join(REGION),
        patience=30,  # however busy the machine is
    )


@pytest.fixture
async def federal_db(federal_database_url: str) -> AsyncIterator[database.Connection]:
    """A connection to the portal's database."""
    db: database.Connection = await psycopg.AsyncConnection.connect(
        federal_database_url, autocommit=True
    )
    async with db:
        yield db


@pytest.fixture
def region() -> ScriptedRegion:
    """The region of this test."""
    return ScriptedRegion()


@pytest.fixture
async def federal(
    federal_settings: settings.Settings, region: ScriptedRegion
) -> AsyncIterator[Litestar]:
    """The portal, running, with the scripted region behind it."""
    async with running(federal_settings, region.transport) as app:
        yield app
