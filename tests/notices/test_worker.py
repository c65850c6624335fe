"""The worker as it runs: what is booked while it works is told, until it is asked to stop."""

import asyncio
import os
import signal

from registratura import worker
from registratura.db import Connection
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura.settings import Settings
from tests.given import region
from tests.given.visits import book
from tests.notices.working import told


async def test_a_booking_is_told_while_the_worker_runs(
    db: Connection, settings: Settings, maria: Account, petr: Patient
) -> None:
    working = asyncio.create_task(worker.run(settings))
    await book(db, maria, petr, (await region.free(db))[0].slot_id)
    async with asyncio.timeout(30):
        while not await told(db):
            assert not working.done(), working.exception()
            await asyncio.sleep(0.1)
        os.kill(os.getpid(), signal.SIGTERM)
        await working
    assert [it.kind for it in await told(db)] == ["booked"]
