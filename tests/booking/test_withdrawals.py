"""The clinic cancels: each patient gets a new time kept for him, or is told there is none."""

from uuid import uuid4

import pytest

from registratura.booking import absences, appointments, holds, withdrawals
from registratura.booking.refusals import HoldOver, SlotTaken
from registratura.booking.wishes import Wish
from registratura.booking.withdrawals import Outcome
from registratura.db import Connection, execute, rows, value
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.given import people, region
from tests.given.people import NOW, ZONE
from tests.given.visits import CHANNEL, REGISTRAR, actor, book, patient


async def withdraw(db: Connection, post: str = "area-doctor") -> list[Outcome]:
    return await withdrawals.cancel_doctor_day(
        db,
        now=NOW,
        actor=REGISTRAR,
        post_id=await region.post(db, post),
        day=(await region.free(db, "ent"))[0].starts_at.date(),
        reason="Врач заболел",
    )


async def told(db: Connection) -> list[str]:
    found: list[str] | None = await value(
        db, "select array_agg(event order by id) from outbox where event ~ '^appointment'"
    )
    return found or []


async def children(db: Connection, count: int) -> list[tuple[Account, Patient]]:
    found = []
    for number in range(count):
        profile = people.Profile(**{**vars(people.OLEG), "oid": 8000 + number})
        account = await people.account(db, profile)
        link = await people.relative(
            db,
            account,
            first_name="Анна",
            middle_name="Олеговна",
            policy_number=f"40530874100{number:05d}",
        )
        found.append((account, await patient(db, account, link.person_id)))
    return found


async def test_each_patient_is_offered_a_new_time_with_the_same_doctor(db: Connection) -> None:
    crowd = await children(db, 4)
    slots = await region.free(db)
    for (account, child), slot in zip(crowd, slots, strict=False):
        await book(db, account, child, slot.slot_id)
    done = await withdraw(db)
    assert len(done) == 4
    assert all(it.proposed_at and it.proposed_at.date() > slots[0].starts_at.date() for it in done)
    assert len({it.proposed_at for it in done}) == 4
    assert (await told(db))[4:] == ["appointment.proposed"] * 4
    states = await rows(db, State, "select state, cancelled_by from appointment order by number")
    assert [it.state for it in states] == ["cancelled"] * 4 + ["held"] * 4
    assert {it.cancelled_by for it in states[:4]} == {"clinic"}


async def test_a_withdrawn_day_gives_no_more_places(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db))[0]
    await withdraw(db)
    with pytest.raises(SlotTaken):
        await book(db, maria, petr, slot.slot_id)


async def test_a_proposed_time_becomes_a_visit_when_it_is_booked(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await book(db, maria, petr, (await region.free(db))[0].slot_id)
    await withdraw(db)
    proposed = await value(db, "select id from appointment where state = 'held'")
    kept = await holds.get(db, maria.id, proposed, now=NOW)
    assert kept.proposed
    receipt = await appointments.book(
        db, Wish(NOW, actor(maria), petr, kept.slot_id, CHANNEL), uuid4()
    )
    assert receipt.slot_id == kept.slot_id
    assert await value(db, "select sum(taken) from slot") == 1


async def test_a_proposed_time_gives_way_to_another_choice_of_the_patient(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await book(db, maria, petr, (await region.free(db))[0].slot_id)
    await withdraw(db)
    await book(db, maria, petr, (await region.free(db))[-1].slot_id)
    states = await value(db, "select array_agg(state order by number) from appointment")
    assert states == ["cancelled", "expired", "booked"]


async def test_a_proposed_time_does_not_give_way_to_a_declared_stranger(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await book(db, maria, petr, (await region.free(db))[0].slot_id)
    await withdraw(db)
    oleg = await people.account(db, "Олег")
    link = await people.relative(db, oleg)
    his = await patient(db, oleg, link.person_id)
    proposed = await value(db, "select id from appointment where state = 'held'")
    with pytest.raises(HoldOver):
        await holds.get(db, oleg.id, proposed, now=NOW, patient=his)
    with pytest.raises(Exception, match="Позвоните"):
        await book(db, oleg, his, (await region.free(db))[-1].slot_id)
    assert await value(db, "select state from appointment where id = %(it)s", it=proposed) == "held"


async def test_the_substitute_is_proposed_where_the_doctor_has_no_time(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await book(db, maria, petr, (await region.free(db))[0].slot_id)
    substitute = await region.post(db, "far-paediatrician")
    await absences.record(
        db,
        now=NOW,
        actor=REGISTRAR,
        post_id=await region.post(db, "area-doctor"),
        first_day=region.TODAY,
        last_day=region.TODAY.replace(year=2027),
        reason="Отпуск",
        substitute_id=substitute,
    )
    [done] = await withdraw(db)
    assert done.proposed_at is not None
    assert await value(db, "select post_id from appointment where state = 'held'") == substitute


async def test_where_nothing_is_free_the_patient_is_told_so(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await book(db, maria, petr, (await region.free(db))[0].slot_id)
    await execute(db, "update slot set blocked = 'Ремонт' where starts_at > %(now)s", now=NOW)
    [done] = await withdrawals.cancel_doctor_day(
        db,
        now=NOW,
        actor=REGISTRAR,
        post_id=await region.post(db, "area-doctor"),
        day=await value(db, "select starts_at::date from appointment"),
        reason="Врач заболел",
    )
    assert done.proposed_at is None
    assert (await told(db))[-1] == "appointment.withdrawn"
    assert await value(db, "select sum(taken) from slot") == 0


async def test_a_withdrawal_run_again_finds_nothing_left(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await book(db, maria, petr, (await region.free(db))[0].slot_id)
    assert len(await withdraw(db)) == 1
    assert await withdraw(db) == []


async def test_a_clinic_closes_a_day_for_all_its_doctors(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db))[0]
    await book(db, maria, petr, slot.slot_id)
    ent = next(it for it in await region.free(db, "ent") if it.starts_at > slot.starts_at)
    await book(db, maria, petr, ent.slot_id)
    done = await withdrawals.close_day(
        db,
        now=NOW,
        actor=REGISTRAR,
        department_id=(await region.departments(db))["child"],
        day=slot.starts_at.date(),
        reason="Авария",
    )
    assert len(done) == 2
    assert all(it.proposed_at for it in done)


async def test_an_expired_proposal_is_free_again_without_anybody_coming(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await book(db, maria, petr, (await region.free(db))[0].slot_id)
    await withdraw(db)
    assert await holds.end_expired(db, now=NOW) == 0
    kept = await value(db, "select held_until from appointment where state = 'held'")
    assert await holds.end_expired(db, now=kept) == 1
    assert await value(db, "select sum(taken) from slot") == 0
    assert await value(db, "select count(*) from event where kind = 'appointment.expired'") == 1


async def test_a_proposed_time_is_not_prolonged(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await book(db, maria, petr, (await region.free(db))[0].slot_id)
    await withdraw(db)
    proposed = await value(db, "select id from appointment where state = 'held'")
    kept = await holds.get(db, maria.id, proposed, now=NOW)
    with pytest.raises(HoldOver):
        await holds.prolong(db, kept, now=NOW, minutes=10, actor=actor(maria), zone=ZONE)


class State:
    """A visit's state and who ended it."""

    def __init__(self, state: str, cancelled_by: str | None) -> None:
        self.state, self.cancelled_by = state, cancelled_by
