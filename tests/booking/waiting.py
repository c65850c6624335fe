"""A write that waits for a time somebody else has locked, and what happens meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import psycopg

from registratura.db import Connection, execute, value
from registratura.refusal import Refusal

Act = Callable[[Connection], Awaitable[object]]


@asynccontextmanager
async def locked(url: str, *slots: UUID) -> AsyncIterator[Connection]:
    """The times are in another's hands until the end of the block."""
    own: Connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
    async with own, own.transaction():
        await execute(
            own,
            "select from slot where id = any(%(slots)s) order by id for no key update",
            slots=list(slots),
        )
        yield own


async def answer(url: str, act: Act) -> str:
    """On a connection of its own: «done», or the refusal's name."""
    own: Connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
    async with own:
        try:
            await act(own)
        except Refusal as refusal:
            return type(refusal).__name__
        return "done"


async def until_waiting(db: Connection, many: int = 1) -> None:
    """Until so many statements of this database wait for a lock."""
    for _ in range(500):
        await execute(db, "select pg_stat_clear_snapshot()")  # within a transaction it is read once
        waiting = await value(
            db,
            """
            select count(*) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'
            """,
        )
        if waiting >= many:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")


async def while_waiting(db: Connection, url: str, slots: list[UUID], act: Act, then: Act) -> str:
    """The answer to `act`, which waited for the times while `then` was done from first to last."""
    async with locked(url, *slots):
        acting = asyncio.create_task(answer(url, act))
        await until_waiting(db)
        async with asyncio.timeout(10):
            await then(db)
        assert not acting.done()
    return await acting


@asynccontextmanager
async def stopped_at(owner_url: str, verb: str, table: str) -> AsyncIterator[None]:
    """Whoever inserts or updates a row of the table stands still there until the block ends."""
    async with await psycopg.AsyncConnection.connect(owner_url, autocommit=True) as owner:
        await owner.execute(
            f"""
            create function stop() returns trigger language plpgsql as $$ begin
                perform pg_advisory_xact_lock_shared(1);
                return new;
            end $$;
            create trigger stop before {verb} on {table}
            for each row execute function stop()
            """  # type: ignore[arg-type]
        )
        await owner.execute("select pg_advisory_lock(1)")
        yield
