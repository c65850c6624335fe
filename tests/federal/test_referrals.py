"""Referrals: shown, found by number, booked by, issued elsewhere, used elsewhere."""

from datetime import UTC, datetime, timedelta

from registratura.booking import referrals
from registratura.db import Connection, execute, value
from tests.given import federal
from tests.given.federal import CHILD, FAR, Answer, Caller
from tests.given.visits import REGISTRAR

NEUROLOGIST = {"<Post_Id>59<": "<Post_Id>45<"}
SHOWN = "Referrals/Referral"


async def referral_id(db: Connection, number: str = "40-000123") -> str:
    return str(await value(db, "select id from referral where number like %(it)s", it=f"{number}%"))


async def petr_id(db: Connection) -> federal.UUID:
    found: federal.UUID = await value(db, "select id from person where code = 'petr'")
    return found


def by(referral: str) -> dict[str, str]:
    """4.5 and 4.6 by a referral, to the neurologist."""
    named = f"<Referral_Id>{referral}</Referral_Id>"
    return NEUROLOGIST | {"<Start_Date_Range>": f"{named}<Start_Date_Range>"}


async def times(epgu: Caller, db: Connection, change: dict[str, str]) -> Answer:
    snils = await federal.snils_of(db, "neurologist")
    return await epgu.ask("GetScheduleInfo", snils=snils, change=change)


async def test_referrals_are_shown_when_they_are_asked_for(epgu: Caller, db: Connection) -> None:
    shown = (await epgu.identify()).all(SHOWN)
    assert [it.text("Referral_Number") for it in shown] == ["40-000123"]
    [it] = shown
    assert it.text("Referral_Id") == await referral_id(db)
    assert (it.text("Referral_Type"), it.text("Payment_Source_Id")) == ("6", "1")
    assert it.text("To_MO_OID") == it.text("From_MO_OID") == CHILD
    assert it.text("To_Service_Post/Post/Post_Id") == "45"
    assert it.text("From_Post/Post_Id") == "59"
    assert it.text("From_Resource_Snils") == await federal.snils_of(db, "area-doctor")
    assert it.text("Available_Record") == "AVAILABLE"
    unasked = await epgu.identify(change={"<Pass_referral>1<": "<Pass_referral>0<"})
    assert (unasked.code, unasked.all("Referrals")) == ("OK", [])
    newer = {"<Pass_referral>1</Pass_referral>": "<Patient_Info_Kind>REFERRAL</Patient_Info_Kind>"}
    assert (await epgu.identify(change=newer)).all(SHOWN)


async def test_a_visit_is_booked_by_a_referral_that_is_named_once(
    petrs: Caller, db: Connection
) -> None:
    named = await referral_id(db)
    found = await petrs.ask("GetMOResourceInfo", change=by(named))
    assert found.text("MO_Resource_List/MO_Available/MO/MO_OID") == CHILD
    slot = (await times(petrs, db, NEUROLOGIST)).text("Schedule/Slots/Slot_Id")
    booked = await petrs.book(slot)
    assert booked.code == "SUCCESS"
    stands = await value(db, "select referral_id::text from appointment")
    assert stands == named
    assert (await petrs.book(slot)).raw == booked.raw
    shown = (await petrs.identify()).all(SHOWN)[0]
    assert shown.text("Available_Record") == "UNAVAILABLE"
    assert shown.text("Reason_Not_Available")
    refused = await petrs.ask("GetReferralInfo")
    assert refused.code == "APPOINT_PATIENT_REGISTERED_SPECIALIST"
    assert "Невролог" in refused.text("Error/Error_Message")
    assert (await times(petrs, db, by(named))).code == "NO_DATA_FOUND"


async def test_a_referral_is_found_by_its_number_however_it_is_decorated(
    epgu: Caller, db: Connection
) -> None:
    found = await epgu.ask("GetReferralInfo")
    assert found.text(f"{SHOWN}/Referral_Number") == "№ 40/000123"
    assert found.text(f"{SHOWN}/Referral_Id") == await referral_id(db)
    slot = (await times(epgu, db, NEUROLOGIST)).text("Schedule/Slots/Slot_Id")
    assert (await epgu.book(slot)).code == "SUCCESS"
    assert await value(db, "select referral_id is not null from appointment")


async def test_a_referral_that_cannot_be_booked_by_is_told_why(
    epgu: Caller, db: Connection
) -> None:
    unknown = await epgu.ask("GetReferralInfo", change={"40/000123": "40/000124"})
    assert unknown.code == "REFERRAL_NOT_FOUND"
    stranger = await epgu.ask("GetReferralInfo", change={"2015-01-01": "2015-01-02"})
    assert stranger.code == "PATIENT_NOT_FOUND"
    await referrals.add(
        db,
        now=datetime.now(UTC),
        actor=REGISTRAR,
        number="Н-7",
        patient_id=await petr_id(db),
        position_id=45,
        valid_from=datetime.now(UTC).date(),
        valid_to=datetime.now(UTC).date() + timedelta(days=9),
    )
    paper = await epgu.ask("GetReferralInfo", change={"№ 40/000123": "H 7"})  # Latin H
    assert paper.code == "MO_NOT_CONNECTED_REFERRAL"
    assert len((await epgu.identify()).all(SHOWN)) == 1, "the profile demands an issuer"
    await execute(db, "update referral set valid_from = '2020-01-01', valid_to = '2020-02-01'")
    assert (await epgu.ask("GetReferralInfo")).code == "REFERRAL_PERIOD_HAS_EXPIRED"
    assert (await epgu.identify()).all(SHOWN) == []


async def test_without_a_referral_the_neurologist_is_not_offered(
    petrs: Caller, db: Connection
) -> None:
    offered = await petrs.ask("GetMOInfoExtended", change=NEUROLOGIST)
    assert offered.texts("MO_List/MO/MO_OID") == [CHILD], "his referral is found by itself"
    await execute(db, "delete from referral")
    assert (await petrs.ask("GetMOInfoExtended", change=NEUROLOGIST)).code == "NO_DATA_FOUND"
    assert (await times(petrs, db, NEUROLOGIST)).code == "NO_DATA_FOUND"


async def test_a_referral_that_is_not_his_leads_to_nobody(petrs: Caller, db: Connection) -> None:
    for named in ("7", "00000000-0000-0000-0000-000000000000"):
        assert (await petrs.ask("GetMOResourceInfo", change=by(named))).code == "NO_DATA_FOUND"
        assert (await times(petrs, db, by(named))).code == "NO_DATA_FOUND"


async def test_a_foreign_referral_opens_the_session_and_is_used_once(
    epgu: Caller, db: Connection
) -> None:
    await execute(db, "delete from referral")
    found = await epgu.ask("GetMOResourceInfo-foreign")
    assert found.text("MO_Resource_List/MO_Available/MO/MO_OID") == CHILD
    again = await epgu.ask("GetMOResourceInfo-foreign")
    assert again.raw == found.raw
    assert await value(db, "select count(*) from referral") == 1
    slot = (await times(epgu, db, NEUROLOGIST)).text("Schedule/Slots/Slot_Id")
    assert (await epgu.book(slot)).code == "SUCCESS"
    issuer = await value(
        db,
        "select issuer_oid from referral join appointment on referral_id = referral.id",
    )
    assert issuer == "1.2.643.5.1.13.13.12.2.77.99001.0.1"
    assert (await epgu.ask("GetMOResourceInfo-foreign")).code == "NO_DATA_FOUND", "it is used"
    assert (await epgu.identify()).all(SHOWN) == [], "it is not ours to show"


async def test_a_foreign_referral_to_a_clinic_leads_there_only(
    epgu: Caller, db: Connection
) -> None:
    to = f"<To_MO_OID>{FAR}</To_MO_OID><To_Service_Post>"
    elsewhere = {"<To_Service_Post>": to}
    found = await epgu.ask("GetMOResourceInfo-foreign", change=elsewhere)
    assert found.code == "NO_DATA_FOUND", "there is no neurologist there"
    other = {"1234567891234567": "1234567891234568"}
    found = await epgu.ask("GetMOResourceInfo-foreign", change=other)
    assert found.code == "PATIENT_NOT_FOUND"


async def test_a_referral_used_elsewhere_cannot_be_used_here_until_that_visit_is_cancelled(
    petrs: Caller, db: Connection
) -> None:
    named = await referral_id(db)
    slot = (await times(petrs, db, by(named))).text("Schedule/Slots/Slot_Id")

    async def tell(status: str, book: str = "77-1") -> str:
        told = await petrs.ask(
            "ReferralAppointmentInformation", book_id=book, referral_id=named, status=status
        )
        assert told.text("Book_Id_Mis") == book
        return told.code

    assert [await tell("RECORDED") for _ in range(2)] == ["SUCCESS"] * 2
    assert await value(db, "select count(*) from referral_use") == 1
    refused = await petrs.book(slot)
    assert refused.code == "APPOINT_PATIENT_REGISTERED_SPECIALIST"
    shown = (await petrs.identify()).all(SHOWN)[0]
    assert shown.text("Available_Record") == "UNAVAILABLE"
    assert (await times(petrs, db, NEUROLOGIST)).code == "NO_DATA_FOUND"
    assert await tell("CANCELED") == "SUCCESS"
    assert await tell("RECORDED") == "SUCCESS", "told late, it revives nothing"
    assert (await petrs.book(slot)).code == "SUCCESS"
    assert await tell("SUCCESS", book="77-2") == "SUCCESS"


async def test_news_of_a_use_that_cannot_be_noted_is_answered(epgu: Caller) -> None:
    async def tell(named: str, status: str = "RECORDED") -> Answer:
        return await epgu.ask(
            "ReferralAppointmentInformation", book_id="77-1", referral_id=named, status=status
        )

    for named in ("7", "00000000-0000-0000-0000-000000000000"):
        assert (await tell(named)).code == "FAILURE_OPERATION"
    wrong = await tell("7", "PERHAPS")
    assert wrong.code == "INTERNAL_ERROR"
    assert "Appointment_Status" in wrong.text("Comment")


async def test_a_moment_is_a_day_and_a_time_of_this_age(epgu: Caller, db: Connection) -> None:
    async def tell(at: str) -> Answer:
        return await epgu.ask(
            "ReferralAppointmentInformation",
            book_id="77-2",
            referral_id=await referral_id(db),
            status="RECORDED",
            change={"2027-02-01T08:20:00+03:00": at},
        )

    for at in (
        *("0001-01-01T00:00:00+03:00", "9999-12-31T23:59:59-03:00", "1899-12-31T10:00:00"),
        *("2201-01-01T10:00:00", "2027-02-01", "20270201T082000", "2027-W05-1T08:20:00", "08:20"),
        *("2027-02-30T08:20:00", "2027-02-01T25:00:00+03:00", "2027-02-01T08:20:00+03"),
    ):
        refused = await tell(at)
        assert refused.code == "INTERNAL_ERROR", at
        assert "Visit_Time" in refused.text("Comment"), at
    assert await value(db, "select count(*) from referral_use") == 0
    for at in ("2027-02-01T08:20:00.000+03:00", "2027-02-01T05:20:00Z", "2027-02-01T08:20:00"):
        assert (await tell(at)).code == "SUCCESS", at
    told = await value(db, "select visit_time from referral_use")
    assert told == datetime(2027, 2, 1, 5, 20, tzinfo=UTC)


async def test_a_referral_of_a_year_beyond_reckoning_is_named_as_the_wrong_field(
    epgu: Caller,
) -> None:
    start = "<Referral_Start_Date>"
    for year in ("9999", "0001"):
        refused = await epgu.ask(
            "GetMOResourceInfo-foreign",
            change={f"{start}{federal.days()['first']}": f"{start}{year}-12-31"},
        )
        assert "Referral_Start_Date" in refused.text("Error/Validation_Error/Path")
