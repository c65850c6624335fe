"""Plans of the booking's statements: made once for a connection."""

from psycopg.rows import tuple_row

from registratura.db import Connection, Pool
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import region
from tests.given.visits import book


async def test_a_booking_is_planned_once_for_a_connection(
    pool: Pool, db: Connection, maria: Account, petr: Patient
) -> None:
    slots = [(await region.free(db, "area-doctor"))[0], (await region.free(db, "ent"))[9]]
    async with pool.connection() as own:
        for slot in slots:
            await book(own, maria, petr, slot.slot_id)
        async with own.cursor(row_factory=tuple_row) as cursor:
            await cursor.execute(
                """
                select statement, generic_plans, custom_plans from pg_prepared_statements
                where statement like '%insert into appointment%'
                   or statement like '%for no key update%'
                """
            )
            found = await cursor.fetchall()
    assert len(found) >= 3
    assert [custom for _, _, custom in found] == [0] * len(found)
    assert max(generic for _, generic, _ in found) == 2
