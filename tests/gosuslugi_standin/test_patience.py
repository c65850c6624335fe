"""A region that is slow keeps nobody before an empty page, and nothing that was chosen is lost."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar import Litestar

from registratura_standins.gosuslugi import answers, requests
from registratura_standins.gosuslugi.database import Connection, value
from registratura_standins.gosuslugi.esia import EsiaFault
from registratura_standins.gosuslugi.region import RegionSlow, open_region
from registratura_standins.gosuslugi.settings import Settings
from registratura_standins.gosuslugi.training import read_switches
from tests.esia_standin.browser import Browser
from tests.gosuslugi_standin import envelopes
from tests.gosuslugi_standin.federal import (
    book,
    choose_doctor,
    choose_time,
    name_petr,
    running,
    signed_in,
    text_of,
    whole_walk,
)
from tests.gosuslugi_standin.scripted import ScriptedRegion

BOOK = "CreateAppointment"
AWAITED = "Запрос отправлен"


@pytest.fixture(autouse=True)
def soon(region: ScriptedRegion) -> None:
    """The region's times are those of tomorrow."""
    region.tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()


async def test_an_esia_that_trickles_is_down(federal: Litestar) -> None:
    async with trickling(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n") as url:
        esia = replace(federal.state.esia, url=url.rstrip("/"), seconds=0.5)
        with pytest.raises(EsiaFault) as fault:
            async with asyncio.timeout(20):
                await esia.sign_on("a code", datetime.now(UTC))
        assert fault.value.down


class Late(httpx.AsyncBaseTransport):
    """The line to a region that thinks so many seconds before each answer."""

    def __init__(self, region: ScriptedRegion, seconds: float) -> None:
        self._line = region.transport
        self._seconds = seconds

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The region's answer, later."""
        await asyncio.sleep(self._seconds)
        return await self._line.handle_async_request(request)


@asynccontextmanager
async def trickling(head: bytes) -> AsyncIterator[str]:
    """The address of a region that sends `head`, then a sign now and then, for ever."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.read(1)
            writer.write(head)
            while True:
                writer.write(b"a")
                await writer.drain()
                await asyncio.sleep(0.1)
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()


@pytest.mark.parametrize(
    "head",
    [b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: "],
    ids=["body", "headers"],
)
async def test_a_region_that_trickles_is_slow_and_may_have_done_it(head: bytes) -> None:
    async with trickling(head) as url:
        region = open_region(Settings(region_url=url, region_seconds=0.5))
        asked = requests.cancel_appointment(envelopes.BOOK, "CANCELED_BY_PATIENT", ())
        with pytest.raises(RegionSlow) as trouble:
            async with asyncio.timeout(10):
                await region.ask(asked, answers.cancelled)
        assert trouble.value.sent
        await region.http.aclose()


async def test_a_page_of_many_questions_waits_no_longer_than_one_of_one(
    federal_settings: Settings, region: ScriptedRegion
) -> None:
    hasty = replace(federal_settings, region_seconds=2.0)
    async with running(hasty, Late(region, 1.1)) as app:  # in time, each of them
        maria = await signed_in(app)
        answer = await maria.get(f"{await name_petr(maria)}/doctor")
        assert answer.status_code == 503
        assert "отвечает слишком долго" in text_of(answer)


@pytest.fixture
def impatient(federal_settings: Settings) -> Settings:
    """Nobody is kept waiting here for long; the region is not yet given up then."""
    return replace(federal_settings, region_seconds=3.0, patience=0.2)


async def until(told: Callable[[], Awaitable[str]], words: str) -> str:
    """The page, as soon as it says that."""
    async with asyncio.timeout(20):
        text = await told()
        while words not in text:
            await asyncio.sleep(0.1)
            text = await told()
    return text


@asynccontextmanager
async def slow(
    settings: Settings, region: ScriptedRegion, switches: str
) -> AsyncIterator[tuple[Litestar, Browser]]:
    """The portal before a slow region, and Мария's browser."""
    async with running(settings, region.transport, read_switches(switches)) as app:
        yield app, await signed_in(app)


async def test_who_books_is_told_at_once_that_the_answer_is_awaited(
    impatient: Settings, region: ScriptedRegion, federal_db: Connection
) -> None:
    async with slow(impatient, region, "slow-answer:1") as (_, maria):
        draft = await name_petr(maria)
        await choose_time(maria, draft)
        began = time.monotonic()
        page = await book(maria, draft)
        assert time.monotonic() - began < impatient.region_seconds
        assert AWAITED in text_of(page)
        assert re.search(r'<noscript><meta http-equiv="refresh" content="[1-9]"></no', page.text)

        async def told() -> str:
            return text_of(await maria.get(page.url.path))

        await until(told, "Вы записаны")
    assert len(region.of(BOOK)) == 2
    assert await value(federal_db, "select count(*) from booking") == 1
    assert await value(federal_db, "select count(*) from draft") == 0


async def test_a_no_that_comes_late_leaves_everything_chosen(
    impatient: Settings, region: ScriptedRegion
) -> None:
    region.say(BOOK, envelopes.booked(), envelopes.refused("APPOINT_TIME_IS_BUSY"))
    async with slow(impatient, region, "slow-answer:1") as (_, maria):
        draft = await name_petr(maria)
        await choose_time(maria, draft)
        page = await book(maria, draft)
        assert AWAITED in text_of(page)

        async def told() -> str:
            return text_of(await maria.get(page.url.path))

        assert "Выбрать другое время" in await until(told, "Это время только что заняли")
        assert (await maria.get(f"{draft}/time")).status_code == 200


async def test_while_an_answer_is_awaited_no_other_time_is_asked_for(
    impatient: Settings, region: ScriptedRegion, federal_db: Connection
) -> None:
    async with slow(impatient, region, "slow-answer:1") as (_, maria):
        draft = await name_petr(maria)
        await choose_time(maria, draft)
        page = await book(maria, draft)
        times = await choose_doctor(maria, draft)
        other = envelopes.SLOT.replace("7b31", "7b32")
        await maria.send_form(times, f"{draft}/time", slot=other)
        again = await book(maria, draft)
        assert again.url.path == page.url.path
    assert await value(federal_db, "select count(*) from booking") == 1
    assert {it.fields["Slot_Id"] for it in region.of(BOOK)} == {envelopes.SLOT}


async def test_cancelling_is_told_of_at_once_too(
    impatient: Settings, region: ScriptedRegion
) -> None:
    patient = replace(impatient, patience=10.0)
    async with slow(patient, region, "slow-answer@CancelAppointment:1") as (app, maria):
        path = (await whole_walk(maria)).url.path
        app.state.settings = impatient
        began = time.monotonic()
        ask = await maria.get(f"{path}/cancel")
        await maria.send_form(ask, f"{path}/cancel")
        assert time.monotonic() - began < impatient.region_seconds
        assert "Отменяем запись" in text_of(await maria.get(path))


async def test_who_presses_twice_or_goes_back_is_led_to_what_was_booked(federal: Litestar) -> None:
    maria = await signed_in(federal)
    draft = await name_petr(maria)
    check = await choose_time(maria, draft)
    done = await maria.send_form(check, f"{draft}/book")
    for again in (
        await maria.send_form(check, f"{draft}/book"),
        await maria.get(f"{draft}/check"),
    ):
        assert again.status_code == 303
        assert again.headers["location"] == done.headers["location"]
    stranger = await signed_in(federal)
    assert (await stranger.get(f"{draft}/check")).headers["location"] == done.headers["location"]
