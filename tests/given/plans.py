"""Plans of the statements that connections keep, chosen as for a large region.

The tables are told to be large, so that the planner chooses as it would there.
"""

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from registratura.db import Pool
from registratura_ground import embedded

BIG = (  # tables that grow with the region's people and with the years
    *("person", "policy", "attachment", "account", "relative", "consent", "web_session"),
    *("slot", "session", "quota", "appointment", "idempotency_key", "event", "notice"),
    *("outbox", "referral", "referral_use", "post", "schedule_template", "federal_session"),
)


def grow(server: embedded.Server, database: str) -> set[str]:
    """The statistics of a large region; the tables that have rows, so that they count.

    A million rows stand behind each page of a table; what was planned before is planned anew.
    """
    with psycopg.connect(server.url(database, "postgres"), autocommit=True) as db:
        for table in BIG:
            db.execute(f"alter table {table} set (autovacuum_enabled = off)".encode())
        db.execute("analyze")  # how many different values a column holds
        grown = db.execute(
            """
            update pg_class set relpages = 1, reltuples = 1e6
            where relname = any(%s) and pg_relation_size(oid) > 0 returning relname
            """,
            [list(BIG)],
        )
        return {row[0] for row in grown.fetchall()}


def scanned(plan: dict[str, Any]) -> Iterator[str]:
    """The tables that a plan reads from end to end."""
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for below in plan.get("Plans", ()):
        yield from scanned(below)


async def whole_reads(pool: Pool, big: set[str]) -> dict[str, set[str]]:
    """The prepared statements of the pool's connections that read a big table whole."""
    found = {}
    held = [await pool.getconn() for _ in range(pool.get_stats()["pool_size"])]
    for db in held:
        async with db.cursor(row_factory=tuple_row) as cursor:
            await cursor.execute(
                """
                select name, statement, cardinality(parameter_types)
                from pg_prepared_statements where statement ~* '^[[:space:]]*(select|with|update)'
                """
            )
            for name, statement, number in await cursor.fetchall():
                nulls = f"({', '.join(['null'] * number)})" if number else ""
                await cursor.execute(
                    f"explain (format json) execute {name}{nulls}".encode(), prepare=False
                )
                [[told]] = await cursor.fetchall()
                tables = big.intersection(scanned(told[0]["Plan"]))
                if tables:
                    found[" ".join(statement.split())] = tables
    for db in held:
        await pool.putconn(db)
    return found
