"""What becomes of a visit in the region is shown at the federal portal, told by the region."""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
import uvicorn
from litestar import Litestar

from registratura.audit import Actor
from registratura.booking import cancellation
from registratura.db import Connection, Pool, value
from registratura.federal import their_list
from registratura.federal.jobs import make_range
from registratura.settings import Settings as RegistrySettings
from registratura_standins.gosuslugi import statuses
from registratura_standins.gosuslugi.app import create_app
from registratura_standins.gosuslugi.database import Connection as FederalConnection
from registratura_standins.gosuslugi.settings import Settings
from registratura_standins.gosuslugi.visitors import moment
from tests.federal_way.line import line_to, states
from tests.given import people, portal, visits
from tests.given.federal import free
from tests.gosuslugi_standin.federal import REGION, signed_in, text_of, whole_walk
from tests.notices.working import work

RMIS = "conc-00040-rmis"
DESK = Actor("staff", "Котова А.А., регистратор")


@pytest.fixture
async def federal(federal_settings: Settings, registry: Litestar) -> AsyncIterator[Litestar]:
    """The federal portal on a port of its own: the region's worker pushes to it over HTTP."""
    app = create_app(replace(federal_settings, rmis_id=RMIS))
    http = httpx.AsyncClient(transport=line_to(registry))
    app.state.region = replace(app.state.region, http=http)
    listening = socket.create_server(("127.0.0.1", 0))
    app.state.port = listening.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    async with httpx.AsyncClient(timeout=20) as probe:  # answered once it has started
        await probe.get(f"http://127.0.0.1:{app.state.port}/healthz")
    yield app
    server.should_exit = True
    await serving


@pytest.fixture
def pushing(database_url: str, federal: Litestar) -> RegistrySettings:
    """The registry that pushes there."""
    there = f"http://127.0.0.1:{federal.state.port}/fer"
    return portal.settings(
        database_url,
        federal_status_url=f"{there}/status",
        federal_list_url=f"{there}/statuses",
        federal_rmis_id=RMIS,
        federal_status_user=REGION[0],
        federal_status_password=REGION[1],
    )


async def test_every_visit_is_told_of_ours_are_shown_and_both_sides_agree(
    federal: Litestar,
    federal_db: FederalConnection,
    pushing: RegistrySettings,
    pool: Pool,
    db: Connection,
) -> None:
    maria = await signed_in(federal)
    done = await whole_walk(maria)
    await work(pool, pushing, "federal")
    assert "Регистратура сообщила: запись есть" in text_of(await maria.get(done.url.path))
    visit = await value(db, "select id from appointment")
    now = moment()
    await cancellation.cancel(db, now=now, actor=DESK, appointment_id=visit, by="clinic")
    account = await people.account(db, "Олег", now=now)
    link = await people.relative(db, account, now=now, first_name="Павел")
    whom = await visits.patient(db, account, link.person_id)
    await visits.book(db, account, whom, (await free(db, "ent"))[0].slot_id, now=now)
    await work(pool, pushing, "federal")
    listed = text_of(await maria.get("/appointments"))
    assert "Запись отменена" in listed
    assert await states(db) == ["epgu cancelled", "portal booked"]
    counts = [(it.ours, it.source_code, it.status) for it in await statuses.count(federal_db)]
    assert counts == [
        (True, "EPGU", "CANCELED"),
        (True, "EPGU", "RECORDED"),
        (False, "RPGU", "RECORDED"),
    ]
    theirs = await their_list.fetch(pushing, make_range(now, pushing.region_zone))
    assert sorted(it.status for it in theirs.values()) == ["CANCELED", "RECORDED"]


async def test_the_list_is_for_our_region_only_and_wants_a_range(
    federal: Litestar, pushing: RegistrySettings
) -> None:
    async with httpx.AsyncClient(auth=REGION) as http:
        own = await http.get(pushing.federal_list_url, params={"rmis": RMIS})
        assert own.status_code == 400
    days = make_range(moment(), pushing.region_zone)
    assert await their_list.fetch(pushing, days) == {}
    for foreign in (
        replace(pushing, federal_rmis_id="conc-00001-rmis"),
        replace(pushing, federal_status_password="a guess"),
    ):
        with pytest.raises(their_list.ListUnreadable):
            await their_list.fetch(foreign, days)
