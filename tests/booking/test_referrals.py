"""Referrals: for whom, to whom, on which days; who sees them; what a move takes along."""

import pytest

from registratura.booking import offers, referrals
from registratura.booking.offers import Asking
from registratura.booking.referrals import ReferralNumberTaken
from registratura.booking.refusals import (
    ReferralElsewhere,
    ReferralOver,
    ReferralUnknown,
)
from registratura.db import Connection, execute
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import region
from tests.given.people import NOW
from tests.given.visits import CHANNEL, book, patient, refer, stranger


async def confirmed(db: Connection, account: Account, whom: Patient) -> Patient:
    await execute(db, "update relative set level = 'confirmed'")
    return await patient(db, account, whom.person_id)


async def test_a_referral_opens_the_clinic_that_it_names(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db, "far-paediatrician"))[0]
    await region.rule(db, attachment="own")
    clinic = (await region.departments(db))["far"]
    await book(
        db,
        maria,
        petr,
        slot.slot_id,
        referral_id=await refer(db, petr, position_id=59, departments=[clinic]),
    )


async def test_a_referral_is_for_its_patient_position_clinic_and_days(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot, *_, last = await region.free(db, "neurologist")
    referral = await refer(db, petr, days=3)
    with pytest.raises(ReferralUnknown):
        await book(db, maria, await stranger(db, maria), slot.slot_id, referral_id=referral)
    ent = (await region.free(db, "ent"))[0]
    with pytest.raises(ReferralElsewhere):
        await book(db, maria, petr, ent.slot_id, referral_id=referral)
    with pytest.raises(ReferralOver):
        await book(db, maria, petr, last.slot_id, referral_id=referral)
    elsewhere = (await region.departments(db))["far"]
    other = await refer(db, petr, number="Н-2", departments=[elsewhere])
    with pytest.raises(ReferralElsewhere):
        await book(db, maria, petr, slot.slot_id, referral_id=other)
    await book(db, maria, petr, slot.slot_id, referral_id=referral)


async def test_referrals_are_shown_to_the_confirmed_and_to_whoever_knows_the_number(
    db: Connection, maria: Account, petr: Patient
) -> None:
    made = await refer(db, petr)
    assert await referrals.search_for(db, petr) == []
    known = await referrals.get_by_number(db, petr, " Н-1 ")
    assert (known.id, known.position, known.is_usable(NOW.date())) == (made, "Невролог", True)
    with pytest.raises(ReferralUnknown):
        await referrals.get_by_number(db, await stranger(db, maria), "Н-1")
    mother = await confirmed(db, maria, petr)
    assert [it.id for it in await referrals.search_for(db, mother)] == [made]
    slot = (await region.free(db, "neurologist"))[0]
    await book(db, maria, mother, slot.slot_id)
    assert not (await referrals.get(db, mother, made)).is_usable(NOW.date())


async def test_a_number_stands_on_one_referral(db: Connection, petr: Patient) -> None:
    await refer(db, petr)
    with pytest.raises(ReferralNumberTaken):
        await refer(db, petr)
    with pytest.raises(ValueError, match="valid_to"):
        await refer(db, petr, number="Н-2", days=-1)
    with pytest.raises(ValueError, match="position_id"):
        await refer(db, petr, number="Н-2", position_id=9999)


async def test_by_the_referral_the_doctor_is_offered(
    db: Connection, maria: Account, petr: Patient
) -> None:
    clinic = (await region.departments(db))["child"]
    referral = await referrals.get_by_number(db, petr, "Н-1") if await refer(db, petr) else None
    [plain] = await offers.search_doctors(db, clinic, 45, Asking(petr, CHANNEL, NOW))
    [by_it] = await offers.search_doctors(db, clinic, 45, Asking(petr, CHANNEL, NOW, referral))
    assert plain.refusal is not None
    assert by_it.refusal is None
    assert by_it.times


async def test_a_move_goes_by_the_referral_only_within_its_days(
    db: Connection, maria: Account, petr: Patient
) -> None:
    first, *_, last = await region.free(db, "neurologist")
    referral = await refer(db, petr, days=2)
    visit = await book(db, maria, petr, first.slot_id, referral_id=referral)
    with pytest.raises(ReferralOver):
        await book(db, maria, petr, last.slot_id, replaces=visit.appointment_id)
