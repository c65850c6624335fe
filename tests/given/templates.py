"""Databases that tests copy: the migrated one, with a region in it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import psycopg
from psycopg import sql

from registratura.db import Connection
from registratura.db.migrate import ROLES
from registratura_ground import embedded
from tests.given import region

OWNER, APPLICATION = ROLES


def with_a_region(
    server: embedded.Server,
    template: str,
    name: str,
    now: datetime,
    more: Callable[[Connection, datetime], Awaitable[None]] | None = None,
) -> str:
    """A copy of `template` with the small region in it, its days opened from `now`, and `more`."""
    copy = sql.SQL("create database {} template {} owner {}")
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute(copy.format(*map(sql.Identifier, (name, template, OWNER))))

    async def fill() -> None:
        url = server.url(name, APPLICATION)
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as db:
            await region.region(db, now)
            if more is not None:
                await more(db, now)

    asyncio.run(fill())
    return name
