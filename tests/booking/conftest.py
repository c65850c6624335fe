"""The engine's tests run in the small region, at noon of a Wednesday."""

import asyncio

import psycopg
import pytest
from psycopg import sql

from registratura.db import Connection
from registratura.db.migrate import ROLES
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura_ground import embedded
from tests.given import people, region, visits

OWNER, APPLICATION = ROLES


@pytest.fixture(scope="session")
def template(server: embedded.Server, template: str) -> str:
    """The migrated database with the small region in it: what these tests copy."""
    name = f"{template}_with_a_region"
    copy = sql.SQL("create database {} template {} owner {}")
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute(copy.format(*map(sql.Identifier, (name, template, OWNER))))

    async def fill() -> None:
        url = server.url(name, APPLICATION)
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as db:
            await region.region(db)

    asyncio.run(fill())
    return name


@pytest.fixture
async def maria(db: Connection) -> Account:
    """Мария, signed in."""
    return await people.account(db)


@pytest.fixture
async def petr(db: Connection, maria: Account) -> Patient:
    """Пётр, declared by Мария: the region's card, found by name, birth date and policy."""
    link = await people.relative(db, maria)
    return await visits.patient(db, maria, link.person_id)
