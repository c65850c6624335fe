"""Two ways in, one place: who comes first gets it, and nobody else."""

import asyncio
from datetime import UTC, date, datetime
from uuid import UUID

import psycopg
from litestar import Litestar

from registratura.booking import checks
from registratura.booking.refusals import SlotTaken
from registratura.db import Connection
from registratura.people import patients
from registratura_standins.gosuslugi.database import value
from tests.esia_standin.browser import Browser
from tests.federal_way.line import states
from tests.given import people, visits
from tests.given.people import ZONE
from tests.gosuslugi_standin.federal import (
    ANNA,
    MARIA,
    OLEG,
    begin,
    book,
    choose_time,
    name_petr,
    send,
    signed_in,
    text_of,
)


async def on_the_portal(url: str, who: str, slot_id: str) -> str:
    """One of the regional portal's users declares a child and books that time."""
    now = datetime.now(UTC)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as db:
        account = await people.account(db, who, now=now)
        link = await people.relative(db, account, now=now, first_name="Павел")
        whom = await patients.get_for(db, account.id, link.person_id, now=now, zone=ZONE)
        try:
            await visits.book(db, account, whom, UUID(slot_id), now=now)
        except SlotTaken:
            return "taken"
        return "booked"


async def at_the_federal_portal(user: Browser, draft: str) -> str:
    """The last click of a federal user."""
    words = text_of(await book(user, draft))
    if "Вы записаны" in words:
        return "booked"
    return "taken" if "Это время только что заняли" in words else words


async def test_two_federal_users_and_three_of_the_portal_fight_for_one_time_and_one_wins(
    federal: Litestar, federal_db: Connection, database_url: str, db: Connection
) -> None:
    anna = people.Identity("Смирнова", "Анна", "Олеговна", date(2019, 3, 14))
    await people.card(db, anna, policy_number="4096089785000126", sex="F")
    maria, oleg = await signed_in(federal, MARIA), await signed_in(federal, OLEG, ANNA)
    hers, his = await name_petr(maria), await begin(oleg, "child")
    await choose_time(maria, hers)
    slot = await value(federal_db, "select slot ->> 'id' from draft where slot is not null")
    await send(oleg, f"{his}/patient", child=ANNA.id)
    await choose_time(oleg, his, slot)
    ends = await asyncio.gather(
        at_the_federal_portal(maria, hers),
        at_the_federal_portal(oleg, his),
        *(on_the_portal(database_url, who, slot) for who in ("Мария", "Олег", "Чужой")),
    )
    assert sorted(ends) == ["booked", *4 * ["taken"]]
    assert len(await states(db)) == 1
    assert await checks.search(db, now=datetime.now(UTC), days=30, seconds=30) == []
