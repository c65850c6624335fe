"""What the clinic proposes: late enough to be heard of, seen by whom the visit was, declined."""

from datetime import UTC, date, datetime, timedelta

import pytest

from registratura.booking import holds, proposals, visits, withdrawals
from registratura.booking.proposals import Proposal
from registratura.booking.refusals import HoldOver
from registratura.booking.wishes import Wish
from registratura.booking.withdrawals import Outcome
from registratura.db import Connection, execute, value
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import people, region
from tests.given.people import NOW, ZONE
from tests.given.visits import CHANNEL, REGISTRAR, actor, book, refer

EARLY = datetime(2026, 11, 26, 4, 30, tzinfo=UTC)  # half past seven of the visit's own day
TODAY = EARLY.date()


async def withdraw(
    db: Connection,
    now: datetime = NOW,
    post: str = "area-doctor",
    reason: str = "Врач болеет",
    day: date = TODAY,
) -> Outcome:
    """The doctor's day, Thursday unless another is said, is cancelled; on it stands one visit."""
    [done] = await withdrawals.cancel_doctor_day(
        db,
        now=now,
        actor=REGISTRAR,
        post_id=await region.post(db, post),
        day=day,
        reason=reason,
    )
    return done


async def only_today(db: Connection) -> None:
    """No day but Thursday has a free time."""
    await execute(
        db, "update slot set blocked = 'Ремонт' where starts_at::date <> %(day)s", day=TODAY
    )


async def seen(db: Connection, account: Account, now: datetime = NOW) -> list[Proposal]:
    return await proposals.search_for(db, account.id, now=now, region_zone=ZONE)


def hour(moment: datetime | None) -> str:
    assert moment is not None
    return f"{moment + timedelta(hours=3):%H:%M}"


# how soon, how long


@pytest.mark.parametrize(
    ("rules", "begins", "ends"),
    [
        ({}, "09:45", "09:30"),
        ({"proposal_lead_minutes": 180}, "10:45", "10:30"),
        ({"proposal_lead_minutes": 0}, "09:00", "08:45"),  # kept for the least hour all the same
        ({"lead_minutes": 120}, "10:45", "08:45"),
        ({"proposal_hours": 1}, "09:45", "08:30"),
    ],
)
async def test_a_proposed_time_leaves_the_patient_time_to_hear_of_it(
    db: Connection, maria: Account, petr: Patient, rules: dict[str, int], begins: str, ends: str
) -> None:
    await region.rule(db, **rules)
    await only_today(db)
    await book(db, maria, petr, (await region.free(db))[0].slot_id)  # at eight
    assert hour((await withdraw(db, EARLY)).proposed_at) == begins
    [kept] = await seen(db, maria, EARLY)
    assert hour(kept.held_until) == ends


async def test_the_nearest_to_the_lost_time_is_proposed(
    db: Connection, maria: Account, petr: Patient
) -> None:
    """Not the first that is free: the patient had planned for about then."""
    free = await region.free(db)
    lost = next(it for it in free if it.starts_at.date() == TODAY + timedelta(days=5))
    await book(db, maria, petr, lost.slot_id)
    done = await withdraw(db, day=lost.starts_at.date())
    left = [it.starts_at for it in free if it.starts_at.date() != lost.starts_at.date()]
    assert done.proposed_at == min(left, key=lambda it: abs(it - lost.starts_at))


async def test_what_could_be_kept_for_minutes_only_is_not_proposed(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await only_today(db)
    slot = (await region.free(db))[-1]
    visit = await book(db, maria, petr, slot.slot_id)
    assert (await withdraw(db, slot.starts_at - timedelta(hours=1))).proposed_at is None
    told = "select array_agg(event || ' ' || subject_id order by id) from outbox"
    assert (await value(db, told))[-1] == f"appointment.withdrawn {visit.appointment_id}"


async def test_where_nothing_is_kept_nothing_is_proposed(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await region.rule(db, proposal_hours=0)
    await book(db, maria, petr, (await region.free(db))[0].slot_id)
    assert (await withdraw(db)).proposed_at is None


# who sees it


async def test_it_is_seen_with_what_it_is_for_and_why(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db))[0]
    visit = await book(db, maria, petr, slot.slot_id)
    await withdraw(db, reason=" Врач болеет ")
    [it] = await seen(db, maria)
    assert (it.was_id, it.was_at, it.because) == (
        visit.appointment_id,
        slot.starts_at,
        "Врач болеет",
    )
    assert it.patient == "Иванов Петр Иванович"
    assert it.held_until == NOW + timedelta(hours=24)
    found = await proposals.find_for(db, maria.id, it.was_id, now=NOW, region_zone=ZONE)
    assert found == it
    was = await visits.get_for(db, maria.id, it.was_id, now=NOW, region_zone=ZONE)
    assert (was.cancelled_by, was.cancelled_because) == ("clinic", "Врач болеет")
    assert await seen(db, maria, it.held_until) == []


async def test_who_may_not_know_of_the_visit_does_not_see_it(
    db: Connection, maria: Account, petr: Patient
) -> None:
    visit = await book(db, maria, petr, (await region.free(db))[0].slot_id)
    oleg = await people.account(db, "Олег")
    await people.relative(db, oleg)
    await withdraw(db)
    assert await seen(db, oleg) == []
    was, zone = visit.appointment_id, ZONE
    assert await proposals.find_for(db, oleg.id, was, now=NOW, region_zone=zone) is None
    await execute(db, "update relative set level = 'confirmed'")
    assert [it.was_id for it in await seen(db, oleg)] == [was]


# declined


async def test_a_declined_time_is_free_and_so_is_the_referral(
    db: Connection, maria: Account, petr: Patient
) -> None:
    referral = await refer(db, petr)
    slot = (await region.free(db, "neurologist"))[0]
    await book(db, maria, petr, slot.slot_id, referral_id=referral)
    await withdraw(db, post="neurologist")
    [it] = await seen(db, maria)
    assert it.referral_id == referral
    held = await holds.get(db, maria.id, it.id, now=NOW)
    await proposals.decline(db, held, now=NOW, actor=actor(maria), zone=ZONE)
    assert await seen(db, maria) == []
    assert await value(db, "select sum(taken) from slot") == 0
    told = "select array_agg(kind || ' ' || actor_id order by id desc) from event"
    assert (await value(db, told))[0] == f"appointment.expired {maria.id}"
    with pytest.raises(HoldOver):
        await proposals.decline(db, held, now=NOW, actor=actor(maria), zone=ZONE)
    other = (await region.free(db, "neurologist"))[-1]
    await book(db, maria, petr, other.slot_id, referral_id=referral)


async def test_only_what_the_clinic_proposed_is_declined(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db))[0].slot_id
    held = await holds.hold(db, Wish(NOW, actor(maria), petr, slot, CHANNEL))
    with pytest.raises(ValueError, match="held"):
        await proposals.decline(db, held, now=NOW, actor=actor(maria), zone=ZONE)
    assert (await holds.get(db, maria.id, held.id, now=NOW)) == held
