"""Statuses are pushed from the small region, at noon of a Wednesday, by the worker's own jobs."""

from collections.abc import Iterator

import pytest

from registratura.db import Connection, Pool
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura.settings import Settings
from registratura_ground import embedded
from tests.federal_push.pushing import Registry
from tests.given import databases, federal, people, portal, visits
from tests.given.federation import Federation
from tests.given.people import NOW


@pytest.fixture(scope="session")
def template(server: embedded.Server, template: str) -> str:
    """The migrated database with the region in it: what these tests copy."""
    return databases.with_a_region(server, template, f"{template}_push", NOW, federal.enrich)


@pytest.fixture
def federation() -> Iterator[Federation]:
    """The federal side, listening."""
    federation = Federation()
    yield federation
    federation.stop()


@pytest.fixture
def settings(database_url: str, federation: Federation) -> Settings:
    """A registry that pushes there."""
    return portal.settings(
        database_url,
        federal_status_url=f"{federation.url}/fer/status",
        federal_list_url=f"{federation.url}/fer/statuses",
        federal_rmis_id="conc-00040-rmis",
        federal_status_seconds=0.5,
    )


@pytest.fixture
def registry(db: Connection, pool: Pool, settings: Settings) -> Registry:
    """The registry and its worker."""
    return Registry(db, pool, settings)


@pytest.fixture
async def maria(db: Connection) -> Account:
    """Мария, signed in."""
    return await people.account(db)


@pytest.fixture
async def petr(db: Connection, maria: Account) -> Patient:
    """Пётр, declared by Мария."""
    link = await people.relative(db, maria)
    return await visits.patient(db, maria, link.person_id)
