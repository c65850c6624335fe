"""What is offered: the child's own clinic and doctor first, rooms, kinds of our own, nothing that
the booking would refuse."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from registratura.booking import absences
from registratura.db import Connection, execute
from tests.given import federal, region
from tests.given.federal import CHILD, FAR, Answer, Caller
from tests.given.people import ZONE
from tests.given.visits import REGISTRAR

RESOURCE = "MO_Resource_List/MO_Available/Resource_Available/Resource"
DATES = "Available_Dates/Available_Date"
ORGANISATION = "1.2.40.1"
HERE = ZoneInfo(ZONE)
TODAY = datetime.now(UTC).astimezone(HERE).date()


def post(national: int, own: str = "") -> dict[str, str]:
    added = f"<Add_Info_Post><Inner_Id>{own}</Inner_Id></Add_Info_Post>" if own else ""
    return {"<Post_Id>59</Post_Id>": f"<Post_Id>{national}</Post_Id>{added}"}


async def resources(epgu: Caller, mo_oid: str = CHILD, **change: str) -> list[Answer]:
    return (await epgu.ask("GetMOResourceInfo", mo_oid=mo_oid, change=change)).all(RESOURCE)


async def doctors(epgu: Caller, mo_oid: str = CHILD) -> list[str]:
    return [it.text("Specialist/SNILS") for it in await resources(epgu, mo_oid)]


async def snils(db: Connection, *codes: str) -> list[str]:
    return [await federal.snils_of(db, code) for code in codes]


async def keep_free_from(db: Connection, code: str, day: date) -> None:
    """The clinic withdraws the doctor's times before that day."""
    await execute(
        db,
        """
        update slot set blocked = 'Учёба'
        from post where post.id = slot.post_id and post.code = %(code)s and starts_at < %(it)s
        """,
        code=code,
        it=datetime.combine(day, datetime.min.time(), HERE),
    )


async def test_the_area_doctor_comes_first_though_others_are_free_sooner(
    petrs: Caller, db: Connection
) -> None:
    await keep_free_from(db, "area-doctor", TODAY + timedelta(days=3))
    await keep_free_from(db, "paediatrician", TODAY + timedelta(days=2))
    found = await resources(petrs)
    in_order = await snils(db, "area-doctor", "young", "paediatrician")
    assert [it.text("Specialist/SNILS") for it in found] == in_order
    assert found[0].texts(DATES)[0] > found[1].texts(DATES)[0]


async def test_his_substitute_comes_second_though_another_is_free_sooner(
    petrs: Caller, db: Connection
) -> None:
    await keep_free_from(db, "paediatrician", TODAY + timedelta(days=2))
    await absences.record(
        db,
        now=datetime.now(UTC),
        actor=REGISTRAR,
        post_id=await region.post(db, "area-doctor"),
        first_day=TODAY,
        last_day=TODAY + timedelta(days=30),
        reason="Отпуск",
        substitute_id=await region.post(db, "paediatrician"),
    )
    found = await resources(petrs)
    in_order = await snils(db, "area-doctor", "paediatrician", "young")
    assert [it.text("Specialist/SNILS") for it in found] == in_order
    assert found[0].texts(DATES) == [], "he is away, and listed without days"
    assert found[1].texts(DATES)[0] > found[2].texts(DATES)[0]


async def test_an_organisation_covers_its_departments_and_no_list_means_all(
    petrs: Caller,
) -> None:
    unlisted = {
        "      <MO_OID_List>\n        <MO_OID>1.2.40.1.1</MO_OID>\n      </MO_OID_List>\n": ""
    }
    for answer in (
        await petrs.ask("GetMOResourceInfo", mo_oid=ORGANISATION),
        await petrs.ask("GetMOResourceInfo", change=unlisted),
    ):
        assert answer.texts("MO_Resource_List/MO_Available/MO/MO_OID") == [CHILD, FAR]
    nowhere = await petrs.ask("GetMOResourceInfo", mo_oid="1.2.3")
    assert nowhere.code == "NO_DATA_FOUND"


async def test_days_are_the_first_free_moments_up_to_the_horizon(
    petrs: Caller, db: Connection
) -> None:
    own, *_ = await resources(petrs)
    days = [datetime.fromisoformat(it) for it in own.texts(DATES)]
    shown = [it.date() for it in days]
    assert shown == sorted(set(shown))
    assert shown[-1] == TODAY + timedelta(days=14)
    assert {it.hour for it in days if it.date() > TODAY} == {8}
    narrow = await petrs.ask("GetMOResourceInfo", first=shown[1], last=shown[2])
    listed = narrow.all(RESOURCE)[0].texts(DATES)
    assert [it[:10] for it in listed] == [str(it) for it in shown[1:3]]
    later = await petrs.ask(
        "GetMOResourceInfo", first=TODAY + timedelta(days=40), last="2099-01-01"
    )
    assert later.code == "OK", "nobody has days there, and all are listed"
    assert later.all(RESOURCE)[0].texts(DATES) == []


async def test_a_room_is_a_resource_of_its_own(petrs: Caller, db: Connection) -> None:
    kinds = await petrs.ask("GetServicePostSpecsInfo")
    speciality = kinds.all("Service_Post_Specs/Service_Specialty")
    assert [it.text("Specialty_Id") for it in speciality] == ["35"]
    service = speciality[0].text("Services_Info/Service/Service_Id")
    assert service == "A05.10.006"
    wanted = (
        "<Service_Specialty><Specialty_Id>35</Specialty_Id><Services_Info><Service>"
        f"<Service_Id>{service}</Service_Id></Service></Services_Info></Service_Specialty>"
    )
    by_post = "<Service_Posts>\n        <Post><Post_Id>59</Post_Id></Post>\n      </Service_Posts>"
    [room] = await resources(petrs, **{by_post: wanted})
    assert room.text("Room/Room_Number") == "ECG"
    oid = room.text("Room/Room_OID")
    asked = {
        "<Specialist_SNILS></Specialist_SNILS>": f"<Room_OID>{oid}</Room_OID>",
        "<Service_Post>\n        <Post><Post_Id>59</Post_Id></Post>\n      </Service_Post>": "",
    }
    times = await petrs.ask("GetScheduleInfo", snils="", change=asked)
    assert times.text("Schedule/Slots/Room") == "Кабинет ECG"
    assert (await petrs.book(times.text("Schedule/Slots/Slot_Id"))).code == "SUCCESS"
    await execute(db, "update room set oid = '1.2.3.4' where number = 'ECG'")
    [room] = await resources(petrs, **{by_post: wanted})
    assert room.text("Room/Room_OID") == "1.2.3.4"
    asked["<Specialist_SNILS></Specialist_SNILS>"] = "<Room_OID>1.2.3.4</Room_OID>"
    assert (await petrs.ask("GetScheduleInfo", snils="", change=asked)).code == "OK"


async def test_a_kind_of_our_own_has_the_nearest_national_code_and_our_name(
    petrs: Caller, db: Connection
) -> None:
    kinds = await petrs.ask("GetServicePostSpecsInfo", mo_id=CHILD)  # an OID will do
    entries = [
        (it.text("Post/Post_Id"), it.text("Post/Add_Info_Post/Inner_Name"))
        for it in kinds.all("Service_Post_Specs/Service_Post")
    ]
    assert entries == [
        ("59", ""),
        ("24", ""),
        ("53", "ЛОР: слух у детей"),
        ("45", ""),
        ("53", ""),
    ]
    [ear] = await resources(petrs, **post(53, "1053"))
    assert ear.text("Specialist/Post/Add_Info_Post/Inner_Id") == "1053"
    assert ear.all("Specialist/Middle_Name") == [], "he has no patronymic"
    both = await resources(petrs, **post(53))
    assert len(both) == 2, "the national code means every kind of it"


async def test_age_groups_are_told(petrs: Caller) -> None:
    own, *_ = await resources(petrs)
    assert own.text("Age_Group") == "CHILD,TEEN"


NOT_FOR_HIM: list[tuple[str, dict[str, str]]] = [
    ("GetMOInfoExtended", {"<Post_Id>59<": "<Post_Id>110<", "<Post_Id>58<": "<Post_Id>110<"}),
    ("GetMOInfoExtended", {"<Post_Id>59<": "<Post_Id>116<", "<Post_Id>58<": "<Post_Id>116<"}),
    ("GetMOResourceInfo", post(110)),
    ("GetMOResourceInfo", post(116)),  # booked by the desk only
    ("GetMOResourceInfo", post(7)),
    ("GetServicePostSpecsInfo", {"<MO_Id>child<": "<MO_Id>adult<"}),
    ("GetServicePostSpecsInfo", {"<MO_Id>child<": "<MO_Id>nowhere<"}),
    ("GetScheduleInfo", {"<Post_Id>59<": "<Post_Id>53<"}),
    ("GetScheduleInfo", {">1.2.40.1.1<": ">1.2.40.1.2<"}),
    ("GetScheduleInfo", {"23:59:00": "07:59:00"}),
]


async def test_what_he_may_not_book_is_not_offered(petrs: Caller, db: Connection) -> None:
    [own] = await snils(db, "area-doctor")
    for name, change in NOT_FOR_HIM:
        assert (await petrs.ask(name, snils=own, change=change)).code == "NO_DATA_FOUND", change


async def test_rules_of_the_channel_narrow_what_is_offered(petrs: Caller, db: Connection) -> None:
    [own] = await snils(db, "area-doctor")
    await region.rule(db, horizons={"epgu": 3})
    times = await petrs.ask("GetScheduleInfo", snils=own)
    days = {it[:10] for it in times.texts("Schedule/Slots/VisitTime")}
    assert max(days) == str(TODAY + timedelta(days=3))
    await region.rule(db, attachment="own", area="own")
    assert await doctors(petrs, ORGANISATION) == [own], "neither far nor another's area"
    await execute(db, "update slot set channels = '{desk}'")
    assert (await petrs.ask("GetScheduleInfo", snils=own)).code == "NO_DATA_FOUND"


async def test_days_after_a_birthday_are_not_offered(petrs: Caller, db: Connection) -> None:
    soon = (TODAY + timedelta(days=number) for number in (5, 6))
    adult = next(it for it in soon if (it.month, it.day) != (2, 29))  # nor was he born on such
    born = adult.replace(year=adult.year - 18)
    await execute(db, "update person set birth_date = %(it)s where code = 'petr'", it=born)
    [own] = await snils(db, "area-doctor")
    times = await petrs.ask("GetScheduleInfo", snils=own)
    days = {date.fromisoformat(it[:10]) for it in times.texts("Schedule/Slots/VisitTime")}
    assert max(days) == adult - timedelta(days=1), "then he is an adult"
    first, *_ = await resources(petrs)
    assert first.texts(DATES)[-1][:10] == str(adult - timedelta(days=1))


async def test_the_hours_asked_about_are_inclusive(petrs: Caller, db: Connection) -> None:
    [own] = await snils(db, "area-doctor")
    hours = {"00:00:00": "09:00:00.000+03:00", "23:59:00": "09:30:00"}
    times = await petrs.ask(
        "GetScheduleInfo", snils=own, first=TODAY + timedelta(days=1), change=hours
    )
    clocks = {it[11:16] for it in times.texts("Schedule/Slots/VisitTime")}
    assert clocks == {"09:00", "09:15", "09:30"}


async def test_a_doctor_is_found_without_a_clinic_and_without_days_and_hours(
    petrs: Caller, db: Connection
) -> None:
    [own] = await snils(db, "area-doctor")
    whole = await petrs.ask("GetScheduleInfo", snils=own)
    cut = {
        "      <MO_OID>1.2.40.1.1</MO_OID>\n": "",
        "<Start_Time_Range>00:00:00</Start_Time_Range>": "",
        "<End_Time_Range>23:59:00</End_Time_Range>": "<End_Time_Range/>",
        f"<Start_Date_Range>{TODAY}</Start_Date_Range>": "",
    }
    assert (await petrs.ask("GetScheduleInfo", snils=own, change=cut)).raw == whole.raw


async def test_a_withdrawn_slot_is_neither_offered_nor_booked(
    petrs: Caller, db: Connection
) -> None:
    slot = (await federal.free(db))[0]
    await execute(db, "update slot set blocked = 'Учёба' where id = %(it)s", it=slot.slot_id)
    [own] = await snils(db, "area-doctor")
    times = await petrs.ask("GetScheduleInfo", snils=own)
    assert str(slot.slot_id) not in times.texts("Schedule/Slots/Slot_Id")
    refused = await petrs.book(slot.slot_id)
    assert refused.code == "APPOINT_TIME_IS_BUSY"
    assert datetime.fromisoformat(refused.text("Visit_Time")) == slot.starts_at
