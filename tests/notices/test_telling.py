"""Everybody who may know of a visit is told of each change once; nobody else is."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from registratura import notices
from registratura.booking import cancellation, withdrawals
from registratura.booking.model import Receipt
from registratura.db import Connection, Pool, execute, value
from registratura.notices import audience
from registratura.people import relatives
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from registratura.settings import Settings
from tests.given import people, region
from tests.given.people import NOW, ZONE
from tests.given.visits import REGISTRAR, actor, book, patient
from tests.notices.working import told, work

NOON = NOW.date()


async def booked(db: Connection, who: Account, whom: Patient) -> Receipt:
    return await book(db, who, whom, (await region.free(db))[0].slot_id)


async def holder(db: Connection, who: str, level: str, whom: Patient) -> Account:
    """Another account with a link to the same card."""
    account = await people.account(db, who)
    link = await people.relative(db, account)
    assert link.person_id == whom.person_id
    await execute(
        db,
        "update relative set level = %(level)s where id = %(link)s",
        level=level,
        link=link.id,
    )
    return account


async def knowing(db: Connection, receipt: Receipt, day: datetime = NOW) -> set[UUID]:
    found = await audience.search(db, receipt.appointment_id, today=day.date())
    return {it.account_id for it in found}


async def test_whoever_booked_is_told_once(
    db: Connection, pool: Pool, settings: Settings, maria: Account, petr: Patient
) -> None:
    receipt = await booked(db, maria, petr)
    await work(pool, settings)
    [notice] = await told(db)
    assert notice.account_id == maria.id
    assert notice.person_id == petr.person_id
    assert notice.subject_id == receipt.appointment_id
    assert (notice.kind, notice.state) == ("booked", "new")
    at = receipt.starts_at + timedelta(hours=3)  # Moscow time
    assert notice.text == (
        f"Запись подтверждена: Иванов П.И., {at.day} ноября, {at:%H:%M}. Педиатр участковый,"
        " Врачёв-А Илья Львович. ДГБ, Поликлиника № 1, Калуга, дом 1, кабинет 100."
    )


async def test_each_holder_of_a_confirmed_link_is_told_but_no_declared_stranger(
    db: Connection, pool: Pool, settings: Settings, maria: Account, petr: Patient
) -> None:
    oleg = await holder(db, "Олег", "confirmed", petr)
    await holder(db, "Чужой", "declared", petr)
    await booked(db, maria, petr)
    await work(pool, settings)
    assert {it.account_id for it in await told(db)} == {maria.id, oleg.id}
    assert len(await told(db)) == 2


async def test_the_patient_is_told_in_his_own_account(
    db: Connection, maria: Account, petr: Patient
) -> None:
    receipt = await booked(db, maria, petr)
    young = people.Profile(**{**vars(people.OLEG), "oid": 77})
    his = await people.account(db, young)
    await execute(
        db,
        "update account set person_id = %(card)s where id = %(account)s",
        card=petr.person_id,
        account=his.id,
    )
    assert await knowing(db, receipt) == {maria.id, his.id}


async def test_a_card_joined_into_another_is_read_through_it(
    db: Connection, maria: Account, petr: Patient
) -> None:
    oleg = await people.account(db, "Олег")
    other = await people.relative(db, oleg, policy_number="4053110874010099")
    await execute(db, "update relative set level = 'confirmed' where id = %(it)s", it=other.id)
    receipt = await booked(db, maria, petr)
    assert await knowing(db, receipt) == {maria.id}
    await execute(
        db,
        "update person set joined_into = %(into)s where id = %(lost)s",
        into=petr.person_id,
        lost=other.person_id,
    )
    assert await knowing(db, receipt) == {maria.id, oleg.id}


async def test_an_ended_link_is_told_nothing(
    db: Connection, pool: Pool, settings: Settings, maria: Account, petr: Patient
) -> None:
    receipt = await booked(db, maria, petr)
    await work(pool, settings)
    assert petr.relative_id is not None
    await relatives.leave(db, maria.id, petr.relative_id, now=NOW)
    await cancellation.cancel(
        db, now=NOW, actor=REGISTRAR, appointment_id=receipt.appointment_id, by="federation"
    )
    await work(pool, settings)
    assert [it.kind for it in await told(db)] == ["booked"]


async def test_on_the_eighteenth_birthday_parents_are_told_no_more(
    db: Connection, maria: Account, petr: Patient
) -> None:
    await holder(db, "Олег", "confirmed", petr)
    receipt = await booked(db, maria, petr)
    assert len(await knowing(db, receipt, datetime(2032, 12, 31, tzinfo=UTC))) == 2
    assert await knowing(db, receipt, datetime(2033, 1, 1, tzinfo=UTC)) == set()


async def test_nobody_is_written_to_about_one_who_died(
    db: Connection, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db, "therapist"))[0]
    own = await book(db, maria, await patient(db, maria), slot.slot_id)
    assert await knowing(db, own) == {maria.id}
    await execute(db, "update person set died_on = %(day)s", day=NOON)
    assert await knowing(db, own) == set()


async def test_told_twice_or_relayed_twice_nobody_is_told_again(
    db: Connection, pool: Pool, settings: Settings, maria: Account, petr: Patient
) -> None:
    receipt = await booked(db, maria, petr)
    for _ in range(3):
        await execute(
            db,
            """
            insert into outbox (event, subject_id, created_at)
            values ('appointment.booked', %(it)s, %(now)s)
            """,
            it=receipt.appointment_id,
            now=NOW,
        )
    await work(pool, settings)
    for _ in range(2):
        await notices.tell(
            db, "appointment.booked", receipt.appointment_id, now=NOW, settings=settings
        )
    assert len(await told(db)) == 1


async def test_what_was_not_committed_is_told_to_nobody(
    db: Connection, pool: Pool, settings: Settings, maria: Account, petr: Patient
) -> None:
    async with db.transaction(force_rollback=True):
        await booked(db, maria, petr)
    await work(pool, settings)
    assert await told(db) == []
    jobs = "select count(*) from procrastinate_jobs where args ->> 'event' ~ '^appointment'"
    assert await value(db, jobs) == 0


async def test_a_move_is_told_once_and_of_the_new_visit(
    db: Connection, pool: Pool, settings: Settings, maria: Account, petr: Patient
) -> None:
    times = await region.free(db)
    old = await book(db, maria, petr, times[0].slot_id)
    await work(pool, settings)
    new = await book(db, maria, petr, times[1].slot_id, replaces=old.appointment_id)
    await work(pool, settings)
    assert [(it.kind, it.subject_id) for it in await told(db)] == [
        ("booked", old.appointment_id),
        ("moved", new.appointment_id),
    ]
    was, at = (it.starts_at + timedelta(hours=3) for it in times[:2])
    assert (await told(db))[1].text.startswith(
        f"Запись перенесена: Иванов П.И., теперь {at.day} ноября, {at:%H:%M}"
        f" вместо {was.day} ноября, {was:%H:%M}. "
    )


async def test_a_cancelling_is_told(
    db: Connection, pool: Pool, settings: Settings, maria: Account, petr: Patient
) -> None:
    receipt = await booked(db, maria, petr)
    await cancellation.cancel(
        db, now=NOW, actor=actor(maria), zone=ZONE, appointment_id=receipt.appointment_id
    )
    await work(pool, settings)
    assert sorted(it.kind for it in await told(db)) == ["booked", "cancelled"]


async def withdraw(db: Connection) -> None:
    await withdrawals.cancel_doctor_day(
        db,
        now=NOW,
        actor=REGISTRAR,
        post_id=await region.post(db, "area-doctor"),
        day=await value(db, "select starts_at::date from appointment"),
        reason="Врач заболел",
    )


async def test_a_visit_cancelled_by_the_clinic_is_told_with_its_new_time_and_only_so(
    db: Connection, pool: Pool, settings: Settings, maria: Account, petr: Patient
) -> None:
    await booked(db, maria, petr)
    await withdraw(db)
    hold = await value(db, "select id from appointment where state = 'held'")
    await notices.tell(db, "appointment.proposed", hold, now=NOW, settings=settings)
    await work(pool, settings)
    kinds = {it.kind: it for it in await told(db)}
    assert len(await told(db)) == 2
    assert set(kinds) == {"booked", "proposed"}
    assert kinds["proposed"].subject_id == hold
    assert kinds["proposed"].text.startswith("Иванов П.И.: клиника отменила приём 26 ноября, ")
    assert "и предлагает новое время – 27 ноября, " in kinds["proposed"].text
    assert "Причина: Врач заболел." in kinds["proposed"].text
    assert "Держим новое время за вами до 26 ноября, 12:00." in kinds["proposed"].text


async def test_a_proposal_that_is_over_when_it_is_told_is_not_promised(
    db: Connection, settings: Settings, maria: Account, petr: Patient
) -> None:
    await booked(db, maria, petr)
    await withdraw(db)
    hold = await value(db, "select id from appointment where state = 'held'")
    late = NOW + timedelta(days=2)
    await notices.tell(db, "appointment.proposed", hold, now=late, settings=settings)
    [notice] = await told(db)
    assert "Предложенное взамен время уже не держим" in notice.text


async def test_a_proposal_that_was_declined_is_not_told_as_a_cancelled_visit(
    db: Connection, settings: Settings, maria: Account, petr: Patient
) -> None:
    await booked(db, maria, petr)
    await withdraw(db)
    hold = await value(db, "select id from appointment where state = 'held'")
    await cancellation.cancel(db, now=NOW, actor=actor(maria), zone=ZONE, appointment_id=hold)
    await notices.tell(db, "appointment.cancelled", hold, now=NOW, settings=settings)
    assert await told(db) == []


async def test_a_visit_for_which_no_new_time_was_found_is_told_as_it_is(
    db: Connection, pool: Pool, settings: Settings, maria: Account, petr: Patient
) -> None:
    await booked(db, maria, petr)
    await execute(db, "update slot set blocked = 'Ремонт'")
    await withdraw(db)
    await work(pool, settings)
    kinds = {it.kind: it for it in await told(db)}
    assert set(kinds) == {"booked", "withdrawn"}
    assert "Причина: Врач заболел. Нового времени взамен не нашлось" in kinds["withdrawn"].text


async def test_whoever_booked_is_told_when_another_holder_moves_the_visit(
    db: Connection, pool: Pool, settings: Settings, maria: Account, petr: Patient
) -> None:
    visit = await booked(db, maria, petr)
    oleg = await holder(db, "Олег", "confirmed", petr)
    his = await patient(db, oleg, petr.person_id)
    other = (await region.free(db))[5].slot_id
    await book(db, oleg, his, other, replaces=visit.appointment_id)
    await work(pool, settings)
    hers = [it for it in await told(db) if it.account_id == maria.id and it.kind != "booked"]
    assert [(it.kind, it.subject_id) for it in hers] == [("moved_away", visit.appointment_id)]
    assert "Новое время подскажут" in hers[0].text
    assert "moved_away" not in {it.kind for it in await told(db) if it.account_id == oleg.id}


async def test_an_event_that_nobody_is_told_of_is_refused(
    db: Connection, settings: Settings, maria: Account
) -> None:
    assert "appointment.arrived" not in notices.EVENTS
    with pytest.raises(KeyError):
        await notices.tell(db, "appointment.arrived", maria.id, now=NOW, settings=settings)
