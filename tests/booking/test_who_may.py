"""Who may book: attachment, area and substitutes, closed cards, missed visits, referrals."""

from datetime import timedelta
from uuid import uuid4

import pytest

from registratura.booking import absences, families, no_shows, offers
from registratura.booking.model import Channel
from registratura.booking.offers import Asking
from registratura.booking.refusals import (
    CardClosed,
    ClashNotShown,
    NoShowPause,
    NotAttached,
    NotYourArea,
    TooManyComing,
)
from registratura.booking.rulebook import Rules
from registratura.booking.wishes import Wish
from registratura.db import Connection, execute, value
from registratura.people import relatives
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import people, region
from tests.given.people import NOW
from tests.given.visits import CHANNEL, REGISTRAR, actor, book, patient, stranger

DAY = timedelta(days=1)


async def test_a_clinic_may_receive_its_own_attached_only(
    db: Connection, maria: Account, petr: Patient
) -> None:
    near, far = (await region.free(db))[0], (await region.free(db, "far-paediatrician"))[1]
    await region.rule(db, attachment="own")
    with pytest.raises(NotAttached):
        await book(db, maria, petr, far.slot_id)
    await book(db, maria, petr, far.slot_id, channel=Channel.DESK)  # the desk decides itself
    await execute(db, "delete from appointment")
    await book(db, maria, petr, near.slot_id)


async def test_an_open_list_of_positions_receives_everybody(
    db: Connection, maria: Account, petr: Patient
) -> None:
    far = (await region.free(db, "far-paediatrician"))[0]
    await region.rule(db, attachment="open_list", open_positions=[53])
    with pytest.raises(NotAttached):
        await book(db, maria, petr, far.slot_id)
    await region.rule(db, open_positions=[53, 59])
    await book(db, maria, petr, far.slot_id)


async def test_one_who_is_attached_nowhere_is_received_if_the_clinic_says_so(
    db: Connection, maria: Account
) -> None:
    child = await stranger(db, maria)
    slot = (await region.free(db))[0]
    await region.rule(db, attachment="own", unattached=False)
    with pytest.raises(NotAttached):
        await book(db, maria, child, slot.slot_id)
    await region.rule(db, unattached=True)
    await book(db, maria, child, slot.slot_id)


async def test_an_area_doctor_may_receive_his_area_only_and_his_substitute_with_him(
    db: Connection, maria: Account, petr: Patient
) -> None:
    other = (await region.free(db, "paediatrician"))[0]
    await region.rule(db, area="own")
    with pytest.raises(NotYourArea):
        await book(db, maria, petr, other.slot_id)
    await absences.record(
        db,
        now=NOW,
        actor=REGISTRAR,
        post_id=await region.post(db, "area-doctor"),
        first_day=other.starts_at.date(),
        last_day=other.starts_at.date(),
        reason="Учёба",
        substitute_id=await region.post(db, "paediatrician"),
    )
    next_day = next(
        it
        for it in await region.free(db, "paediatrician")
        if it.starts_at.date() > other.starts_at.date()
    )
    with pytest.raises(NotYourArea):  # on that day the area's own doctor receives
        await book(db, maria, petr, next_day.slot_id)
    await book(db, maria, petr, other.slot_id)


async def test_doctors_stand_in_the_order_own_substitute_others(
    db: Connection, petr: Patient
) -> None:
    clinic = (await region.departments(db))["child"]
    asking = Asking(petr, CHANNEL, NOW)
    order = await offers.search_doctors(db, clinic, 59, asking)
    assert order[0].doctor.post_id == petr.area_post_id
    await execute(
        db,
        """
        insert into post (code, practitioner_id, position_id, department_id, room_id)
        select 'third', practitioner_id, position_id, department_id, room_id
        from post where code = 'paediatrician'
        """,
    )
    await absences.record(
        db,
        now=NOW,
        actor=REGISTRAR,
        post_id=await region.post(db, "area-doctor"),
        first_day=region.TODAY,
        last_day=region.TODAY + 20 * DAY,
        reason="Отпуск",
        substitute_id=await region.post(db, "third"),
    )
    order = await offers.search_doctors(db, clinic, 59, asking)
    assert [it.doctor.post_id for it in order] == [
        await region.post(db, code) for code in ("area-doctor", "third", "paediatrician")
    ]
    assert order[0].times == []


@pytest.mark.parametrize(
    "fate",
    [
        "died_on = '2026-11-01'",
        "joined_into = (select id from person as other where other.id <> person.id limit 1)",
    ],
)
async def test_nobody_is_booked_on_a_closed_card(
    db: Connection, maria: Account, petr: Patient, fate: str
) -> None:
    slot = (await region.free(db))[0]
    await db.execute(f"update person set {fate} where id = %s", [petr.person_id])  # type: ignore[call-overload]
    with pytest.raises(CardClosed, match="484"):
        await book(db, maria, petr, slot.slot_id)


async def missed(db: Connection, maria: Account, petr: Patient, count: int) -> None:
    """So many visits to which nobody came, a day ago each."""
    for slot in (await region.free(db))[:count]:
        await book(db, maria, petr, slot.slot_id)
        await execute(
            db,
            """
            update appointment set state = 'not_arrived', starts_at = starts_at - interval '3 days',
                                   ends_at = ends_at - interval '3 days'
            where state = 'booked'
            """,
        )


async def test_missed_visits_pause_nobody_unless_the_clinic_says_so(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await missed(db, maria, petr, 3)
    slots = await region.free(db)
    await book(db, maria, petr, slots[0].slot_id)
    await execute(db, "delete from appointment where state = 'booked'")
    await region.rule(db, no_show_limit=3, no_show_pause_days=14)
    with pytest.raises(NoShowPause, match=r"3.*07\.12\.2026"):
        await book(db, maria, petr, slots[1].slot_id)
    await book(db, maria, petr, slots[1].slot_id, channel=Channel.DESK)


async def test_the_patient_sees_the_count_the_warning_and_when_it_is_forgotten(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await missed(db, maria, petr, 2)
    rules = Rules(no_show_limit=3, no_show_days=90)
    standing = await no_shows.get_standing(db, petr, maria.id, rules, now=NOW)
    assert (standing.missed, standing.limit, standing.next_one_pauses) == (2, 3, True)
    assert standing.forgotten_at is not None
    later = standing.forgotten_at + timedelta(hours=1)
    assert (await no_shows.get_standing(db, petr, maria.id, rules, now=later)).missed == 0


async def test_a_declared_relative_shows_only_what_this_account_missed(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await missed(db, maria, petr, 2)
    oleg = await people.account(db, "Олег")
    link = await people.relative(db, oleg)
    his = await patient(db, oleg, link.person_id)
    rules = Rules(no_show_limit=3)
    assert (await no_shows.get_standing(db, his, oleg.id, rules, now=NOW)).missed == 0


async def test_a_link_that_was_left_still_counts_among_what_the_account_booked(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await region.rule(db, max_coming_declared=1)
    await book(db, maria, petr, (await region.free(db))[0].slot_id)
    assert petr.relative_id is not None
    await relatives.leave(db, maria.id, petr.relative_id, now=NOW)
    with pytest.raises(TooManyComing):
        await book(db, maria, await stranger(db, maria), (await region.free(db))[0].slot_id)


async def test_a_hidden_clash_is_counted_against_the_one_whose_it_is(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await region.rule(db, max_coming=1)
    await book(db, maria, petr, (await region.free(db, "ent"))[5].slot_id)
    chuzhoy = await people.account(db, "Чужой")
    his = await patient(db, chuzhoy, (await people.relative(db, chuzhoy)).person_id)
    other = await stranger(db, chuzhoy)
    pair = families.pairs(await region.free(db))[0]
    with pytest.raises(ClashNotShown):
        await families.book_together(
            db,
            Wish(NOW, actor(chuzhoy), other, pair.first.slot_id, CHANNEL),
            Wish(NOW, actor(chuzhoy), his, pair.second.slot_id, CHANNEL),
            uuid4(),
        )
    counted = await value(
        db, "select person_id from event where kind = 'appointment.clash_not_shown'"
    )
    assert counted == petr.person_id


async def test_at_the_limit_of_declared_visits_one_of_them_can_still_be_moved(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await region.rule(db, max_coming_declared=1)
    first, other = (await region.free(db))[:2]
    visit = await book(db, maria, petr, first.slot_id)
    await book(db, maria, petr, other.slot_id, replaces=visit.appointment_id)
