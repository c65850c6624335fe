"""The engine's tests run in the small region, at noon of a Wednesday."""

import pytest

from registratura.db import Connection
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura_ground import embedded
from tests.given import databases, people, visits
from tests.given.people import NOW


@pytest.fixture(scope="session")
def template(server: embedded.Server, template: str) -> str:
    """The migrated database with the small region in it: what these tests copy."""
    return databases.with_a_region(server, template, f"{template}_noon", NOW)


@pytest.fixture
async def maria(db: Connection) -> Account:
    """Мария, signed in."""
    return await people.account(db)


@pytest.fixture
async def petr(db: Connection, maria: Account) -> Patient:
    """Пётр, declared by Мария: the region's card, found by name, birth date and policy."""
    link = await people.relative(db, maria)
    return await visits.patient(db, maria, link.person_id)
