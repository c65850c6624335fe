"""What a declared link and a stranger may see of a patient's visits: nothing that is not theirs."""

from datetime import timedelta
from uuid import uuid4

import pytest

from registratura.booking import visits
from registratura.booking.refusals import AppointmentUnknown, ClashNotShown, PausedUntilTomorrow
from registratura.db import Connection
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import people, region
from tests.given.people import NOW, ZONE
from tests.given.visits import book, patient


async def test_what_a_declared_link_may_not_see_is_refused_without_a_reason(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await book(db, maria, petr, (await region.free(db))[0].slot_id)
    stranger = await people.account(db, "Чужой")
    link = await people.relative(db, stranger, kinship="other_child")
    seen = await patient(db, stranger, link.person_id)
    assert await visits.search_for(db, stranger.id, now=NOW, region_zone=ZONE) == []
    words = set()
    for code in ("far-paediatrician", "ent", "paediatrician"):
        with pytest.raises(ClashNotShown) as refused:
            await book(db, stranger, seen, (await region.free(db, code))[0].slot_id)
        words.add(refused.value.text.split(":")[0])
    assert words == {"На это время записать не получилось. Позвоните в поликлинику"}
    free_of_clash = (await region.free(db, "ent"))[-1]
    with pytest.raises(PausedUntilTomorrow):
        await book(db, stranger, seen, free_of_clash.slot_id)
    await book(db, stranger, seen, free_of_clash.slot_id, now=NOW + timedelta(days=1))


async def test_a_stranger_gets_no_visit_and_cannot_tell_it_from_one_that_is_not_there(
    db: Connection, maria: Account, petr: Patient
) -> None:
    receipt = await book(db, maria, petr, (await region.free(db))[0].slot_id)
    stranger = await people.account(db, "Чужой")
    for appointment in (receipt.appointment_id, uuid4()):
        with pytest.raises(AppointmentUnknown):
            await visits.get_for(db, stranger.id, appointment, now=NOW, region_zone=ZONE)
