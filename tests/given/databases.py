"""Databases that tests copy: each test gets one of its own, made from a template and dropped."""

import asyncio
import itertools
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from registratura.db import Connection, value
from registratura.db.migrate import ROLES
from registratura_ground import embedded
from tests.given import region

OWNER, APPLICATION = ROLES
_numbers = itertools.count(1)
_administrators: "dict[str, psycopg.Connection[Any]]" = {}


# Copying files takes a third of the time of writing pages. A standby that died may copy them
# again, from a template that has changed since: who has one writes pages.
FILES, PAGES = "file_copy", "wal_log"


def copy(
    server: embedded.Server, template: str, name: str, owner: str = OWNER, by: str = FILES
) -> None:
    """A database like the template, `by` copying its files or writing its pages."""
    statement = sql.SQL("create database {} template {} owner {} strategy {}")
    names = map(sql.Identifier, (name, template, owner, by))
    administrator(server).execute(statement.format(*names))


def administrator(server: embedded.Server) -> "psycopg.Connection[Any]":
    """One connection for all copies of a server: making two for each costs as much as the copy."""
    url = server.admin_url
    if url not in _administrators or not _answers(_administrators[url]):
        _administrators[url] = psycopg.connect(url, autocommit=True)
    return _administrators[url]


def leave(server: embedded.Server) -> None:
    """Give that connection back: the server is about to stop."""
    if (admin := _administrators.pop(server.admin_url, None)) is not None:
        admin.close()


def _answers(db: "psycopg.Connection[Any]") -> bool:
    """Not where a test has killed the server, or its connections."""
    try:
        db.execute("select 1")
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def copied(
    server: embedded.Server, template: str, owner: str = OWNER, by: str = FILES
) -> Iterator[str]:
    """Name of a copy that is dropped afterwards, whoever is still connected to it."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    copy(server, template, name, owner, by)
    yield name
    administrator(server).execute(
        sql.SQL("drop database {} with (force)").format(sql.Identifier(name))
    )


def with_a_region(
    server: embedded.Server,
    template: str,
    name: str,
    now: datetime,
    more: Callable[[Connection, datetime], Awaitable[None]] | None = None,
) -> str:
    """A copy of `template` with the small region in it, its days opened from `now`, and `more`."""
    copy(server, template, name)

    async def fill() -> None:
        url = server.url(name, APPLICATION)
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as db:
            await region.region(db, now)
            if more is not None:
                await more(db, now)

    asyncio.run(fill())
    return name


async def standing(db: Connection) -> list[str]:
    """Every constraint, index and trigger's state of the database, as the catalogue spells it."""
    found = await value(
        db,
        """
        select array_agg(it order by it) from (
            select concat_ws(' ', conrelid::regclass, conname, convalidated,
                             pg_get_constraintdef(oid)) as it
            from pg_constraint where connamespace = 'public'::regnamespace
            union all
            select concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid, indisready)
            from pg_index join pg_class on pg_class.oid = indexrelid
            where relnamespace = 'public'::regnamespace
            union all
            select concat_ws(' ', tgrelid::regclass, tgfoid::regproc, tgenabled, count(*))
            from pg_trigger group by tgrelid, tgfoid, tgenabled
        ) as standing (it)
        """,
    )
    return list(found)
