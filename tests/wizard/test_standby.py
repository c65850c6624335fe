"""Searches on a real standby: who wrote sees his own write, and a late standby is left alone."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from registratura.db import Connection, execute, rows, value
from registratura.web import standby
from registratura.web.standby import LATEST
from registratura_ground import embedded
from tests.given import databases, people, portal, region
from tests.given.standby import Replica, standing_by
from tests.wizard.test_wizard import form_of


@pytest.fixture(scope="module")
def replica(server: embedded.Server, template: str) -> Iterator[Replica]:
    with standing_by(server) as replica:
        yield replica


@pytest.fixture
def database(server: embedded.Server, template: str, replica: Replica) -> Iterator[str]:
    """Written page by page: a standby that died replays it whatever became of the template."""
    with databases.copied(server, template, by=databases.PAGES) as name:
        yield name


@pytest.fixture
async def app(
    db: Connection, database: str, database_url: str, replica: Replica
) -> AsyncIterator[Litestar]:
    """The portal over the small region, and its standby."""
    await shown(db, replica)
    configured = portal.settings(database_url, database_replica_url=replica.address(database))
    async with portal.running(configured) as started:
        yield started


async def shown(db: Connection, replica: Replica) -> None:
    """Wait until the standby shows what the server has written."""
    written = await value(db, "select pg_current_wal_insert_lsn()::text")
    for _ in range(1000):
        if replica.ask("postgres", f"select pg_last_wal_replay_lsn() >= '{written}'"):
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


async def is_offered(client: httpx.AsyncClient, db: Connection, slot: UUID) -> bool:
    """Whether the doctor's page of that day has the time."""
    [found] = await rows(
        db,
        _Place,
        """
        select post_id, (starts_at at time zone %(zone)s)::date as day
          from slot where id = %(it)s
        """,
        zone=people.ZONE,
        it=slot,
    )
    answer = await client.get(f"/doctors/{found.post_id}?day={found.day}")
    assert answer.status_code == 200
    return f'value="{slot}"' in answer.text


@dataclass
class _Place:
    post_id: UUID
    day: date


@contextmanager
def held_back(replica: Replica, database: str) -> Iterator[None]:
    """The standby does not show what it is sent."""
    replica.ask(database, "select pg_wal_replay_pause()")
    try:
        yield
    finally:
        replica.ask(database, "select pg_wal_replay_resume()")


async def test_who_only_looks_is_shown_the_standby_and_who_wrote_the_primary(
    app: Litestar, db: Connection, database: str, replica: Replica
) -> None:
    slot = await region.free_slot(db)
    async with await portal.signed_in(app, people.MARIA) as maria, portal.browser(app) as looker:
        form = await form_of(maria, db, slot)
        with held_back(replica, database):
            booked = await portal.submit(maria, "/appointments", form)
            assert booked.status_code == 303
            assert await is_offered(looker, db, slot)
            assert not await is_offered(maria, db, slot)
        await shown(db, replica)
        assert not await is_offered(looker, db, slot)


async def test_a_standby_that_is_late_or_away_is_left_alone(
    app: Litestar, db: Connection, database: str, replica: Replica
) -> None:
    slot = await region.free_slot(db)
    async with portal.browser(app) as looker:
        assert await is_offered(looker, db, slot)
        with held_back(replica, database):
            await execute(db, "update slot set blocked = 'Ремонт'")
            assert await is_offered(looker, db, slot)
            await asyncio.sleep(LATEST.total_seconds() + 1.5)
            assert not await is_offered(looker, db, slot)
        await shown(db, replica)
        replica.stop()
        await execute(db, "update slot set blocked = null")
        began = time.monotonic()
        assert await is_offered(looker, db, slot)
        assert time.monotonic() - began < LATEST.total_seconds()
        replica.start()


async def test_a_standby_that_stays_away_keeps_nobody_waiting(
    app: Litestar, db: Connection, replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standby, "_TRY_AGAIN", 1.0)
    where = f"/api/v1/doctors/{await region.post(db, 'therapist')}/days"
    async with portal.browser(app) as looker:
        replica.stop()
        assert (await looker.get(where)).status_code == 200
        await asyncio.sleep(1.1)  # it is time to try it again
        began = time.monotonic()
        answers = await asyncio.gather(*(looker.get(f"{where}?{it}") for it in range(10)))
        assert {it.status_code for it in answers} == {200}
        assert time.monotonic() - began < 2
        replica.start()
