"""After two cards were joined: the promises hold for the one person that they are."""

from datetime import timedelta

import pytest

from registratura.booking import (
    marks,
)
from registratura.booking.model import State
from registratura.booking.refusals import PatientBusy, TooManyComing
from registratura.db import Connection
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import region
from tests.given.cards import join, mistyped
from tests.given.visits import REGISTRAR, book


async def test_who_has_arrived_is_in_one_place_after_the_joining_too(
    db: Connection, maria: Account, petr: Patient
) -> None:
    second = await mistyped(db, maria)
    slot = (await region.free(db))[10]
    visit = await book(db, maria, second, slot.slot_id)
    that_morning = slot.starts_at - timedelta(hours=1)
    await marks.mark(
        db,
        now=that_morning,
        actor=REGISTRAR,
        appointment_id=visit.appointment_id,
        state=State.ARRIVED,
    )
    done = await join(db, second, petr, that_morning)
    assert done.visits == 1
    same_time = next(it for it in await region.free(db, "ent") if it.starts_at == slot.starts_at)
    with pytest.raises(PatientBusy):
        await book(db, maria, petr, same_time.slot_id, now=that_morning)


async def test_a_joined_relative_still_counts_among_what_the_account_booked(
    db: Connection, maria: Account, petr: Patient
) -> None:
    second = await mistyped(db, maria)
    first, other = (await region.free(db))[0], (await region.free(db, "ent"))[5]
    await book(db, maria, second, first.slot_id)
    await join(db, second, petr)
    await region.rule(db, max_coming_declared=1)
    with pytest.raises(TooManyComing):
        await book(db, maria, petr, other.slot_id)
