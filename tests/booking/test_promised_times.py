"""A time that the clinic promised: kept until its patient decides, and never refused to him."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from registratura.booking import appointments, holds, withdrawals
from registratura.booking.model import Channel
from registratura.booking.refusals import MovedElsewhere
from registratura.booking.wishes import Wish
from registratura.booking.withdrawals import Outcome
from registratura.db import Connection, execute, value
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import people, region
from tests.given.people import NOW
from tests.given.visits import CHANNEL, REGISTRAR, actor, book, patient, refer


async def withdraw(db: Connection, day: object, post: str = "area-doctor") -> list[Outcome]:
    return await withdrawals.cancel_doctor_day(
        db,
        now=NOW,
        actor=REGISTRAR,
        post_id=await region.post(db, post),
        day=day,  # type: ignore[arg-type]
        reason="Врач заболел",
    )


async def proposal(db: Connection) -> tuple[UUID, UUID]:
    """The living proposal and its slot."""
    found = await value(
        db, "select array[id, slot_id] from appointment where state = 'held' and live"
    )
    return found[0], found[1]


async def accept(db: Connection, maria: Account, whom: Patient, **late: timedelta) -> None:
    _, slot = await proposal(db)
    now = NOW + timedelta(**late) if late else NOW  # type: ignore[arg-type]
    await appointments.book(db, Wish(now, actor(maria), whom, slot, CHANNEL), uuid4())


async def test_two_visits_of_one_child_on_a_closed_day_get_two_times_that_stand(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db))[0]
    await book(db, maria, petr, slot.slot_id)
    await book(db, maria, petr, (await region.free(db, "ent"))[4].slot_id)
    done = await withdrawals.close_day(
        db,
        now=NOW,
        actor=REGISTRAR,
        department_id=(await region.departments(db))["child"],
        day=slot.starts_at.date(),
        reason="Авария",
    )
    assert all(it.proposed_at for it in done)
    held = await value(db, "select count(*) from appointment where state = 'held'")
    assert held == 2


async def test_a_choice_of_another_doctor_at_another_time_leaves_it_be(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db))[0]
    await book(db, maria, petr, slot.slot_id)
    await withdraw(db, slot.starts_at.date())
    kept, _ = await proposal(db)
    other = (await region.free(db, "ent"))[-1]
    await holds.hold(db, Wish(NOW, actor(maria), petr, other.slot_id, CHANNEL))
    await book(db, maria, petr, other.slot_id)
    assert (await holds.get(db, maria.id, kept, now=NOW)).proposed


async def test_if_its_day_is_withdrawn_too_another_is_proposed_or_the_patient_is_told(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db))[0]
    await book(db, maria, petr, slot.slot_id)
    [first] = await withdraw(db, slot.starts_at.date())
    assert first.proposed_at is not None
    [second] = await withdraw(db, first.proposed_at.date())
    assert second.proposed_at is not None
    assert second.proposed_at.date() > first.proposed_at.date()
    await execute(db, "update slot set blocked = 'Ремонт'")
    [last] = await withdraw(db, second.proposed_at.date())
    assert last.proposed_at is None
    told = await value(
        db,
        """
        select array_agg(event || ' ' || coalesce(state, '') order by outbox.id)
        from outbox join appointment on appointment.id = outbox.subject_id
        """,
    )
    assert told == [
        "appointment.booked cancelled",
        "appointment.proposed expired",
        "appointment.proposed expired",
        "appointment.withdrawn cancelled",
    ]
    assert await value(db, "select sum(taken) from slot") == 0


async def test_it_comes_with_the_referral_of_the_visit(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db, "neurologist"))[0]
    referral = await refer(db, petr)
    await book(db, maria, petr, slot.slot_id, referral_id=referral)
    await withdraw(db, slot.starts_at.date(), "neurologist")
    await accept(db, maria, petr)
    used = await value(db, "select referral_id from appointment where state = 'booked'")
    assert used == referral


async def test_a_cut_off_that_came_meanwhile_does_not_close_it(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await region.rule(db, tomorrow_until="13:00")
    slot = (await region.free(db))[0]
    await book(db, maria, petr, slot.slot_id)
    await withdraw(db, slot.starts_at.date())
    await region.rule(db, tomorrow_until="12:00", today_until="00:00", horizon_days=0)
    await accept(db, maria, petr, hours=2)


async def test_it_stays_in_the_share_of_the_channel_that_the_visit_had(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db))[0]
    await book(db, maria, petr, slot.slot_id, channel=Channel.DESK)
    await withdraw(db, slot.starts_at.date())
    await execute(
        db,
        """
        insert into quota (session_id, channel, quota, released_at)
        select session_id, 'portal', 0, starts_at from slot
        on conflict do nothing
        """,
    )
    whom = await patient(db, maria, petr.person_id)
    await accept(db, maria, whom)
    assert await value(db, "select channel from appointment where state = 'booked'") == "desk"


async def test_missed_visits_and_waived_rules_do_not_keep_the_clinic_from_proposing(
    db: Connection, maria: Account, petr: Patient
) -> None:
    first, second = (await region.free(db))[:2]
    await book(db, maria, petr, (await region.free(db))[-1].slot_id)
    await book(db, maria, petr, second.slot_id, waived_by="снимок")
    await region.rule(db, no_show_limit=1, max_coming=1)
    await execute(
        db,
        """
        insert into appointment (slot_id, patient_id, post_id, department_id, position_id, room_id,
                                 starts_at, ends_at, state, channel, booked_at)
        select id, %(petr)s, post_id, department_id, 24, room_id, %(at)s, %(at)s, 'not_arrived',
               'portal', %(at)s
        from slot where id = %(slot)s
        """,
        petr=petr.person_id,
        at=NOW - timedelta(days=2),
        slot=first.slot_id,
    )
    [done] = await withdraw(db, second.starts_at.date())
    assert done.proposed_at is not None


async def test_of_two_parents_one_moves_a_visit_and_the_other_is_told_so(
    db: Connection, maria: Account, petr: Patient
) -> None:
    oleg = await people.account(db, "Олег")
    link = await people.relative(db, oleg)
    await execute(db, "update relative set level = 'confirmed'")
    hers = await patient(db, maria, petr.person_id)
    his = await patient(db, oleg, link.person_id)
    free = await region.free(db)
    visit = await book(db, maria, hers, free[0].slot_id)
    moving = Wish(NOW, actor(maria), hers, free[5].slot_id, CHANNEL, visit.appointment_id)
    await holds.hold(db, moving)
    with pytest.raises(MovedElsewhere):
        await holds.hold(
            db, Wish(NOW, actor(oleg), his, free[6].slot_id, CHANNEL, visit.appointment_id)
        )
