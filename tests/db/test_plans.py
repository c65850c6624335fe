"""What a connection has planned outlives a refusal."""

import psycopg
import pytest

from registratura.db import Connection, Pool, execute, value

_MINE = "select 1 / %(by)s::int as plans_outlive_a_rollback"


async def _prepared(db: Connection) -> int:
    found: int = await value(
        db,
        "select count(*) from pg_prepared_statements "
        "where statement like '%%plans_outlive_a_rollback' and statement not like '%%count%%'",
    )
    return found


async def test_a_rolled_back_transaction_leaves_its_plans(pool: Pool) -> None:
    async with pool.connection() as db:
        async with db.transaction(force_rollback=True):
            await value(db, _MINE, by=1)
        assert await _prepared(db) == 1


async def test_a_statement_that_fails_at_first_is_prepared_once(pool: Pool) -> None:
    async with pool.connection() as db:
        for _ in range(3):
            with pytest.raises(psycopg.errors.DivisionByZero):
                async with db.transaction():
                    await value(db, _MINE, by=0)
        assert await _prepared(db) == 1


async def test_a_plan_of_a_table_that_was_made_anew_still_serves(pool: Pool) -> None:
    """psycopg forgets at a rollback for the sake of this; PostgreSQL looks the name up again."""
    async with pool.connection() as db:
        for number in (1, 2):
            async with db.transaction(force_rollback=True):
                await execute(db, "create temp table passing as select 1 as it")
                assert await value(db, "select it + %(more)s::int from passing", more=number)
