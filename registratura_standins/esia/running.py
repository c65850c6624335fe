"""How a command does its work: on the stand-in's database, its faults told in one sentence."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import psycopg

from registratura_ground.refused import Refused
from registratura_standins.esia.database import Connection, migrate
from registratura_standins.esia.own_database import open_database
from registratura_standins.esia.settings import Settings, read_settings

Work = Callable[[Connection], Awaitable[None]]


def on_database(work: Work) -> None:
    """Migrate the configured database, and do the work on it. Refuses one that does not answer."""
    settings = read_settings()
    with open_database(settings) as url:
        on_settings(replace(settings, database_url=url), work)


def on_settings(settings: Settings, work: Work) -> None:
    """The same where the database is known already."""
    try:
        asyncio.run(_do(settings.database_url, work))
    except psycopg.Error as fault:
        reason = str(fault).strip().partition("\n")[0]
        raise Refused(f"База данных стенда (ESIA_DATABASE_URL) не отвечает: {reason}") from fault


async def nothing(_: Connection) -> None:
    """For a command that only migrates."""


async def _do(url: str, work: Work) -> None:
    await migrate(url)
    connection: Connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
    async with connection:
        await work(connection)
