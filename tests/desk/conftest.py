"""The portal and its desk over a fresh database: a clinic, its registrar, a child of the clinic."""

from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from registratura.db import Connection
from registratura.people.accounts import Account
from registratura.people.relatives import Relative
from tests.desk.work import at_work
from tests.given import people, portal, staff
from tests.given.staff import OLGA


@pytest.fixture
async def app(database_url: str) -> AsyncIterator[Litestar]:
    """The application, started."""
    async with portal.running(portal.settings(database_url)) as app:
        yield app


@pytest.fixture
async def clinic(db: Connection) -> UUID:
    """The clinic that Пётр is attached to."""
    return await people.attachment(db, await people.card(db), date(2020, 1, 1))


@pytest.fixture
async def maria(db: Connection) -> Account:
    """Мария, who has signed in before."""
    return await people.account(db)


@pytest.fixture
async def link(db: Connection, clinic: UUID, maria: Account) -> Relative:
    """Пётр, declared by Мария."""
    return await people.relative(db, maria)


@pytest.fixture
async def olga(app: Litestar, db: Connection, clinic: UUID) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of the clinic's registrar, at work."""
    await staff.grant(db, OLGA, department_id=clinic)
    async with at_work(app, OLGA) as client:
        yield client
