"""What the federation is told: each status of each visit of every channel, and no patient."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from registratura.booking import holds, joining, marks, withdrawals
from registratura.booking.model import Channel, State
from registratura.booking.slots import FreeTime
from registratura.booking.wishes import Wish
from registratura.db import Connection, Pool, execute, value
from registratura.federal import statuses
from registratura.people.accounts import Account
from registratura.people.patients import Patient
from tests.federal_push.pushing import DESK, Registry, schema
from tests.given import people, portal, region, visits
from tests.given.federation import Federation
from tests.given.people import NOW, PETR, ZONE
from tests.given.visits import actor, book
from tests.notices.working import work

SOURCES = {
    Channel.EPGU: "EPGU",
    Channel.PORTAL: "RPGU",
    Channel.KIOSK: "INFOMAT",
    Channel.DESK: "REG",
    Channel.CALL_CENTRE: "CC",
    Channel.DOCTOR: "MED_ARM",
    Channel.OTHER_CLINIC: "OTHER_WEB",
}


async def test_bookings_of_every_channel_are_told_in_their_order(
    db: Connection, registry: Registry, federation: Federation, maria: Account, petr: Patient
) -> None:
    expected = []
    for slot, channel in zip(await region.free(db), Channel, strict=False):
        visit = await book(db, maria, petr, slot.slot_id, channel=channel)
        await registry.cancel(visit)
        expected += [(visit.number, it, SOURCES[channel]) for it in ("RECORDED", "CANCELED")]
    await registry.push()
    told = [(*it.brief, it.text("Book_Data/Source_Code")) for it in federation.told]
    assert len(told) == 2 * len(Channel)
    assert sorted(told) == sorted(expected)
    for it in range(0, len(expected), 2):
        assert told.index(expected[it]) < told.index(expected[it + 1])
    for it in federation.told:
        schema().assertValid(it.root)
    assert {it.state for it in await registry.rows()} == {"delivered"}


async def test_a_visit_that_took_place_and_one_to_which_nobody_came(
    db: Connection, registry: Registry, federation: Federation, maria: Account, petr: Patient
) -> None:
    one, other = (await region.free(db))[0], (await region.free(db, "ent"))[5]
    for slot, state in ((one, State.VISITED), (other, State.NOT_ARRIVED)):
        visit = await book(db, maria, petr, slot.slot_id)
        after = slot.starts_at + timedelta(minutes=5)
        for mark in (State.ARRIVED, state) if state is State.VISITED else (state,):
            await marks.mark(
                db, now=after, actor=DESK, appointment_id=visit.appointment_id, state=mark
            )
    await registry.push()
    assert sorted(it.text("Status") for it in federation.told) == [
        "PATIENT_NOT_ARRIVED",
        "RECORDED",
        "RECORDED",
        "SUCCESS",
    ]


async def test_a_move_is_the_end_of_one_booking_and_the_beginning_of_another(
    db: Connection, registry: Registry, federation: Federation, maria: Account, petr: Patient
) -> None:
    first, second = (await region.free(db))[:2]
    old = await book(db, maria, petr, first.slot_id)
    new = await book(db, maria, petr, second.slot_id, replaces=old.appointment_id)
    await registry.push()
    assert sorted(federation.briefs) == sorted(
        [(old.number, "RECORDED"), (old.number, "CANCELED"), (new.number, "RECORDED")]
    )


async def test_a_hold_is_not_told_of_nor_is_a_time_that_the_clinic_proposes(
    db: Connection, registry: Registry, federation: Federation, maria: Account, petr: Patient
) -> None:
    held = (await region.free(db, "ent"))[0]
    await holds.hold(db, Wish(NOW, actor(maria), petr, held.slot_id, Channel.PORTAL))
    slot = _tomorrow(await region.free(db))
    visit = await book(db, maria, petr, slot.slot_id)
    told = await withdrawals.cancel_doctor_day(
        db,
        now=NOW,
        actor=DESK,
        post_id=await region.post(db, "area-doctor"),
        day=slot.starts_at.date(),
        reason="болезнь",
    )
    assert told[0].proposed_at is not None
    await registry.push()
    assert federation.briefs == [(visit.number, "RECORDED"), (visit.number, "CANCELED")]


def _tomorrow(free: list[FreeTime]) -> FreeTime:
    return next(it for it in free if it.starts_at > NOW + timedelta(days=1))


async def test_what_is_not_committed_is_not_told(
    db: Connection, registry: Registry, federation: Federation, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db))[0]
    async with db.transaction(force_rollback=True):
        await book(db, maria, petr, slot.slot_id)
        await registry.push()  # the worker has connections of its own
        assert not federation.told
    await registry.push()
    assert not federation.told
    assert not await registry.rows()
    await book(db, maria, petr, slot.slot_id)
    await registry.push()
    assert len(federation.told) == 1


async def test_no_patient_leaves_the_region(
    db: Connection, registry: Registry, federation: Federation, maria: Account, petr: Patient
) -> None:
    await execute(
        db, "update person set snils = '11223344595' where id = %(it)s", it=petr.person_id
    )
    await book(db, maria, petr, (await region.free(db))[0].slot_id)
    await registry.push()
    (told,) = federation.told
    text = told.raw.decode()
    known = ("Иван", "Пётр", "Петр", PETR.policy_number, "11223344595", "2015", str(petr.person_id))
    for secret in known:
        assert secret not in text, secret
    patient = told.root.find("{*}Book_Data/{*}Patient")
    assert [(it.tag.rpartition("}")[2], it.text) for it in patient] == [
        ("Age", "11"),
        ("Is_Villager", "false"),
    ]


async def test_a_patient_whose_whole_area_is_rural_lives_in_a_village(
    db: Connection, registry: Registry, federation: Federation, maria: Account, petr: Patient
) -> None:
    first, second, third = (await region.free(db))[:3]
    for settlement, slot in (("с. Учебное", first), ("п.Опытный", second), ("пгт Новый", third)):
        await execute(db, "update area_address set settlement = %(it)s", it=settlement)
        visit = await book(db, maria, petr, slot.slot_id)
        await registry.cancel(visit)
        await registry.push()
    told = [it.text("Book_Data/Patient/Is_Villager") for it in federation.told]
    assert told == ["true"] * 4 + ["false"] * 2


async def test_a_doctor_with_his_position_and_service(
    db: Connection, registry: Registry, federation: Federation, maria: Account, petr: Patient
) -> None:
    slot = (await region.free(db))[0]
    visit = await book(db, maria, petr, slot.slot_id)
    await registry.push()
    (told,) = federation.told
    assert told.headers["soapaction"] == '"UpdateAppointmentStatus"'
    assert told.headers["content-type"] == "text/xml; charset=utf-8"
    assert told.raw.startswith(b"<soap:Envelope")
    expected = {
        "Rmis_Id": "conc-00040-rmis",
        "Book_Id_Mis": visit.number,
        "Visit_Time": f"{slot.starts_at.astimezone(ZoneInfo(ZONE)):%Y-%m-%dT%H:%M:%S}+03:00",
        "Book_Data/MO/MO_OID": "1.2.40.1.1",
        "Book_Data/Specialist/Post/Post_Id": "59",
        "Book_Data/Specialty_Id": "22",
        "Book_Data/Services_Info/Service/Service_Id": "B01.031.001",
        "Book_Data/Appointment_Type": "PRIMARY",
        "Book_Data/Appointment_Reason": "ILLNESS",
        "Book_Data/Payment_Source_Id": "1",
    }
    assert {path: told.text(path) for path in expected} == expected


async def test_a_room_without_a_doctor(
    db: Connection, registry: Registry, federation: Federation, maria: Account, petr: Patient
) -> None:
    await book(db, maria, petr, (await region.free(db, "ecg"))[0].slot_id)
    await registry.push()
    (told,) = federation.told
    schema().assertValid(told.root)
    assert told.text("Book_Data/Room/Room_OID").startswith("2.25.")
    assert not told.text("Book_Data/Specialist/SNILS")


async def test_the_visit_of_a_joined_card_is_told_of_as_the_winning_cards(
    db: Connection, registry: Registry, federation: Federation, maria: Account, petr: Patient
) -> None:
    younger = PETR.birth_date.replace(year=2017)
    link = await people.relative(
        db, maria, first_name="Петя", birth_date=younger, policy_number="1234567891234563"
    )
    twin = await visits.patient(db, maria, link.person_id)
    slot = (await region.free(db))[0]
    visit = await book(db, maria, twin, slot.slot_id)
    await registry.push()
    await joining.join_cards(
        db,
        now=NOW,
        actor=DESK,
        losing_id=twin.person_id,
        into_id=petr.person_id,
        despite="Свидетельство о рождении: опечатка в имени и дате",
    )
    after = slot.starts_at + timedelta(minutes=5)
    await marks.mark(
        db, now=after, actor=DESK, appointment_id=visit.appointment_id, state=State.VISITED
    )
    await registry.push()
    told = [(*it.brief, it.text("Book_Data/Patient/Age")) for it in federation.told]
    assert told == [(visit.number, "RECORDED", "9"), (visit.number, "SUCCESS", "11")]


async def test_what_is_owed_is_written_once_whatever_runs_twice(
    db: Connection, registry: Registry, federation: Federation, maria: Account, petr: Patient
) -> None:
    visit = await book(db, maria, petr, (await region.free(db))[0].slot_id)
    for _ in range(2):
        await execute(
            db,
            "insert into outbox (event, subject_id, created_at) "
            "values ('appointment.booked', %(it)s, %(now)s)",
            it=visit.appointment_id,
            now=NOW,
        )
    await registry.push()
    assert federation.briefs == [(visit.number, "RECORDED")]
    assert not await statuses.owe(db, visit.appointment_id, now=NOW)


async def test_a_registry_without_the_address_owes_nothing(
    db: Connection, pool: Pool, database_url: str, maria: Account, petr: Patient
) -> None:
    await book(db, maria, petr, (await region.free(db))[0].slot_id)
    await work(pool, portal.settings(database_url))
    assert await value(db, "select count(*) from federal_status") == 0
