"""Six verbs over a psycopg connection; SQL stands in the function that needs it.

Names of parameters become numbers here, once for a statement: psycopg would read each statement
of more than four kilobytes anew at every call, and ours that lock and ask are longer.
"""

import dataclasses
import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg.rows import AsyncRowFactory, RowMaker, args_row, class_row, dict_row, tuple_row
from psycopg_pool import AsyncConnectionPool

Row = TypeVar("Row")
Connection = psycopg.AsyncConnection[Any]
Pool = AsyncConnectionPool[Connection]
Parameters = Mapping[str, object]


async def find(
    db: Connection, shape: type[Row], sql: LiteralString, **parameters: object
) -> Row | None:
    """The row as a `shape`, or None. Raises `ValueError` if the query gives more than one."""
    found = await rows(db, shape, sql, **parameters)
    if len(found) > 1:
        raise ValueError(f"expected one {shape.__name__}, the query gave {len(found)}")
    return found[0] if found else None


async def one(db: Connection, shape: type[Row], sql: LiteralString, **parameters: object) -> Row:
    """The row as a `shape`. Raises `LookupError` where there is none."""
    found = await find(db, shape, sql, **parameters)
    if found is None:
        raise LookupError(f"no {shape.__name__}")
    return found


async def rows(
    db: Connection, shape: type[Row], sql: LiteralString, **parameters: object
) -> list[Row]:
    """Every row as a `shape`, in the order of the query."""
    made = _shaped(shape)  # type: ignore[arg-type]  # the checker takes no class for a cache's key
    async with psycopg.AsyncRawCursor(db, row_factory=made) as cursor:
        await cursor.execute(*numbered(sql, parameters))
        return await cursor.fetchall()


@lru_cache(maxsize=1000)
def _shaped(shape: type[Row]) -> AsyncRowFactory[Row]:
    """Each row as a `shape`: by position where the columns stand as its fields do, which is three
    times as fast as by name, and long lists are many rows."""
    known = dataclasses.fields(shape) if dataclasses.is_dataclass(shape) else ()
    fields = [it.name.encode() for it in known]
    by_position, by_name = args_row(shape), class_row(shape)

    def factory(cursor: psycopg.AsyncCursor[Any]) -> RowMaker[Row]:
        told = cursor.pgresult
        columns = [told.fname(it) for it in range(told.nfields)] if told else []
        return (by_position if columns == fields[: len(columns)] else by_name)(cursor)

    return factory


async def records(db: Connection, sql: LiteralString, **parameters: object) -> list[dict[str, Any]]:
    """Every row by its columns' names, where several shapes stand in one."""
    async with psycopg.AsyncRawCursor(db, row_factory=dict_row) as cursor:
        await cursor.execute(*numbered(sql, parameters))
        return await cursor.fetchall()


async def value(db: Connection, sql: LiteralString, **parameters: object) -> Any:
    """The first column of the only row, or None."""
    async with psycopg.AsyncRawCursor(db, row_factory=tuple_row) as cursor:
        await cursor.execute(*numbered(sql, parameters))
        row = await cursor.fetchone()
        return row[0] if row else None


async def execute(db: Connection, sql: LiteralString, **parameters: object) -> int:
    """Run a statement; the number of rows it touched."""
    async with psycopg.AsyncRawCursor(db) as cursor:
        await cursor.execute(*numbered(sql, parameters))
        return cursor.rowcount


def checked(parameters: Parameters) -> Parameters:
    """The parameters of a statement. Raises `ValueError` naming a moment without a zone.

    PostgreSQL would take it for one of the connection's zone, and nobody would see the fault.
    """
    for name, given in parameters.items():
        if isinstance(given, datetime) and given.tzinfo is None:
            raise ValueError(f"{name}: a datetime without a zone")
    return parameters


def numbered(sql: LiteralString, parameters: Parameters) -> tuple[bytes, list[object]]:
    """The statement with `$1` for `%(name)s`, and its parameters in that order.

    Raises `KeyError` naming a parameter that is not given.
    """
    text, names = _numbered(sql)
    given = checked(parameters)
    return text, [given[name] for name in names]


_NAMED = re.compile(r"%\((\w+)\)s|%%")


@lru_cache(maxsize=2048)
def _numbered(sql: str) -> tuple[bytes, tuple[str, ...]]:
    names: dict[str, int] = {}

    def put(found: re.Match[str]) -> str:
        return f"${names.setdefault(found[1], len(names) + 1)}" if found[1] else "%"

    return _NAMED.sub(put, sql).encode(), tuple(names)
