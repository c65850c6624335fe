"""Booking and cancelling: what is given, what is refused, what is told."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from registratura.booking import cancellation, visits
from registratura.booking.model import Channel
from registratura.booking.refusals import (
    AlreadyBookedToPosition,
    CannotBeCancelled,
    KeyReused,
    NeedsConfirmedLink,
    NotOpenYet,
    NotSelfBooked,
    PatientBusy,
    ReferralNeeded,
    SlotPast,
    SlotTaken,
    SlotUnknown,
    TooManyComing,
    WrongAge,
    WrongChannel,
    WrongSex,
)
from registratura.db import Connection, execute, value
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import people, region
from tests.given.people import NOW, ZONE
from tests.given.visits import actor, book, patient


async def confirm(db: Connection, whom: Patient) -> None:
    """What the desk does with a birth certificate in hand; its own function comes with the desk."""
    await execute(
        db,
        "update relative set level = 'confirmed' where person_id = %(person)s",
        person=whom.person_id,
    )


async def test_the_child_is_booked_to_his_area_doctor(
    db: Connection, maria: Account, petr: Patient
) -> None:
    assert petr.area_post_id == await region.post(db, "area-doctor")
    slot = (await region.free(db))[0]
    receipt = await book(db, maria, petr, slot.slot_id)
    assert (receipt.slot_id, receipt.starts_at) == (slot.slot_id, slot.starts_at)
    assert slot not in await region.free(db)
    (visit,) = await visits.search_for(db, maria.id, now=NOW, region_zone=ZONE)
    assert (visit.patient, visit.state) == ("Иванов Петр Иванович", "booked")


async def test_a_cancelled_slot_can_be_booked_again(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db))[0]
    for _ in range(2):
        receipt = await book(db, maria, petr, slot.slot_id)
        for _ in range(2):  # a second press changes nothing
            await cancellation.cancel(
                db, now=NOW, actor=actor(maria), zone=ZONE, appointment_id=receipt.appointment_id
            )
        assert slot in await region.free(db)


async def test_change_event_and_outbox_row_are_written_together(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db))[0]
    receipt = await book(db, maria, petr, slot.slot_id)
    await cancellation.cancel(
        db, now=NOW, actor=actor(maria), zone=ZONE, appointment_id=receipt.appointment_id
    )
    for table, kind in (("event", "kind"), ("outbox", "event")):
        written = await value(
            db,
            f"""
            select array_agg({kind} order by id) from {table}
            where subject_id = %(appointment)s
            """,  # type: ignore[arg-type]
            appointment=receipt.appointment_id,
        )
        assert written == ["appointment.booked", "appointment.cancelled"], table


async def test_a_refused_booking_leaves_nothing_behind(
    db: Connection, maria: Account, petr: Patient
) -> None:
    given, free = (await region.free(db, "ent"))[:2]
    await book(db, maria, petr, given.slot_id)
    other = await patient(db, await people.account(db, "Олег"))
    before = await value(db, "select count(*) from event")
    with pytest.raises(WrongAge):
        await book(db, maria, other, free.slot_id)
    with pytest.raises(SlotTaken):  # before any rule is looked at
        await book(db, maria, other, given.slot_id)
    announced = "outbox where event ~ '^appointment'"
    for table in ("idempotency_key", announced, "appointment"):
        assert await value(db, f"select count(*) from {table}") == 1, table  # type: ignore[arg-type]
    assert await value(db, "select count(*) from event") == before


async def test_the_same_key_gives_the_same_receipt_and_another_body_is_refused(
    db: Connection, maria: Account, petr: Patient
) -> None:
    first, second = (await region.free(db))[:2]
    key = uuid4()
    receipt = await book(db, maria, petr, first.slot_id, key=key)
    assert await book(db, maria, petr, first.slot_id, key=key) == receipt
    with pytest.raises(KeyReused):
        await book(db, maria, petr, second.slot_id, key=key)


async def test_a_seat_is_given_once(db: Connection, maria: Account, petr: Patient) -> None:
    slot = (await region.free(db))[0]
    await book(db, maria, petr, slot.slot_id)
    link = await people.relative(
        db, maria, first_name="Павел", birth_date=date(2016, 2, 2), policy_number="1234567891234568"
    )
    with pytest.raises(SlotTaken):
        await book(db, maria, await patient(db, maria, link.person_id), slot.slot_id)


async def test_a_patient_is_in_one_place_at_a_time(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await book(db, maria, petr, (await region.free(db))[0].slot_id)
    with pytest.raises(PatientBusy) as refused:
        await book(db, maria, petr, (await region.free(db, "ent"))[0].slot_id)
    assert "Педиатр участковый" in refused.value.text


async def test_a_patient_has_one_coming_visit_per_position(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await book(db, maria, petr, (await region.free(db))[0].slot_id)
    elsewhere = (await region.free(db, "far-paediatrician"))[-1]
    with pytest.raises(AlreadyBookedToPosition):
        await book(db, maria, petr, elsewhere.slot_id)


async def test_after_a_visit_the_position_may_be_booked_again(
    db: Connection, maria: Account, petr: Patient
) -> None:
    first = (await region.free(db))[0]
    await book(db, maria, petr, first.slot_id)
    later = (await region.free(db))[-1]
    await book(db, maria, petr, later.slot_id, now=first.starts_at + timedelta(minutes=1))


async def test_when_several_rules_are_broken_the_first_of_the_table_is_named(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db))[0]
    await book(db, maria, petr, slot.slot_id)
    with pytest.raises(SlotTaken):  # also busy, also the same position
        await book(db, maria, petr, slot.slot_id)


async def test_age_and_sex_are_the_doctors(db: Connection, maria: Account, petr: Patient) -> None:
    herself = await patient(db, maria)
    with pytest.raises(WrongAge, match="до 17 лет включительно"):
        await book(db, maria, herself, (await region.free(db))[0].slot_id)
    with pytest.raises(WrongAge, match="от 18 лет"):
        await book(db, maria, petr, (await region.free(db, "therapist"))[0].slot_id)
    with pytest.raises(WrongSex, match="женщин"):
        await book(db, maria, petr, (await region.free(db, "gynaecologist"))[0].slot_id)
    await book(db, maria, herself, (await region.free(db, "gynaecologist"))[0].slot_id)


async def test_the_age_is_that_of_the_day_of_the_visit(db: Connection) -> None:
    turns_18 = people.Profile(
        **{**vars(people.OLEG), "oid": 7, "birth_date": date(2008, 11, 28), "snils": None}
    )
    account = await people.account(db, turns_18)
    whom = await patient(db, account)
    times = await region.free(db, "therapist")
    before = next(it for it in times if it.starts_at.date() == date(2026, 11, 27))
    after = next(it for it in times if it.starts_at.date() == date(2026, 11, 28))
    with pytest.raises(WrongAge):
        await book(db, account, whom, before.slot_id)
    await book(db, account, whom, after.slot_id)


async def test_some_doctors_are_given_by_referral_or_by_the_desk_only(
    db: Connection, maria: Account, petr: Patient
) -> None:
    with pytest.raises(ReferralNeeded):
        await book(db, maria, petr, (await region.free(db, "neurologist"))[0].slot_id)
    slot = (await region.free(db, "ultrasound"))[0]
    with pytest.raises(NotSelfBooked):
        await book(db, maria, petr, slot.slot_id)
    await book(db, maria, petr, slot.slot_id, channel=Channel.DESK)


async def test_a_sensitive_doctor_needs_a_confirmed_link(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db, "dermatologist"))[0]
    with pytest.raises(NeedsConfirmedLink):
        await book(db, maria, petr, slot.slot_id)
    await confirm(db, petr)
    await book(db, maria, await patient(db, maria, petr.person_id), slot.slot_id)


async def test_past_times_and_days_that_are_not_open_are_refused(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db))[0]
    with pytest.raises(SlotPast):
        await book(db, maria, petr, slot.slot_id, now=slot.starts_at - timedelta(minutes=10))
    await book(
        db,
        maria,
        petr,
        slot.slot_id,
        now=slot.starts_at - timedelta(minutes=10),
        channel=Channel.DESK,
    )
    beyond = await value(
        db,
        """
        select slot.id from slot join post on post.id = slot.post_id
        where post.code = 'ent' order by starts_at desc limit 1
        """,
    )
    with pytest.raises(NotOpenYet):
        await book(db, maria, petr, beyond)
    with pytest.raises(SlotUnknown):
        await book(db, maria, petr, uuid4())


async def test_a_slot_opens_at_its_hour_and_only_to_its_channels(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db, "ent"))[0]
    change = "update slot set opens_at = %(at)s, channels = %(channels)s where id = %(id)s"
    await execute(db, change, at=NOW + timedelta(hours=1), channels=["portal"], id=slot.slot_id)
    with pytest.raises(NotOpenYet):
        await book(db, maria, petr, slot.slot_id)
    await execute(db, change, at=NOW, channels=["desk"], id=slot.slot_id)
    with pytest.raises(WrongChannel):
        await book(db, maria, petr, slot.slot_id)
    assert slot not in await region.free(db, "ent")


async def test_a_blocked_slot_is_not_given(db: Connection, maria: Account, petr: Patient) -> None:
    slot = (await region.free(db, "ent"))[0]
    await execute(db, "update slot set blocked = 'ремонт' where id = %(id)s", id=slot.slot_id)
    with pytest.raises(SlotTaken):
        await book(db, maria, petr, slot.slot_id)


async def test_a_patient_has_at_most_so_many_coming_visits(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await execute(db, "update region set rules = '{\"max_coming\": 1}'")
    await book(db, maria, petr, (await region.free(db))[0].slot_id)
    with pytest.raises(TooManyComing, match="уже 1"):
        await book(db, maria, petr, (await region.free(db, "ent"))[-1].slot_id)


async def test_a_visit_that_has_begun_cannot_be_cancelled(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db))[0]
    receipt = await book(db, maria, petr, slot.slot_id)
    with pytest.raises(CannotBeCancelled):
        await cancellation.cancel(
            db,
            now=slot.starts_at,
            actor=actor(maria),
            zone=ZONE,
            appointment_id=receipt.appointment_id,
        )
