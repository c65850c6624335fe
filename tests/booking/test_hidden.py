"""What a patient of 15 hides, her parents neither see nor book, and are not told that it is so."""

from datetime import timedelta
from uuid import UUID

import pytest

from registratura.booking import (
    holds,
    journal,
    no_shows,
    offers,
    referrals,
    visits,
    withdrawals,
)
from registratura.booking.model import Channel
from registratura.booking.offers import Asking
from registratura.booking.refusals import (
    AppointmentUnknown,
    CannotBeReplaced,
    ClashNotShown,
    HoldOver,
    NeedsConfirmedLink,
    PatientBusy,
    PausedUntilTomorrow,
    ReferralNeeded,
    ReferralUnknown,
)
from registratura.booking.rulebook import Rules
from registratura.db import Connection, execute, value
from registratura.people import patients
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import links, people, region
from tests.given.links import ANDREY, IRINA, family, hide
from tests.given.people import NOW, ZONE
from tests.given.visits import REGISTRAR, book, patient, refer

ENT, NEUROLOGIST, SKIN = 53, 45, 24


@pytest.fixture
async def vera(db: Connection) -> Account:
    """Вера, sixteen; both her parents are confirmed."""
    return (await family(db))[0]


@pytest.fixture
async def irina(db: Connection, vera: Account) -> Account:
    """Her mother."""
    return await people.account(db, IRINA)


async def daughter(db: Connection, parent: Account) -> Patient:
    """Вера, as that parent sees her now."""
    return (await people_of(db, parent))[-1]


async def people_of(db: Connection, account: Account) -> list[Patient]:
    return await patients.search(db, account.id, now=NOW, zone=ZONE)


async def seen_by(db: Connection, account: Account) -> list[UUID]:
    found = await visits.search_for(db, account.id, now=NOW, region_zone=ZONE)
    return [it.id for it in found]


async def test_a_hidden_visit_is_in_no_list_and_has_no_ticket_whoever_booked_it(
    db: Connection, vera: Account, irina: Account
) -> None:
    whom, own = await daughter(db, irina), await patient(db, vera)
    hers = await book(db, vera, own, (await region.free(db, "ent"))[0].slot_id)
    mothers = await book(db, irina, whom, (await region.free(db, "area-doctor"))[20].slot_id)
    andrey = await people.account(db, ANDREY)
    for parent in (irina, andrey):
        assert await seen_by(db, parent) == [hers.appointment_id, mothers.appointment_id]
    await hide(db, vera, {ENT, 59})
    for parent in (irina, andrey):
        assert await seen_by(db, parent) == []
        for receipt in (hers, mothers):
            with pytest.raises(AppointmentUnknown):
                await visits.get_for(
                    db, parent.id, receipt.appointment_id, now=NOW, region_zone=ZONE
                )
    assert await seen_by(db, vera) == [hers.appointment_id, mothers.appointment_id]
    await hide(db, vera, {ENT})
    assert await seen_by(db, irina) == [mothers.appointment_id]


async def test_each_parent_sees_what_the_other_booked_and_by_whom(
    db: Connection, vera: Account, irina: Account
) -> None:
    andrey = await people.account(db, ANDREY)
    await book(db, irina, await daughter(db, irina), (await region.free(db, "ent"))[0].slot_id)
    await book(db, vera, await patient(db, vera), (await region.free(db))[20].slot_id)
    by = {}
    for who in (irina, andrey, vera):
        found = await visits.search_for(db, who.id, now=NOW, region_zone=ZONE)
        by[who.first_name] = [it.booked_by for it in found]
    assert by == {
        "Ирина": ["here", "patient"],
        "Андрей": ["representative", "patient"],
        "Вера": ["representative", "here"],
    }


async def test_a_hidden_position_is_refused_in_the_very_words_of_a_sensitive_one(
    db: Connection, vera: Account, irina: Account
) -> None:
    aunt = await people.account(db, "Мария")
    link = await people.relative(
        db,
        aunt,
        kinship="other_child",
        last_name="Соколова",
        first_name="Вера",
        middle_name="Андреевна",
        birth_date=links.VERA.birth_date,
        policy_number=links.VERA_ON_THE_LIST.policy_number or "",
    )
    await hide(db, vera, {ENT})
    refused = []
    for who, whom, code in (
        (irina, await daughter(db, irina), "ent"),
        (aunt, await patient(db, aunt, link.person_id), "dermatologist"),
    ):
        slot = (await region.free(db, code))[0].slot_id
        with pytest.raises(NeedsConfirmedLink) as no:
            await book(db, who, whom, slot)
        refused.append((type(no.value), no.value.text, no.value.parameters))
    assert refused[0] == refused[1]
    assert "скры" not in refused[0][1]
    offered = await offers.search_doctors(
        db,
        (await region.departments(db))["child"],
        ENT,
        Asking(await daughter(db, irina), Channel.PORTAL, NOW),
    )
    assert [type(it.refusal) for it in offered] == [NeedsConfirmedLink]
    await book(db, vera, await patient(db, vera), (await region.free(db, "ent"))[0].slot_id)


async def test_a_clash_with_a_hidden_visit_tells_nothing_and_three_a_day_are_the_last(
    db: Connection, vera: Account, irina: Account
) -> None:
    slot = (await region.free(db, "ent"))[0]
    await book(db, vera, await patient(db, vera), slot.slot_id)
    whom = await daughter(db, irina)
    same_time = next(it for it in await region.free(db) if it.starts_at == slot.starts_at)
    with pytest.raises(PatientBusy) as told:
        await book(db, irina, whom, same_time.slot_id)
    assert "Оториноларинголог" in told.value.text
    await hide(db, vera, {ENT})
    for _ in range(3):
        with pytest.raises(ClashNotShown) as refused:
            await book(db, irina, await daughter(db, irina), same_time.slot_id)
    assert "лор" not in refused.value.text.lower()
    assert set(refused.value.parameters) == {"phone"}
    with pytest.raises(PausedUntilTomorrow):
        await book(db, irina, await daughter(db, irina), (await region.free(db))[30].slot_id)


async def test_visits_that_are_hidden_fill_the_limit_without_being_told(
    db: Connection, vera: Account, irina: Account
) -> None:
    await region.rule(db, max_coming=1)
    await book(db, vera, await patient(db, vera), (await region.free(db, "ent"))[0].slot_id)
    await hide(db, vera, {ENT})
    with pytest.raises(ClashNotShown):
        await book(db, irina, await daughter(db, irina), (await region.free(db))[20].slot_id)


async def test_a_hidden_visit_is_not_moved_by_a_parent(
    db: Connection, vera: Account, irina: Account
) -> None:
    hers = await book(db, vera, await patient(db, vera), (await region.free(db, "ent"))[0].slot_id)
    await hide(db, vera, {ENT})
    whom, slot_id = await daughter(db, irina), (await region.free(db))[20].slot_id
    with pytest.raises(CannotBeReplaced):
        await book(db, irina, whom, slot_id, replaces=hers.appointment_id)


async def test_a_hidden_referral_is_unknown_by_list_by_number_and_by_itself(
    db: Connection, vera: Account, irina: Account
) -> None:
    own = await patient(db, vera)
    made = await refer(db, own, position_id=NEUROLOGIST)
    assert len(await referrals.search_for(db, await daughter(db, irina))) == 1
    await hide(db, vera, {NEUROLOGIST})
    whom = await daughter(db, irina)
    assert await referrals.search_for(db, whom) == []
    with pytest.raises(ReferralUnknown):
        await referrals.get_by_number(db, whom, "Н-1")
    with pytest.raises(ReferralUnknown):
        await referrals.get(db, whom, made)
    slot = (await region.free(db, "neurologist"))[0].slot_id
    with pytest.raises(ReferralNeeded):
        await book(db, irina, whom, slot)
    with pytest.raises(ReferralUnknown):
        await book(db, irina, whom, slot, referral_id=made)
    await book(db, vera, own, slot)


async def test_the_journal_tells_a_parent_neither_of_hidden_visits_nor_of_referrals_to_them(
    db: Connection, vera: Account, irina: Account
) -> None:
    own = await patient(db, vera)
    await refer(db, own, position_id=NEUROLOGIST)
    await book(db, vera, own, (await region.free(db, "neurologist"))[0].slot_id)

    async def lines() -> set[str]:
        found = await journal.search(db, irina.id, await daughter(db, irina), now=NOW, zone=ZONE)
        return {it.kind.partition(".")[0] for it in found}

    assert {"appointment", "referral"} < await lines()
    await hide(db, vera, {NEUROLOGIST})
    assert not {"appointment", "referral", "positions"} & await lines()


async def test_a_time_that_the_clinic_proposes_for_a_hidden_visit_is_the_patients_alone(
    db: Connection, vera: Account, irina: Account
) -> None:
    whom = await daughter(db, irina)
    slot = (await region.free(db, "ent"))[0]
    await book(db, irina, whom, slot.slot_id)
    await hide(db, vera, {ENT})
    await withdrawals.cancel_doctor_day(
        db,
        now=NOW,
        actor=REGISTRAR,
        post_id=await region.post(db, "ent"),
        day=slot.starts_at.date(),
        reason="болезнь",
    )
    held = await value(db, "select id from appointment where proposed_for is not null")
    with pytest.raises(HoldOver):
        await holds.get(db, irina.id, held, now=NOW, patient=await daughter(db, irina))
    kept = await holds.get(db, vera.id, held, now=NOW, patient=await patient(db, vera))
    at_that_time = next(it for it in await region.free(db) if it.starts_at == kept.starts_at)
    with pytest.raises(ClashNotShown):  # and a parent's booking does not end it
        await book(db, irina, await daughter(db, irina), at_that_time.slot_id)


async def test_missed_visits_that_are_hidden_are_not_counted_for_a_parent(
    db: Connection, vera: Account, irina: Account
) -> None:
    rules = Rules.resolve({"no_show_limit": 3})
    hers = await book(db, vera, await patient(db, vera), (await region.free(db, "ent"))[0].slot_id)
    await execute(
        db,
        "update appointment set state = 'not_arrived' where id = %(it)s",
        it=hers.appointment_id,
    )
    later = NOW + timedelta(days=20)

    async def missed() -> int:
        whom = await daughter(db, irina)
        return (await no_shows.get_standing(db, whom, irina.id, rules, now=later)).missed

    assert await missed() == 1
    await hide(db, vera, {ENT})
    assert await missed() == 0


async def test_a_holder_who_may_only_see_neither_books_nor_moves(db: Connection) -> None:
    maria, oleg = await people.account(db), await people.account(db, "Олег")
    receipt = await book(
        db, maria, await patient(db, maria), (await region.free(db, "therapist"))[0].slot_id
    )
    await links.let(db, maria, oleg, acts=False)
    [seen] = await visits.search_for(db, oleg.id, now=NOW, region_zone=ZONE)
    assert (seen.id, seen.acts) == (receipt.appointment_id, False)
    assert len(await people_of(db, oleg)) == 1


async def test_a_holder_who_may_only_act_sees_what_he_booked_and_no_clash_is_told(
    db: Connection,
) -> None:
    maria, oleg = await people.account(db), await people.account(db, "Олег")
    slots = await region.free(db, "therapist")
    await book(db, maria, await patient(db, maria), slots[0].slot_id)
    await links.let(db, maria, oleg, sees=False)
    whom = (await people_of(db, oleg))[-1]
    with pytest.raises(ClashNotShown):
        await book(db, oleg, whom, slots[1].slot_id)
    assert await seen_by(db, oleg) == []
    gynaecologist = (await region.free(db, "gynaecologist"))[20]
    his = await book(db, oleg, whom, gynaecologist.slot_id)
    assert await seen_by(db, oleg) == [his.appointment_id]
