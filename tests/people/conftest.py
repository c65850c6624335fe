"""A second connection, for two tabs of one person."""

from collections.abc import AsyncIterator

import psycopg
import pytest

from registratura.db import Connection


@pytest.fixture
async def another_db(database_url: str, db: Connection) -> AsyncIterator[Connection]:
    """One more connection to the test's database, as the application opens them."""
    connection: Connection = await psycopg.AsyncConnection.connect(database_url, autocommit=True)
    async with connection:
        yield connection
