"""An empty table is filled by its owner without what is made afterwards: nothing else changes."""

from collections.abc import AsyncIterator, Awaitable, Callable

import psycopg
import pytest

from registratura.db import Connection, execute, value
from registratura.db.filling import filling
from tests.given.databases import standing

PETR, ANNA, CLINIC, NOBODY = (f"00000000-0000-7000-8000-00000000000{it}" for it in range(4))


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[Connection]:
    """A connection of the tables' owner to a registry of two cards and a clinic."""
    connection: Connection = await psycopg.AsyncConnection.connect(owner_url, autocommit=True)
    async with connection:
        await execute(
            connection,
            """
            with hospital as (
                insert into organisation (code, oid, name, short_name)
                values ('hospital', '1', 'Больница', 'Больница') returning id
            ), clinic as (
                insert into department (id, code, organisation_id, oid, name, address, ages)
                select %(clinic)s, 'clinic', id, '2', 'Поликлиника', 'Калуга', 'all' from hospital
            )
            insert into person (id, last_name, first_name, birth_date, sex, created_at)
            select id, 'Иванов', 'Пётр', date '2015-01-01', 'M', timestamptz '2026-11-25 09:00Z'
            from unnest(%(people)s::uuid[]) as id
            """,
            clinic=CLINIC,
            people=[PETR, ANNA],
        )
        yield connection


async def attach(db: Connection, person: str = PETR, since: str = "2020-01-01") -> None:
    await execute(
        db,
        """
        insert into attachment (person_id, department_id, valid_from)
        values (%(person)s, %(clinic)s, %(since)s::date)
        """,
        person=person,
        clinic=CLINIC,
        since=since,
    )


async def fill(
    db: Connection, *people: str, then: Callable[[], Awaitable[None]] | None = None
) -> None:
    """All on the same day, and whatever happens before the end."""
    async with filling(db, "attachment"):
        for person in people:
            await attach(db, person)
        if then is not None:
            await then()


async def rule_stands(db: Connection) -> bool:
    return await value(db, _RULE) == 1


_RULE = """
    select count(*) from pg_constraint where conname = 'one_attachment_of_a_kind_at_a_time'
"""


async def test_afterwards_everything_stands_as_it_did(owner: Connection) -> None:
    before = await standing(owner)
    async with filling(owner, "attachment"):
        assert not await rule_stands(owner)
        await attach(owner)
    assert await standing(owner) == before
    with pytest.raises(psycopg.errors.ExclusionViolation):
        await attach(owner, since="2021-01-01")


async def test_a_row_that_breaks_a_rule_is_refused_at_the_end(owner: Connection) -> None:
    before = await standing(owner)
    with pytest.raises(psycopg.errors.ExclusionViolation):
        await fill(owner, PETR, ANNA, PETR)
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        await fill(owner, PETR, NOBODY)
    assert await standing(owner) == before
    assert await value(owner, "select count(*) from attachment") == 0


async def test_a_connection_that_dies_meanwhile_leaves_everything_as_it_stood(
    owner: Connection, owner_url: str
) -> None:
    before = await standing(owner)
    dying: Connection = await psycopg.AsyncConnection.connect(owner_url, autocommit=True)

    async def killed() -> None:
        assert not await rule_stands(dying)
        kill = "select pg_terminate_backend(%(it)s, 5000)"
        assert await value(owner, kill, it=dying.info.backend_pid)

    with pytest.raises(psycopg.OperationalError):
        await fill(dying, PETR, then=killed)
    assert await standing(owner) == before
    assert await value(owner, "select count(*) from attachment") == 0


async def test_a_table_with_rows_keeps_its_rules(owner: Connection) -> None:
    await attach(owner)
    async with filling(owner, "attachment"):
        assert await rule_stands(owner)
        await attach(owner, person=ANNA)


async def test_the_applications_role_changes_no_table(owner: Connection, db: Connection) -> None:
    async with filling(db, "attachment"):
        assert await rule_stands(db)
        await attach(db)
    with pytest.raises(psycopg.errors.ExclusionViolation):
        await attach(db)
