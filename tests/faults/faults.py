"""The faults: what is killed or cut while requests are under way, and how often."""

import asyncio
import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping

import psycopg

from tests.faults.browser import Traffic
from tests.faults.system import System

_PAUSE = 1.2  # seconds between two faults: the clients get their breath back
_PATIENCE = 3.0  # seconds to wait for a request under way

Strike = Callable[[System, Traffic], Awaitable[bool]]
"""Does its harm and mends it; whether requests were under way when it struck."""


async def _kill_application(system: System, traffic: Traffic) -> bool:
    number = random.randrange(len(system.apps))
    door = system.doors[number]
    busy = await _until(lambda: traffic.under_way[door] > 0)
    system.kill(system.apps[number])
    await system.revive(system.apps[number])
    return busy


async def _kill_worker(system: System, traffic: Traffic) -> bool:
    busy = await _busy(traffic)
    if system.worker is not None:
        system.kill(system.worker)
        await system.revive(system.worker)
    return busy


async def _kill_postgres(system: System, traffic: Traffic) -> bool:
    busy = await _busy(traffic)
    system.kill_postgres()
    await _postgres_is_back(system)
    return busy


async def _kill_backend(system: System, traffic: Traffic) -> bool:
    """One process of PostgreSQL that serves the application: the others end with it."""
    url = system.ground.server.admin_url
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as admin:
        found = await admin.execute(
            """
            select pid from pg_stat_activity
            where datname = %(database)s and backend_type = 'client backend'
            order by state <> 'active', random() limit 1
            """,
            {"database": system.database},
        )
        row = await found.fetchone()
    busy = row is not None and await _busy(traffic)
    with contextlib.suppress(ProcessLookupError):  # a pool has closed it just now
        if row is not None:
            os.kill(row[0], signal.SIGKILL)
            await _postgres_is_back(system)
            return busy
    return False


async def _cut_clients(system: System, traffic: Traffic) -> bool:
    busy = await _busy(traffic)
    cut = sum(proxy.cut() for proxy in system.before_apps)
    return busy and cut > 0


async def _cut_database(system: System, traffic: Traffic) -> bool:
    busy = await _busy(traffic)
    cut = system.before_database.cut() if system.before_database else 0
    return busy and cut > 0


KINDS: Mapping[str, Strike] = {
    "connections_cut": _cut_clients,
    "application_killed": _kill_application,
    "postgres_killed": _kill_postgres,
    "database_connections_cut": _cut_database,
    "backend_killed": _kill_backend,
    "worker_killed": _kill_worker,
}


async def rage(
    system: System,
    traffic: Traffic,
    counts: Counter[str],
    kinds: Collection[str],
    rounds: int,
    until: float,
) -> None:
    """Every kind in turn, until each has struck so often and that moment has come.

    A strike that met no request does not count.
    """
    while any(counts[kind] < rounds for kind in kinds) or (kinds and time.monotonic() < until):
        for kind in kinds:
            await asyncio.sleep(_PAUSE)
            counts[kind] += await KINDS[kind](system, traffic)


async def _postgres_is_back(system: System) -> None:
    await asyncio.sleep(0.1)  # until its launcher has taken notice
    await asyncio.to_thread(system.ground.server.wait_ready)


async def _busy(traffic: Traffic) -> bool:
    return await _until(lambda: traffic.under_way.total() > 0)


async def _until(true: Callable[[], bool]) -> bool:
    """Whether it became true in time. Nothing happens between this answer and the strike."""
    deadline = time.monotonic() + _PATIENCE
    while not true():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.002)
    return True
