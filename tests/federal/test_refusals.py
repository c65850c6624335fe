"""CreateAppointment refuses: the code, the parameters in their order, words for people."""

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog
from litestar import Litestar

from registratura.audit import Actor
from registratura.booking import appointments
from registratura.booking.model import Channel
from registratura.booking.refusals import SlotTaken
from registratura.booking.wishes import Wish
from registratura.db import Connection, Pool, execute, value
from registratura.federal import sessions
from registratura.people import cards
from registratura.people.patients import Patient
from registratura.web.lending import Errand
from tests.given import federal, people, portal, region
from tests.given.federal import Answer, Caller, uuid4
from tests.given.people import ZONE

HERE = ZoneInfo(ZONE)


async def book_at_the_desk(db: Connection, slot_id: object) -> None:
    """The desk books Пётр there."""
    now = datetime.now(UTC)
    person = await value(db, "select id from person where code = 'petr'")
    patient = await cards.get_patient(db, person, now=now, zone=ZONE)
    wish = Wish(
        now, Actor("staff", "Регистратор"), patient, federal.uuid_of(str(slot_id)), Channel.DESK
    )
    await appointments.book(db, wish, uuid4())


def is_refused(answer: Answer, code: str, slot_id: object) -> None:
    assert answer.code == code
    assert answer.text("Slot_Id") == str(slot_id)
    assert answer.text("Book_Id_Mis") == ""
    assert answer.all("Room") == []
    assert answer.text("Status/Comment")


async def test_a_second_visit_to_a_position_tells_of_the_first(
    petrs: Caller, db: Connection
) -> None:
    first, second = (await federal.free(db))[0], (await federal.free(db, "young"))[20]
    await book_at_the_desk(db, first.slot_id)
    refused = await petrs.book(second.slot_id)
    is_refused(refused, "APPOINT_PATIENT_REGISTERED_SPECIALIST", second.slot_id)
    assert list(refused.parameters.items()) == [
        ("Specialist", "Врачёв-А Илья Львович"),
        ("Room", "Кабинет 100"),
        ("Service", "Приём участкового педиатра"),
        ("Visit_Time", f"{first.starts_at.astimezone(HERE):%d.%m.%Y %H:%M}"),
        ("Create_Date", f"{datetime.now(HERE):%d.%m.%Y}"),
        ("Source_Record", "REG"),
    ]
    assert "Педиатр участковый" in refused.text("Status/Comment")


async def test_a_second_visit_at_a_time_tells_of_the_first_and_its_position(
    petrs: Caller, db: Connection
) -> None:
    first = (await federal.free(db, "ent"))[0]
    same_time = next(it for it in await federal.free(db) if it.starts_at == first.starts_at)
    assert (await petrs.book(first.slot_id)).code == "SUCCESS"
    refused = await petrs.book(same_time.slot_id)
    is_refused(refused, "APPOINT_PATIENT_REGISTERED_OTHER_SPECIALIST", same_time.slot_id)
    names = ["Specialist", "Post", "Room", "Visit_Time", "Create_Date", "Source_Record"]
    assert list(refused.parameters) == names, "the ENT's service has no name: it is left out"
    assert refused.parameters["Post"] == "Оториноларинголог"
    assert refused.parameters["Source_Record"] == "EPGU"


async def test_the_time_goes_before_the_position(petrs: Caller, db: Connection) -> None:
    first = (await federal.free(db))[0]
    same = next(it for it in await federal.free(db, "young") if it.starts_at == first.starts_at)
    await book_at_the_desk(db, first.slot_id)
    refused = await petrs.book(same.slot_id)
    is_refused(refused, "APPOINT_PATIENT_REGISTERED_OTHER_SPECIALIST", same.slot_id)


async def test_a_room_without_a_doctor_is_told_without_one(petrs: Caller, db: Connection) -> None:
    first, later = (await federal.free(db, "ecg"))[:2]
    await book_at_the_desk(db, first.slot_id)
    refused = await petrs.book(later.slot_id)
    assert list(refused.parameters)[:2] == ["Room", "Service"]


async def test_where_the_setting_says_so_nothing_is_told_of_the_visit(
    db: Connection, database_url: str
) -> None:
    settings = portal.settings(database_url, federal_clash_details=False)
    async with portal.running(settings) as app:
        epgu = federal.caller(app)
        await epgu.identify()
        first = (await federal.free(db))[0]
        await book_at_the_desk(db, first.slot_id)
        refused = await epgu.book((await federal.free(db, "young"))[20].slot_id)
    assert refused.code == "APPOINT_PATIENT_REGISTERED_SPECIALIST"
    assert refused.parameters == {}
    words = refused.text("Status/Comment")
    assert "Педиатр" not in words
    assert f"{first.starts_at:%Y}" not in words


async def test_an_age_that_is_not_served_tells_the_ages(petrs: Caller, db: Connection) -> None:
    slot = (await federal.free(db, "therapist"))[0].slot_id
    refused = await petrs.book(slot)
    is_refused(refused, "APPOINT_TIME_AVAILABLE_PATIENT_OTHER_AGE", slot)
    assert list(refused.parameters.items()) == [("Min_Age", "18"), ("Max_Age", "150")]


async def test_a_time_that_has_passed(petrs: Caller, db: Connection) -> None:
    slot = (await federal.free(db))[0].slot_id
    await execute(
        db,
        """
        update slot set starts_at = %(now)s::timestamptz - interval '1 hour',
                        ends_at = %(now)s::timestamptz
        where id = %(it)s
        """,
        it=slot,
        now=datetime.now(UTC),
    )
    is_refused(await petrs.book(slot), "APPOINT_VISIT_TIME_HAS_PASSED", slot)


async def test_what_the_profile_has_no_code_for_is_told_in_words(
    petrs: Caller, db: Connection
) -> None:
    slot = (await federal.free(db))[-1].slot_id
    far = (await federal.free(db, "far-paediatrician"))[0].slot_id
    neurologist = (await federal.free(db, "neurologist"))[0].slot_id
    women = (await federal.free(db, "gynaecologist"))[0].slot_id
    desk = (await federal.free(db, "ultrasound"))[0].slot_id
    await execute(db, "delete from referral")
    await region.rule(db, horizons={"epgu": 2}, attachment="own")
    told = {
        slot: "откроется",
        far: "прикреплён",
        neurologist: "направлению",
        women: "женщин",
        desk: "регистратура",
    }
    for it, words in told.items():
        refused = await petrs.book(it)
        is_refused(refused, "INTERNAL_ERROR", it)
        assert words in refused.text("Status/Comment"), refused.text("Status/Comment")


async def test_a_failure_of_ours_is_the_operations_own_internal_error(
    petrs: Caller, db: Connection, app: Litestar
) -> None:
    """The injected fault: the database refuses every new connection of the application."""
    slot = (await federal.free(db))[0].slot_id
    snils = await federal.snils_of(db, "area-doctor")
    asked = {
        "GetPatientInfo": {},
        "GetReferralInfo": {},
        "GetMOInfoExtended": {},
        "GetServicePostSpecsInfo": {},
        "GetMOResourceInfo": {},
        "GetScheduleInfo": {"snils": snils},
        "CreateAppointment": {"slot_id": slot},
        "CancelAppointment": {"book_id": "1", "reason": "CANCELED_BY_PATIENT"},
        "ReferralAppointmentInformation": {"book_id": "1", "referral_id": "1", "status": "SUCCESS"},
    }
    await app.state.pool.close()
    for name, fields in asked.items():
        refused = await petrs.ask(name, **fields)
        assert refused.code == "INTERNAL_ERROR", name
        words = refused.raw.decode()
        assert "Сбой на стороне региона" in words
        assert "Pool" not in words, "no internals"


async def until_heard(rival: Caller, slot: object) -> str:
    """The code of the answer; who is turned away in the rush asks again."""
    for _ in range(60):
        answer = await rival.book(slot)
        if "очень многие" not in answer.text("Status/Comment"):
            break
        await asyncio.sleep(0.2)
    return answer.code


async def test_in_a_rush_who_is_turned_away_is_told_to_come_back(
    petrs: Caller, db: Connection, app: Litestar
) -> None:
    slot = (await federal.free(db))[0].slot_id
    pool = app.state.pool
    lender = app.state.lender
    held = [await lender.lend(Errand.WRITE) for _ in range(pool.max_size)]
    try:
        with structlog.testing.capture_logs() as logged:
            refused = await petrs.book(slot)
    finally:
        for it in held:
            await lender.take_back(it)
    is_refused(refused, "INTERNAL_ERROR", slot)
    assert "очень многие" in refused.text("Status/Comment")
    assert not [it for it in logged if it["log_level"] == "error"], "nothing is broken"
    assert (await petrs.book(slot)).code == "SUCCESS"


async def test_fifty_sessions_fight_for_one_slot_and_one_wins(
    db: Connection, petrs: Caller
) -> None:
    now = datetime.now(UTC)
    for number in range(50):
        who = people.Identity("Учебный", chr(1072 + number % 32) * 3, None, people.date(2016, 1, 1))
        child = await people.card(db, who, policy_number=f"12345678900000{number:02}")
        await sessions.open_for(db, f"fight-{number}", child, now=now)
    slot = (await federal.free(db))[0].slot_id
    rivals = [Caller(petrs.client, f"fight-{number}") for number in range(50)]
    codes = await asyncio.gather(*(until_heard(it, slot) for it in rivals))
    assert sorted(codes) == ["APPOINT_TIME_IS_BUSY"] * 49 + ["SUCCESS"]
    taken = await value(db, "select count(*) from appointment where live")
    assert taken == 1


async def test_two_federal_users_and_three_of_the_portal_fight_for_one_slot_and_one_wins(
    petrs: Caller, db: Connection, pool: Pool
) -> None:
    now = datetime.now(UTC)
    slot = (await federal.free(db, "ent"))[0].slot_id
    rivals = []
    for number in range(5):
        who = people.Identity("Учебный", chr(1072 + number) * 3, None, people.date(2016, 1, 1))
        child = await people.card(db, who, policy_number=f"12345678900000{number:02}")
        rivals.append(await cards.get_patient(db, child, now=now, zone=ZONE))

    async def by_the_portal(patient: Patient) -> str:
        wish = Wish(now, Actor("account"), patient, slot, Channel.PORTAL)
        async with pool.connection() as own:
            try:
                await appointments.book(own, wish, uuid4())
            except SlotTaken:
                return "APPOINT_TIME_IS_BUSY"
        return "SUCCESS"

    async def by_the_gateway(patient: Patient) -> str:
        session = f"of-{patient.first_name}"
        await sessions.open_for(db, session, patient.person_id, now=now)
        return (await Caller(petrs.client, session).book(slot)).code

    codes = await asyncio.gather(*map(by_the_portal, rivals[:3]), *map(by_the_gateway, rivals[3:]))
    assert sorted(codes) == ["APPOINT_TIME_IS_BUSY"] * 4 + ["SUCCESS"]
