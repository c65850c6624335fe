"""The API over the small region, and an application of Мария's for herself and Пётр."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from litestar import Litestar

from registratura.db import Connection
from registratura.people import tokens
from registratura.people.accounts import Account
from registratura_ground import embedded
from tests.given import databases, people, portal

API = "/api/v1"


@dataclass
class Application:
    """A program that holds a token; `petr` and `maria` are the patients of its owner."""

    client: httpx.AsyncClient
    owner: Account
    token: str
    maria: UUID
    petr: UUID

    async def get(self, path: str, **query: object) -> httpx.Response:
        return await self.client.get(API + path, params={it: str(to) for it, to in query.items()})

    async def write(
        self, path: str, body: Any = None, *, key: object = None, method: str = "POST"
    ) -> httpx.Response:
        headers = {"Idempotency-Key": str(key or uuid4())}
        sent = None if body is None else {it: str(to) for it, to in body.items()}
        return await self.client.request(method, API + path, json=sent, headers=headers)

    async def book(self, slot: UUID, *, key: object = None, **body: object) -> httpx.Response:
        """Пётр, unless said otherwise."""
        return await self.write(
            "/appointments", {"patient": self.petr, "slot": slot, **body}, key=key
        )


async def application(
    app: Litestar, db: Connection, owner: Account, whom: list[UUID], scope: str = "book"
) -> httpx.AsyncClient:
    """A program with a new token of that owner."""
    wanted = tokens.Wanted("Здоровье", scope, whom, 30)
    token = await tokens.make(
        db, owner.id, wanted, uuid4(), now=datetime.now(UTC), zone=people.ZONE
    )
    client = portal.browser(app)
    client.headers["Authorization"] = f"Bearer {token}"
    return client


@pytest.fixture(scope="session")
def template(server: embedded.Server, template: str) -> str:
    """The migrated database with the small region in it: what these tests copy."""
    return databases.with_a_region(server, template, f"{template}_api", datetime.now(UTC))


@pytest.fixture
async def app(db: Connection, database_url: str) -> AsyncIterator[Litestar]:
    """The registry over the small region, its days opened from the real today."""
    configured = portal.settings(database_url, api_calls_a_minute=100_000)
    async with portal.running(configured) as started:
        yield started


@pytest.fixture
async def robot(app: Litestar, db: Connection) -> AsyncIterator[Application]:
    """Мария's application: reads and books, for herself and for Пётр, whom she declared."""
    await portal.session_of(app, people.MARIA)
    now = datetime.now(UTC)
    maria = await people.account(db, now=now)
    petr = await people.relative(db, maria, now=now)
    client = await application(app, db, maria, [maria.person_id, petr.person_id])
    token = client.headers["Authorization"].removeprefix("Bearer ")
    async with client:
        yield Application(client, maria, token, maria.person_id, petr.person_id)
