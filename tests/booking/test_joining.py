"""The desk joins two cards of one child: coming visits go over, history stays and is read."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from registratura.booking import (
    appointments,
    cancellation,
    holds,
    marks,
    referrals,
    visits,
    withdrawals,
)
from registratura.booking.joining import Joined
from registratura.booking.model import State
from registratura.booking.refusals import CardClosed, CardsClash
from registratura.booking.wishes import Wish
from registratura.db import Connection, value
from registratura.people import patients
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura.people.refusals import CardJoined, CardUnknown, SameCard
from tests.given import people, region
from tests.given.cards import check_promises, join, mistyped, whose
from tests.given.people import NOW, ZONE
from tests.given.visits import CHANNEL, REGISTRAR, actor, book, patient, refer


@pytest.fixture
async def petya(db: Connection, maria: Account) -> Patient:
    """Пётр once more, with a slip, of the same account."""
    return await mistyped(db, maria)


async def seen(db: Connection, account: Account) -> list[tuple[UUID, UUID]]:
    """Visits that the account sees, each with the card it is shown under."""
    found = await visits.search_for(db, account.id, now=NOW, region_zone=ZONE)
    return [(it.id, it.patient_id) for it in found]


async def test_coming_visits_go_over_and_each_is_told_by_its_event(
    db: Connection, maria: Account, petr: Patient, petya: Patient
) -> None:
    visit = (await book(db, maria, petya, (await region.free(db))[0].slot_id)).appointment_id
    assert await join(db, petya, petr) == Joined(visits=1, referrals=0, holds=0)
    assert await whose(db, visit) == petr.person_id
    assert await seen(db, maria) == [(visit, petr.person_id)]
    told = await value(
        db,
        """
        select array_agg(array[kind, subject_id::text, before ->> 'patient_id',
                               after ->> 'patient_id', actor_id] order by id)
        from event where kind ~ '[.]joined$'
        """,
    )
    visit_told, card_told = sorted(told)
    by = REGISTRAR.id
    assert visit_told == [
        "appointment.joined",
        str(visit),
        str(petya.person_id),
        str(petr.person_id),
        by,
    ]
    assert card_told == ["person.joined", str(petya.person_id), None, None, by]
    assert await value(db, "select event from outbox order by id desc limit 1") == "person.joined"
    await check_promises(db)


async def test_what_is_over_stays_as_written_and_is_read_through_the_joined_card(
    db: Connection, maria: Account, petr: Patient, petya: Patient
) -> None:
    free = await region.free(db)
    over = (await book(db, maria, petya, free[0].slot_id)).appointment_id
    await marks.mark(
        db,
        now=free[0].starts_at,
        actor=REGISTRAR,
        appointment_id=over,
        state=State.VISITED,
    )
    gone = (await book(db, maria, petya, (await region.free(db, "ent"))[-1].slot_id)).appointment_id
    await cancellation.cancel(db, now=NOW, actor=REGISTRAR, appointment_id=gone)
    await join(db, petya, petr, free[0].ends_at)
    assert {await whose(db, it) for it in (over, gone)} == {petya.person_id}
    assert set(await seen(db, maria)) == {(over, petr.person_id), (gone, petr.person_id)}
    one = await visits.get_for(db, maria.id, over, now=NOW, region_zone=ZONE)
    assert one.state == "visited"


async def test_each_link_reads_both_cards_and_a_declared_one_only_its_own_bookings(
    db: Connection, maria: Account, petr: Patient
) -> None:
    stranger = await people.account(db, "Чужой")
    his = await mistyped(db, stranger, kinship="other_child")
    marias = (await book(db, maria, petr, (await region.free(db))[0].slot_id)).appointment_id
    strangers = (
        await book(db, stranger, his, (await region.free(db, "ent"))[-1].slot_id)
    ).appointment_id
    await join(db, his, petr)
    assert await seen(db, maria) == [(marias, petr.person_id)]
    assert await seen(db, stranger) == [(strangers, petr.person_id)]


async def test_who_reaches_one_card_twice_sees_each_visit_once_and_by_the_better_right(
    db: Connection, maria: Account
) -> None:
    herself = await patient(db, maria)
    twin = await mistyped(db, maria)
    visit = await book(db, maria, herself, (await region.free(db, "therapist"))[0].slot_id)
    await join(db, twin, herself)
    assert await seen(db, maria) == [(visit.appointment_id, maria.person_id)]
    await join(db, maria.person_id, await people.card(db))  # her own card is joined on
    [(again, shown_under)] = await seen(db, maria)
    assert (again, await whose(db, again)) == (visit.appointment_id, shown_under)
    assert shown_under != maria.person_id


async def test_cards_joined_before_lead_to_the_last_one_in_one_step(
    db: Connection, maria: Account, petr: Patient, petya: Patient
) -> None:
    third = await mistyped(db, maria, first_name="Петруша", policy_number="1234567891234564")
    visit = (await book(db, maria, third, (await region.free(db))[0].slot_id)).appointment_id
    await join(db, third, petya)
    await join(db, petya, petr)
    pointers = "select array_agg(distinct joined_into) from person where joined_into is not null"
    assert await value(db, pointers) == [petr.person_id]
    assert await whose(db, visit) == petr.person_id
    for card in (petya, third):
        found = await patients.get_for(db, maria.id, card.person_id, now=NOW, zone=ZONE)
        assert found.person_id == petr.person_id
    acting_for = await patients.search(db, maria.id, now=NOW, zone=ZONE)
    assert [it.person_id for it in acting_for] == [maria.person_id, petr.person_id]


async def test_referrals_go_over(
    db: Connection, maria: Account, petr: Patient, petya: Patient
) -> None:
    await refer(db, petya)
    assert (await join(db, petya, petr)).referrals == 1
    slot = (await region.free(db, "neurologist"))[0]
    found = await referrals.get_by_number(db, petr, "Н-1")
    await book(db, maria, petr, slot.slot_id, referral_id=found.id)


async def test_holds_of_the_losing_card_end_and_their_times_are_free(
    db: Connection, maria: Account, petr: Patient, petya: Patient
) -> None:
    slot = (await region.free(db))[0]
    await holds.hold(db, Wish(NOW, actor(maria), petya, slot.slot_id, CHANNEL))
    assert (await join(db, petya, petr)).holds == 1
    assert slot in await region.free(db)
    assert await value(db, "select kind from event order by id desc offset 1 limit 1") == (
        "appointment.expired"
    )
    await check_promises(db)


async def test_a_time_that_the_clinic_proposed_goes_over(
    db: Connection, maria: Account, petr: Patient, petya: Patient
) -> None:
    slot = (await region.free(db))[0]
    await book(db, maria, petya, slot.slot_id)
    [outcome] = await withdrawals.cancel_doctor_day(
        db,
        now=NOW,
        actor=REGISTRAR,
        post_id=await region.post(db, "area-doctor"),
        day=slot.starts_at.date(),
        reason="Врач заболел",
    )
    assert outcome.proposed_at is not None
    assert (await join(db, petya, petr)).holds == 0
    proposed = await value(db, "select id from appointment where state = 'held'")
    kept = await holds.get(db, maria.id, proposed, now=NOW)
    assert kept.patient_id == petr.person_id
    await appointments.book(db, Wish(NOW, actor(maria), petr, kept.slot_id, CHANNEL), uuid4())
    await check_promises(db)


# what clashes


async def test_if_two_visits_clash_nothing_moves_and_both_are_named(
    db: Connection, maria: Account, petr: Patient, petya: Patient
) -> None:
    first, second = (await region.free(db))[:2]
    kept = await book(db, maria, petr, first.slot_id)  # both to the paediatrician
    losing = await book(db, maria, petya, second.slot_id)
    other = await book(db, maria, petya, (await region.free(db, "ent"))[-1].slot_id)
    await refer(db, petya)
    before = await value(db, "select count(*) from event")
    with pytest.raises(CardsClash) as refused:
        await join(db, petya, petr)
    for receipt in (kept, losing):
        assert receipt.number in refused.value.text
    assert other.number not in refused.value.text
    assert await value(db, "select count(*) from event") == before
    assert await whose(db, other.appointment_id) == petya.person_id
    assert await value(db, "select count(*) from person where joined_into is not null") == 0
    await cancellation.cancel(
        db, now=NOW, actor=REGISTRAR, appointment_id=losing.appointment_id, by="clinic"
    )
    assert (await join(db, petya, petr)).visits == 1


async def test_two_visits_at_one_time_clash(
    db: Connection, maria: Account, petr: Patient, petya: Patient
) -> None:
    one, other = (await region.free(db))[0], (await region.free(db, "ent"))[0]
    receipts = [
        await book(db, maria, petr, one.slot_id),
        await book(db, maria, petya, other.slot_id),
    ]
    with pytest.raises(CardsClash) as refused:
        await join(db, petya, petr)
    assert all(it.number in refused.value.text for it in receipts)
    assert "26.11.2026 08:00" in refused.value.text  # on the clinic's clock


async def test_a_hold_past_its_end_clashes_with_nothing(
    db: Connection, maria: Account, petr: Patient, petya: Patient
) -> None:
    first, second = (await region.free(db))[:2]
    await holds.hold(db, Wish(NOW, actor(maria), petr, first.slot_id, CHANNEL))
    visit = (await book(db, maria, petya, second.slot_id)).appointment_id
    with pytest.raises(CardsClash):
        await join(db, petya, petr)
    await join(db, petya, petr, NOW + timedelta(minutes=10))
    assert await whose(db, visit) == petr.person_id
    assert first in await region.free(db)


async def test_a_visit_that_is_over_clashes_with_nothing(
    db: Connection, maria: Account, petr: Patient, petya: Patient
) -> None:
    """On one card the second would have been refused; now there is nothing to choose from."""
    free = await region.free(db)
    over = await book(db, maria, petr, free[0].slot_id)
    coming = await book(db, maria, petya, free[-1].slot_id)
    now = free[0].starts_at
    await marks.mark(
        db, now=now, actor=REGISTRAR, appointment_id=over.appointment_id, state=State.VISITED
    )
    assert (await join(db, petya, petr, now + timedelta(hours=1))).visits == 1
    assert await whose(db, coming.appointment_id) == petr.person_id
    await check_promises(db)
    with pytest.raises(Exception, match="уже есть запись"):  # the rule still holds
        await book(db, maria, petr, free[-5].slot_id, now=now + timedelta(hours=1))


# what is refused


async def test_a_card_is_joined_once_into_another_that_is_not_joined(
    db: Connection, maria: Account, petr: Patient, petya: Patient
) -> None:
    third = await mistyped(db, maria, first_name="Петруша", policy_number="1234567891234564")
    with pytest.raises(SameCard):
        await join(db, petr, petr)
    for losing, into in ((uuid4(), petr), (petr, uuid4())):
        with pytest.raises(CardUnknown):
            await join(db, losing, into)
    with pytest.raises(ValueError, match="now"):
        await join(db, petya, petr, NOW.replace(tzinfo=None))
    await join(db, petya, petr)
    for losing, into in ((petya, third), (third, petya), (petr, petya)):
        with pytest.raises(CardJoined, match=str(petya.person_id)):
            await join(db, losing, into)


async def test_nobody_books_on_a_joined_card_with_a_page_opened_before(
    db: Connection, maria: Account, petr: Patient, petya: Patient
) -> None:
    await join(db, petya, petr)
    with pytest.raises(CardClosed):
        await book(db, maria, petya, (await region.free(db))[0].slot_id)
