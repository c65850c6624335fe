"""While ЕСИА hangs: who signs in is told so, and everybody else does not notice."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from litestar import Litestar

from registratura.db import Pool, value
from registratura.esia import wire
from tests.given import portal
from tests.given.people import MARIA
from tests.sign_on.test_signing_in import come_back, go_to_esia

WAITING = 12  # more than the pool has connections


@pytest.fixture
async def deaf(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[socket.socket]:
    """An ЕСИА that takes connections and says nothing until it is closed."""
    monkeypatch.setattr(wire, "LONGEST", 60.0)
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
            app.state.esia = replace(app.state.esia, url=address, http=http)
            yield server


async def begin(client: httpx.AsyncClient, app: Litestar) -> dict[str, str]:
    """What goes along to ЕСИА: its pages, unlike its back door, still open."""
    known = app.state.esia
    app.state.esia = replace(known, url="http://127.0.0.1:8001")
    asked = await go_to_esia(client)
    app.state.esia = known
    return asked


async def all_at_the_exchange(app: Litestar) -> None:
    """Every sign-in under way has used its state up and asks ЕСИА."""
    async with asyncio.timeout(20):
        while True:
            async with app.state.pool.connection() as db:
                if await value(db, "select count(*) from sign_in") == 0:
                    return
            await asyncio.sleep(0.01)


async def test_pages_answer_and_no_connection_is_held_while_esia_is_waited_for(
    app: Litestar, maria: httpx.AsyncClient, deaf: socket.socket
) -> None:
    pool: Pool = app.state.pool
    assert pool.max_size < WAITING
    asked = [await begin(maria, app) for _ in range(WAITING)]
    oleg = await portal.signed_in(app, MARIA)
    waiting = [asyncio.create_task(come_back(maria, one)) for one in asked]
    await all_at_the_exchange(app)
    for path in ("/", "/clinics", "/signin", "/readyz"):
        assert (await maria.get(path)).status_code == 200
    assert (await oleg.get("/appointments")).status_code == 200
    assert not any(task.done() for task in waiting)
    counts = pool.get_stats()
    assert counts["pool_available"] == counts["pool_size"]
    deaf.close()
    answers = await asyncio.gather(*waiting)
    assert {answer.status_code for answer in answers} == {503}
    assert all("ЕСИА сейчас не отвечает" in answer.text for answer in answers)
    assert 'href="/clinics">Посмотреть свободное время' in answers[0].text


@pytest.mark.usefixtures("deaf")
async def test_signing_out_needs_nothing_of_an_esia_that_hangs(app: Litestar) -> None:
    session_id = await portal.session_of(app, MARIA)
    client = portal.with_session(app, session_id)
    answer = await asyncio.wait_for(portal.submit(client, "/signout", {}), 20)
    assert answer.status_code == 303
    assert (await portal.with_session(app, session_id).get("/appointments")).status_code == 303
