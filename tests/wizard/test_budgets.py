"""What a page may ask of the database: how many statements; none reads a big table whole."""

from datetime import UTC, datetime
from uuid import uuid4

import httpx
import psycopg
import pytest
from litestar import Litestar
from psycopg.rows import tuple_row

from registratura.db import Connection, Pool
from registratura_ground import embedded
from tests.given import people, portal, region
from tests.given.plans import grow, whole_reads
from tests.given.trips import counted
from tests.wizard.test_wizard import own_id

_BEGINNING_AND_END = 2


@pytest.fixture
def trips(maria: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that goes over a connection, after Мария has signed in."""
    return counted(monkeypatch)


async def paths(db: Connection) -> dict[str, str]:
    """Pages by their names."""
    clinic = (await region.departments(db))["adult"]
    post = await region.post(db, "therapist")
    return {
        "home": "/",
        "clinics": "/clinics",
        "positions": f"/clinics/{clinic}",
        "doctors": f"/clinics/{clinic}/110",
        "times": f"/doctors/{post}",
        "cabinet": "/appointments",
        "messages": "/messages",
        "own data": "/profile",
    }


BUDGETS = {
    "home": 2,
    "clinics": 3,
    "positions": 6,
    "doctors": 5,
    "times": 5,
    "cabinet": 4,
    "messages": 4,
    "own data": 12,  # who has access to what is each a list
}


@pytest.mark.parametrize("name", list(BUDGETS))
async def test_a_page_asks_no_more_than_its_budget(
    maria: httpx.AsyncClient, db: Connection, trips: list[str], name: str
) -> None:
    path = (await paths(db))[name]
    await maria.get(path)  # the first look at a page in a minute is noted
    trips.clear()
    assert (await maria.get(path)).status_code == 200
    assert len(trips) <= BUDGETS[name], (len(trips), trips)


async def test_a_booking_by_the_form_asks_no_more_than_its_budget(
    maria: httpx.AsyncClient, db: Connection, trips: list[str]
) -> None:
    form = {"patient": str(await own_id(db)), "slot": str(await region.free_slot(db))}
    await portal.submit(maria, "/patient", {"patient": form["patient"], "next": "/"}, "/profile")
    form["_csrf_token"] = next(
        text.split('"')[0]
        for text in (await maria.get("/profile")).text.split('_csrf_token" value="')[1:]
    )
    trips.clear()
    answer = await maria.post("/appointments", data={**form, "key": str(uuid4())})
    assert answer.status_code == 303, answer.text
    assert len(trips) <= 2 + 3 + _BEGINNING_AND_END, trips  # who, for whom; claim, ask, write


async def plans_of_bookings(pool: Pool) -> list[str]:
    """The plans of the statements that lock what a booking needs."""
    plans = []
    held = [await pool.getconn() for _ in range(pool.get_stats()["pool_size"])]
    for db in held:
        async with db.cursor(row_factory=tuple_row) as cursor:
            await cursor.execute(
                """
                select name, cardinality(parameter_types) from pg_prepared_statements
                where statement like '%in_the_way%'
                """,
                prepare=False,
            )
            for name, number in await cursor.fetchall():
                nulls = ", ".join(["null"] * number)
                await cursor.execute(f"explain execute {name}({nulls})".encode(), prepare=False)
                plans.append("\n".join(row[0] for row in await cursor.fetchall()))
    for db in held:
        await pool.putconn(db)
    assert plans
    return plans


async def test_no_page_reads_a_big_table_whole(
    app: Litestar,
    maria: httpx.AsyncClient,
    db: Connection,
    server: embedded.Server,
    database: str,
) -> None:
    await people.relative(db, await people.account(db), now=datetime.now(UTC))
    for path in (await paths(db)).values():
        assert (await maria.get(path)).status_code == 200
    form = {"patient": str(await own_id(db)), "slot": str(await region.free_slot(db))}
    held = await portal.submit(maria, "/holds", form, "/profile")
    assert held.status_code == 303
    assert (await maria.get(held.headers["location"])).status_code == 200
    booked = await portal.submit(
        maria, "/appointments", {**form, "key": str(uuid4())}, seen_on="/profile"
    )
    ticket = booked.headers["location"]
    assert (await maria.get(ticket)).status_code == 200
    cancelled = await portal.submit(maria, f"{ticket}/cancel", {}, seen_on="/profile")
    assert cancelled.status_code == 303, cancelled.text
    big = grow(server, database)
    assert big >= {"person", "slot", "appointment", "event", "account", "web_session", "relative"}
    assert await whole_reads(app.state.pool, big) == {}
    for plan in await plans_of_bookings(app.state.pool):
        lines = plan.splitlines()
        holds = [it for it, line in enumerate(lines) if "held" in line and "Index Scan" in line]
        assert len(holds) >= 3
        assert all("Index Cond" in lines[it + 1] for it in holds), plan


async def test_without_its_index_a_table_would_be_read_whole(
    app: Litestar,
    maria: httpx.AsyncClient,
    db: Connection,
    server: embedded.Server,
    database: str,
) -> None:
    assert (await maria.get((await paths(db))["times"])).status_code == 200
    with psycopg.connect(server.url(database, "postgres"), autocommit=True) as admin:
        admin.execute("drop index consent_account")
    found = await whole_reads(app.state.pool, grow(server, database))
    assert {"consent"} in found.values()
