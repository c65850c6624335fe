"""The worker as a process: it outlives its database, and ends at once when it is told to."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from registratura.db import Connection, value
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura_ground import embedded
from tests.given import region
from tests.given.visits import book


@pytest.fixture
def worker(database_url: str, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "DATABASE_URL": database_url, "REGISTRATURA_VAR": str(tmp_path)}
    command = [sys.executable, "-m", "registratura.cli", "work"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as child:
        yield child
        child.kill()


async def told(db: Connection, count: int) -> None:
    """Wait until so many messages are there."""
    for _ in range(300):
        if await value(db, "select count(*) from notice where channel = 'portal'") == count:
            return
        await asyncio.sleep(0.1)
    pytest.fail(f"{count} messages were not told within thirty seconds")


async def test_a_worker_goes_on_after_its_database_was_gone(
    db: Connection,
    database: str,
    server: embedded.Server,
    worker: subprocess.Popen[bytes],
    maria: Account,
    petr: Patient,
) -> None:
    first, second = (await region.free(db))[0], (await region.free(db, "ent"))[5]
    await book(db, maria, petr, first.slot_id)
    await told(db, 1)
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        ours = await value(db, "select pg_backend_pid()")
        cut = admin.execute(
            """
            select count(pg_terminate_backend(pid)) from pg_stat_activity
            where datname = %s and pid <> %s
            """,
            (database, ours),
        ).fetchone()
    assert cut is not None
    assert cut[0] > 0
    await book(db, maria, petr, second.slot_id)
    await told(db, 2)
    assert worker.poll() is None
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(15) == 0
