"""A yes of the region and what it has pushed of that visit are written down together."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from litestar import Litestar

from registratura_standins.gosuslugi import asking, statuses
from registratura_standins.gosuslugi.database import Connection, execute, value
from registratura_standins.gosuslugi.statuses import Pushed
from tests.esia_standin.browser import Browser
from tests.gosuslugi_standin import envelopes
from tests.gosuslugi_standin.federal import (
    book,
    choose_time,
    line_of,
    name_petr,
    send,
    signed_in,
    text_of,
)
from tests.gosuslugi_standin.scripted import ScriptedRegion

BOOK = "CreateAppointment"
CANCEL = "CancelAppointment"


@pytest.fixture(autouse=True)
def soon(region: ScriptedRegion) -> None:
    """The region's times are those of tomorrow."""
    region.tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()


async def at_the_check(maria: Browser) -> str:
    """The draft, ready to be booked."""
    draft = await name_petr(maria)
    await choose_time(maria, draft)
    return draft


async def test_a_yes_whose_pushes_cannot_be_read_is_not_shown_as_booked_and_taken_back(
    federal: Litestar, region: ScriptedRegion, federal_db: Connection
) -> None:
    maria = await signed_in(federal)
    draft = await at_the_check(maria)
    await execute(federal_db, "alter table pushed_status rename to lost_for_a_while")
    answer = await send(maria, f"{draft}/check", f"{draft}/book")
    assert answer.status_code == 500
    assert region.of(CANCEL)[0].fields["Canceled_Reason"] == "RECORD_NOT_CREATED_AT_EPGU"
    assert await value(federal_db, "select state from booking") == "asked"
    await execute(federal_db, "alter table lost_for_a_while rename to pushed_status")
    region.say(BOOK, envelopes.booked(book="40-2027-000124"))
    await asking.look_after(line_of(federal), datetime.now(UTC) + timedelta(hours=1))
    assert await value(federal_db, "select book_id from booking") == "40-2027-000124"


async def test_a_push_that_comes_while_the_yes_is_written_down_is_shown(
    federal: Litestar, region: ScriptedRegion, federal_db: Connection
) -> None:
    maria = await signed_in(federal)
    draft = await at_the_check(maria)
    cancelled = Pushed(
        "conc-00040-rmis",
        envelopes.BOOK,
        "CANCELED",
        datetime.now(UTC) + timedelta(days=1),
        "REG",
    )
    async with federal_db.transaction():
        await statuses.receive(federal_db, cancelled, datetime.now(UTC))
        booking = asyncio.create_task(book(maria, draft))
        done, _ = await asyncio.wait([booking], timeout=1.5)
        assert not done  # it waits for the push that is about to be kept
    page = await booking
    assert "Вы записаны" not in text_of(page)
    assert await value(federal_db, "select status from booking") == "CANCELED"
