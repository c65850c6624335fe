"""The federal portal itself hears the statuses, and its list agrees with ours."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from litestar import Litestar

from registratura.db import Connection, Pool
from registratura.federal import jobs, statuses, their_list
from registratura.federal.push import Push
from registratura.federal.receiver import Receiver
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura_standins.gosuslugi.settings import Settings as Gosuslugi
from tests.federal_push.pushing import Registry
from tests.given import region
from tests.given.people import NOW, ZONE
from tests.given.visits import book
from tests.gosuslugi_standin.conftest import (  # noqa: F401 - fixtures of the federal portal
    federal_database_url,
    federal_keys,
    federal_settings,
    gosuslugi_template,
)
from tests.gosuslugi_standin.federal import REGION, running

RMIS = "conc-00040-rmis"


@pytest.fixture
async def gosuslugi(
    federal_settings: Gosuslugi,  # noqa: F811
) -> AsyncIterator[Litestar]:
    """The federal portal, running; its region is never asked."""
    known = replace(federal_settings, rmis_id=RMIS)
    async with running(known, httpx.AsyncHTTPTransport()) as app:
        yield app


@pytest.fixture
async def http(gosuslugi: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """A connection to it."""
    transport = httpx.ASGITransport(gosuslugi)  # type: ignore[arg-type]
    async with httpx.AsyncClient(
        transport=transport, base_url="http://federal", auth=REGION
    ) as client:
        yield client


async def test_what_was_pushed_stands_in_its_list(
    db: Connection,
    pool: Pool,
    registry: Registry,
    http: httpx.AsyncClient,
    maria: Account,
    petr: Patient,
) -> None:
    push = Push(pool, Receiver("http://federal/fer/status", http, 5.0), RMIS)
    visits = [
        await book(db, maria, petr, (await region.free(db, doctor))[number].slot_id)
        for number, doctor in enumerate(("area-doctor", "ent"))
    ]
    await registry.cancel(visits[0])
    for visit in visits:
        for told in await statuses.owe(db, visit.appointment_id, now=NOW):
            await push.tell(told.appointment_id, told.status)
    assert {it.state for it in await registry.rows()} == {"delivered"}

    asked = jobs.make_range(NOW, ZONE)
    answer = await http.get(
        "/fer/statuses",
        params={"rmis": RMIS, "from": asked.first.isoformat(), "to": asked.end.isoformat()},
    )
    theirs = their_list.read(answer.content.splitlines())
    assert {it.number: str(it.status) for it in theirs.values()} == {
        visits[0].number: "CANCELED",
        visits[1].number: "RECORDED",
    }
    report = await jobs.reconcile(pool, theirs, asked, None, now=NOW)
    assert report.differences == []
    moment = f"{NOW:%FT%T}Z"
    params = {"rmis": RMIS, "from": moment, "to": moment}
    empty = await http.get("/fer/statuses", params=params)
    assert (empty.status_code, empty.content) == (200, b"")
    assert (await http.get("/fer/statuses", params={"rmis": RMIS})).status_code == 400
