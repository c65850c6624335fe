"""A connection that has rehearsed plans nothing more for a booking, and leaves nothing behind."""

from uuid import uuid4

import pytest

from registratura.booking import alternatives
from registratura.booking.offers import Asking
from registratura.booking.refusals import SlotTaken
from registratura.db import Connection, Pool, value
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura.rehearsal import rehearse
from tests.given import people, region
from tests.given.people import NOW, ZONE
from tests.given.visits import CHANNEL, book, patient

_COUNT = "select count(*) from "
_TABLES = ("appointment", "event", "outbox", "idempotency_key", "token_use")


async def _planned(db: Connection) -> set[str]:
    found: list[str] = await value(
        db, "select array(select statement || parameter_types::text from pg_prepared_statements)"
    )
    return set(found)


async def test_a_rehearsal_leaves_nothing_behind(db: Connection, petr: Patient) -> None:
    before = {it: await value(db, _COUNT + it) for it in _TABLES}  # type: ignore[arg-type]  # names of ours
    await rehearse(db, zone=ZONE)
    after = {it: await value(db, _COUNT + it) for it in _TABLES}  # type: ignore[arg-type]  # names of ours
    assert after == before


async def test_after_a_rehearsal_a_booking_and_the_ways_on_are_planned(
    pool: Pool, maria: Account, petr: Patient
) -> None:
    async with pool.connection() as db:
        oleg = await people.account(db, "Олег")
        him = await patient(db, oleg)
        slot = (await region.free(db))[0]
        await rehearse(db, zone=ZONE)
        planned = await _planned(db)
        await book(db, maria, petr, slot.slot_id, key=uuid4())
        await alternatives.search(db, slot.slot_id, Asking(petr, CHANNEL, NOW))
        with pytest.raises(SlotTaken):
            await book(db, oleg, him, slot.slot_id)
        assert await _planned(db) - planned == set()
