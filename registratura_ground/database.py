"""A stand-in's way to its own database: plain SQL to frozen dataclasses, numbered migrations."""

from importlib.resources.abc import Traversable
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg.rows import class_row, tuple_row
from psycopg_pool import AsyncConnectionPool

Row = TypeVar("Row")
Connection = psycopg.AsyncConnection[Any]
Pool = AsyncConnectionPool[Connection]


async def open_pool(url: str, *, most: int = 8) -> Pool:
    """Open a pool of autocommit connections. Refuses with `psycopg.OperationalError`."""
    probe: Connection = await psycopg.AsyncConnection.connect(url, connect_timeout=5)
    await probe.close()  # a broken address is named at once, not after the pool's patience
    pool: Pool = AsyncConnectionPool(
        url, min_size=1, max_size=most, timeout=4.0, open=False, kwargs={"autocommit": True}
    )
    await pool.open()
    return pool


async def find(
    db: Connection, shape: type[Row], sql: LiteralString, **values: object
) -> Row | None:
    """The row as a `shape`, or None. Raises `ValueError` if the query gives more than one."""
    found = await rows(db, shape, sql, **values)
    if len(found) > 1:
        raise ValueError(f"expected one {shape.__name__}, the query gave {len(found)}")
    return found[0] if found else None


async def rows(db: Connection, shape: type[Row], sql: LiteralString, **values: object) -> list[Row]:
    """Every row as a `shape`, in the order of the query."""
    async with db.cursor(row_factory=class_row(shape)) as cursor:
        await cursor.execute(sql, values)
        return await cursor.fetchall()


async def value(db: Connection, sql: LiteralString, **values: object) -> Any:
    """The first column of the only row, or None."""
    async with db.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(sql, values)
        row = await cursor.fetchone()
        return row[0] if row else None


async def execute(db: Connection, sql: LiteralString, **values: object) -> int:
    """Run a statement; the number of rows it touched."""
    async with db.cursor() as cursor:
        await cursor.execute(sql, values)
        return cursor.rowcount


async def migrate(url: str, folder: Traversable, lock: int) -> list[str]:
    """Apply the folder's numbered files that are missing, each in its transaction; their names.

    `lock` is the application's own number: one migration at a time on a database.
    """
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as db:
        await db.execute("select pg_advisory_lock(%s)", (lock,))
        await db.execute("create table if not exists migration (name text primary key)")
        known = {row[0] async for row in await db.execute("select name from migration")}
        files = sorted((item for item in folder.iterdir()), key=lambda item: item.name)
        missing = [file for file in files if file.name.endswith(".sql") and file.name not in known]
        for file in missing:
            async with db.transaction():
                await db.execute(file.read_text(encoding="utf-8").encode())
                await db.execute("insert into migration (name) values (%s)", (file.name,))
        return [file.name for file in missing]
