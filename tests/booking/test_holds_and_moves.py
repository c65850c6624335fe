"""Holds keep a time for some minutes; a move keeps the old place until the new one is sure."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from registratura.booking import appointments, holds, visits
from registratura.booking.holds import Hold
from registratura.booking.refusals import (
    CannotBeReplaced,
    HoldOver,
    HoldProlonged,
    PatientBusy,
    ReferralNeeded,
    ReferralUsed,
    SlotTaken,
)
from registratura.booking.wishes import Wish
from registratura.db import Connection, execute, value
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import people, region
from tests.given.people import NOW, ZONE
from tests.given.visits import CHANNEL, actor, book, patient, refer


async def hold(
    db: Connection, account: Account, whom: Patient, slot_id: UUID, replaces: UUID | None = None
) -> Hold:
    wish = Wish(NOW, actor(account), whom, slot_id, CHANNEL, replaces)
    return await holds.hold(db, wish)


async def states(db: Connection) -> list[str]:
    found: list[str] | None = await value(
        db, "select array_agg(state order by number) from appointment"
    )
    return found or []


async def brother(db: Connection, owner: Account) -> Patient:
    link = await people.relative(
        db, owner, first_name="Павел", birth_date=date(2016, 2, 2), policy_number="1234567891234568"
    )
    return await patient(db, owner, link.person_id)


async def test_a_held_time_is_nobody_elses_until_its_end(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db))[0]
    held = await hold(db, maria, petr, slot.slot_id)
    assert held.held_until == NOW + timedelta(minutes=10)
    other = await brother(db, maria)
    with pytest.raises(SlotTaken):
        await book(db, maria, other, slot.slot_id)
    await book(db, maria, other, slot.slot_id, now=held.held_until)
    assert await states(db) == ["expired", "booked"]


async def test_booking_ends_the_accounts_own_hold(
    db: Connection, maria: Account, petr: Patient
) -> None:
    first, second = (await region.free(db))[:2]
    await hold(db, maria, petr, first.slot_id)
    await hold(db, maria, petr, second.slot_id)  # a new one ends the old
    assert first in await region.free(db)
    await book(db, maria, petr, second.slot_id)
    assert await states(db) == ["expired", "expired", "booked"]
    assert await value(db, "select sum(taken) from slot") == 1


async def test_a_hold_is_prolonged_once_and_only_by_its_account(
    db: Connection, maria: Account, petr: Patient
) -> None:
    held = await hold(db, maria, petr, (await region.free(db))[0].slot_id)
    later = NOW + timedelta(minutes=8)
    await holds.prolong(db, held, now=later, minutes=10, actor=actor(maria), zone=ZONE)
    again = await holds.get(db, maria.id, held.id, now=later)
    assert again.held_until == held.held_until + timedelta(minutes=10)
    with pytest.raises(HoldProlonged):
        await holds.prolong(db, again, now=later, minutes=10, actor=actor(maria), zone=ZONE)
    stranger = await people.account(db, "Чужой")
    for account_id, now in ((stranger.id, later), (maria.id, again.held_until)):
        with pytest.raises(HoldOver):
            await holds.get(db, account_id, held.id, now=now)


async def test_a_move_gives_the_old_place_back_only_for_the_new_one(
    db: Connection, maria: Account, petr: Patient
) -> None:
    old, new = (await region.free(db))[0], (await region.free(db))[-1]
    first = await book(db, maria, petr, old.slot_id)
    await hold(db, maria, petr, new.slot_id, replaces=first.appointment_id)
    assert await states(db) == ["booked", "held"]  # the old place is kept
    second = await book(db, maria, petr, new.slot_id, replaces=first.appointment_id)
    assert old in await region.free(db)
    found = await visits.search_for(db, maria.id, now=NOW, region_zone=ZONE)
    assert [(it.id, it.state) for it in found] == [
        (first.appointment_id, "moved"),
        (second.appointment_id, "booked"),
    ]


async def test_a_move_to_a_taken_time_changes_nothing(
    db: Connection, maria: Account, petr: Patient
) -> None:
    old, new = (await region.free(db))[:2]
    first = await book(db, maria, petr, old.slot_id)
    await book(db, maria, await brother(db, maria), new.slot_id)
    with pytest.raises(SlotTaken):
        await book(db, maria, petr, new.slot_id, replaces=first.appointment_id)
    assert await states(db) == ["booked", "booked"]
    assert await value(db, "select count(*) from event where kind = 'appointment.moved'") == 0


async def test_a_move_is_judged_against_all_other_visits(
    db: Connection, maria: Account, petr: Patient
) -> None:
    old = (await region.free(db))[0]
    first = await book(db, maria, petr, old.slot_id)
    busy = (await region.free(db, "ent"))[-1]
    await book(db, maria, petr, busy.slot_id)
    at_that_time = next(it for it in await region.free(db) if it.starts_at == busy.starts_at)
    held = await hold(db, maria, petr, at_that_time.slot_id, replaces=first.appointment_id)
    assert held.replaces == first.appointment_id
    with pytest.raises(PatientBusy):
        await book(db, maria, petr, at_that_time.slot_id, replaces=first.appointment_id)


async def test_only_a_coming_visit_of_this_patient_may_be_replaced(
    db: Connection, maria: Account, petr: Patient
) -> None:
    first = await book(db, maria, petr, (await region.free(db))[0].slot_id)
    new = (await region.free(db))[-1]
    other = await brother(db, maria)
    stranger = await people.account(db, "Чужой")
    link = await people.relative(db, stranger, kinship="other_child")
    theirs = await patient(db, stranger, link.person_id)
    for account, whom, named in (
        (maria, other, first.appointment_id),
        (maria, petr, uuid4()),
        (stranger, theirs, first.appointment_id),  # a declared link moves only what it booked
    ):
        with pytest.raises(CannotBeReplaced):
            await book(db, account, whom, new.slot_id, replaces=named)
        with pytest.raises(CannotBeReplaced):
            await hold(db, account, whom, new.slot_id, replaces=named)


async def test_a_referral_opens_the_doctor_once_and_comes_back_on_cancelling(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await refer(db, petr)
    slot, other = (await region.free(db, "neurologist"))[:2]
    with pytest.raises(ReferralNeeded):  # a declared link does not learn of referrals
        await book(db, maria, petr, slot.slot_id)
    await execute(db, "update relative set level = 'confirmed'")
    confirmed = await patient(db, maria, petr.person_id)
    first = await book(db, maria, confirmed, slot.slot_id)
    with pytest.raises(ReferralNeeded):  # used
        await book(db, maria, confirmed, other.slot_id)
    await book(db, maria, confirmed, other.slot_id, replaces=first.appointment_id)


async def test_a_referral_named_twice_is_used_once(
    db: Connection, maria: Account, petr: Patient
) -> None:
    referral = await refer(db, petr)
    first, *_, later = await region.free(db, "neurologist")
    await book(db, maria, petr, first.slot_id, referral_id=referral)
    with pytest.raises(ReferralUsed):  # the first visit has begun, so the position is free again
        await book(
            db,
            maria,
            petr,
            later.slot_id,
            referral_id=referral,
            now=first.starts_at + timedelta(minutes=1),
        )


async def test_a_visit_by_referral_can_be_moved_by_way_of_a_hold(
    db: Connection, maria: Account, petr: Patient
) -> None:
    referral = await refer(db, petr)
    first, second = (await region.free(db, "neurologist"))[:2]
    booked = await book(db, maria, petr, first.slot_id, referral_id=referral)
    wish = Wish(NOW, actor(maria), petr, second.slot_id, CHANNEL, booked.appointment_id, referral)
    await holds.hold(db, wish)
    moved = await appointments.book(db, wish, uuid4())
    assert moved.slot_id == second.slot_id
