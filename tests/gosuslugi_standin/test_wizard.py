"""The wizard, step by step, on the answers of the wire sheet."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from litestar import Litestar

from tests.esia_standin.browser import Page
from tests.gosuslugi_standin import envelopes
from tests.gosuslugi_standin.federal import (
    ANNA,
    GROWN_UP,
    MARIA,
    OLEG,
    PETR,
    begin,
    book,
    choose_doctor,
    choose_time,
    name_petr,
    send,
    signed_in,
    text_of,
)
from tests.gosuslugi_standin.scripted import ScriptedRegion


@pytest.fixture(autouse=True)
def soon(region: ScriptedRegion) -> None:
    """The region's times are those of tomorrow."""
    region.tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()


async def test_the_area_doctor_appears_by_himself_and_no_clinic_is_asked(
    federal: Litestar, region: ScriptedRegion
) -> None:
    maria = await signed_in(federal, MARIA)
    draft = await name_petr(maria)
    words = text_of(await maria.get(f"{draft}/doctor"))
    assert "Мы нашли участкового педиатра" in words
    assert "Яблокова Нина Олеговна" in words
    assert "Детское отделение, Учебная поликлиника № 17" in words
    assert "г. Примерск, ул. Садовая, д. 4" in words
    assert "Как мы выбрали врача" in words
    assert region.operations == ["GetPatientInfo", "GetMOInfoExtended", "GetMOResourceInfo"]
    asked = region.of("GetMOResourceInfo")[0].fields
    assert asked["Service_Posts"] == {"Post": {"Post_Id": "59"}}
    assert asked["MO_OID_List"] == {"MO_OID": envelopes.OID}


async def test_from_the_doctor_to_the_number_of_the_booking(
    federal: Litestar, region: ScriptedRegion
) -> None:
    maria = await signed_in(federal, MARIA)
    draft = await name_petr(maria)
    checking = text_of(await choose_time(maria, draft))
    for told in ("Иванов Петр Иванович", "Яблокова", "08:20", "кабинет 12", "+7 900 000-00-01"):
        assert told in checking
    done = await book(maria, draft)
    words = text_of(done)
    for told in (
        "Вы записаны",
        envelopes.BOOK,
        "кабинет 12",
        "Садовая",
        "Регистратура подтвердила",
    ):
        assert told in words
    sessions = {it.fields["Session_ID"] for it in region.heard}
    assert len(sessions) == 1
    assert region.of("CreateAppointment")[0].fields["Slot_Id"] == envelopes.SLOT
    listed = text_of(await maria.get("/appointments"))
    assert "Запись подтверждена" in listed
    assert (await maria.get(f"{draft}/check")).headers["location"] == done.url.path


async def test_what_was_typed_stays_and_every_fault_is_told_at_once(federal: Litestar) -> None:
    maria = await signed_in(federal, MARIA)
    draft = await begin(maria)
    wrong = {"last_name": "Ivanov", "birth_date": "31.02.2015", "no_middle_name": ""}
    answer = await send(maria, f"{draft}/patient", policy_number="12 34", sex="", **wrong)
    assert answer.status_code == 422
    page = Page(answer.text)
    for told in (
        "Введите фамилию русскими буквами",
        "Введите имя",
        "Введите отчество или отметьте, что его нет",
        "Введите дату цифрами",
        "Выберите пол",
        "В номере полиса 16 цифр",
    ):
        assert page.text.count(told) == 2, told  # in the summary and at its field
    assert page.ids["last_name"]["value"] == "Ivanov"
    assert page.ids["birth_date"]["value"] == "31.02.2015"


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("birth_date", "01.01.2100", "ещё не наступила"),
        ("birth_date", "01.01.1850", "Проверьте год"),
        ("birth_date", "01.01.1990", "уже 18"),
        ("middle_name", "", "Введите отчество"),
        ("policy_number", "", "Введите номер полиса"),
    ],
)
async def test_a_child_must_be_one(federal: Litestar, field: str, typed: str, words: str) -> None:
    maria = await signed_in(federal, MARIA)
    draft = await begin(maria, "child")
    answer = await send(maria, f"{draft}/patient", **{**PETR, field: typed})
    assert words in text_of(answer)


async def test_a_child_of_esias_list_is_offered_ready_filled(
    federal: Litestar, region: ScriptedRegion
) -> None:
    oleg = await signed_in(federal, OLEG, ANNA, GROWN_UP)
    draft = await begin(oleg, "child")
    words = text_of(await oleg.get(f"{draft}/patient"))
    assert "Смирнова Анна Олеговна" in words
    assert "полис 4096 0897 8500 0126" in words
    assert "Глеб" not in words
    corrected = Page((await oleg.get(f"{draft}/patient?like=5001")).text).ids
    assert corrected["last_name"]["value"] == "Смирнова"
    answer = await send(oleg, f"{draft}/patient", child="5001")
    assert answer.headers["location"] == f"{draft}/doctor"
    await oleg.get(f"{draft}/doctor")
    who = region.of("GetPatientInfo")[0].fields["Patient_Data"]
    assert (who["First_Name"], who["SNILS"]) == ("Анна", "20000002123")
    assert who["Phone"] == OLEG.phone


async def test_a_child_without_a_policy_in_esia_is_asked_for_that_only(federal: Litestar) -> None:
    bare = replace(ANNA, snils=None, policy_number=None)
    oleg = await signed_in(federal, OLEG, bare)
    draft = await begin(oleg, "child")
    page = await send(oleg, f"{draft}/patient", child="5001", no_middle_name="")
    assert page.status_code == 422
    assert [it for it in ("Введите фамилию", "Выберите пол") if it in text_of(page)] == []
    assert "Введите номер полиса ОМС" in text_of(page)
    assert Page(page.text).ids["last_name"]["value"] == "Смирнова"
    typed = {"child": "new", "sex": "F", "no_middle_name": "", "policy_number": "1" * 16}
    answer = await oleg.send_form(page, f"{draft}/patient", **typed)
    assert answer.headers["location"] == f"{draft}/doctor"


async def test_oneself_is_known_from_esia(federal: Litestar, region: ScriptedRegion) -> None:
    maria = await signed_in(federal, MARIA)
    draft = await begin(maria, "self")
    assert (await send(maria, f"{draft}/patient", sex="F", no_middle_name="")).status_code == 303
    words = text_of(await maria.get(f"{draft}/doctor"))
    assert "участкового терапевта" in words
    assert region.of("GetPatientInfo")[0].fields["Patient_Data"]["SNILS"] == MARIA.snils
    assert region.of("GetMOInfoExtended")[0].fields["Service_Posts"]["Post"]["Post_Id"] == "110"


async def test_whom_the_region_does_not_know_is_asked_for_again_with_what_was_typed(
    federal: Litestar, region: ScriptedRegion
) -> None:
    maria = await signed_in(federal, MARIA)
    draft = await name_petr(maria)
    region.say("GetPatientInfo", lambda it: region.no(it, "PATIENT_NOT_FOUND"))
    answer = await maria.get(f"{draft}/doctor")
    assert answer.headers["location"] == f"{draft}/patient?found=no"
    page = await maria.get(answer.headers["location"])
    assert "не нашла такого пациента" in text_of(page)
    assert Page(page.text).ids["last_name"]["value"] == "Иванов"


async def test_another_doctor_is_chosen_by_position_and_clinic(
    federal: Litestar, region: ScriptedRegion
) -> None:
    maria = await signed_in(federal, MARIA)
    draft = await name_petr(maria)
    positions = await maria.get(f"{draft}/positions")
    assert "Невролог, приём по эпилепсии" in text_of(positions)
    assert "Офтальмолог" in text_of(positions)
    links = [it for it in Page(positions.text).links if "/clinics?" in it]
    complicated = next(it for it in links if "kind=" in it)
    clinics = await maria.get(complicated)
    place = next(it for it in Page(clinics.text).links if "/doctors?" in it)
    answer = await send(maria, place, f"{draft}/doctor")
    assert answer.headers["location"] == f"{draft}/time"
    await maria.get(f"{draft}/time")
    asked = region.of("GetScheduleInfo")[0].fields
    assert asked["Service_Post"]["Post"]["Add_Info_Post"]["Inner_Id"] == "n-7"
    assert region.of("GetServicePostSpecsInfo")[0].fields["MO_Id"] == "40-017-2"


async def test_where_there_is_nobody_the_page_says_where_to_go_on(
    federal: Litestar, region: ScriptedRegion
) -> None:
    maria = await signed_in(federal, MARIA)
    draft = await name_petr(maria)
    region.say("GetMOInfoExtended", *2 * [lambda it: region.no(it, "NO_DATA_FOUND")])
    assert "Участкового врача не нашли" in text_of(await maria.get(f"{draft}/doctor"))
    clinics = text_of(await maria.get(f"{draft}/clinics?position=54"))
    assert "не назвала ни одной поликлиники" in clinics
    await choose_doctor(maria, draft)
    region.say("GetScheduleInfo", lambda it: region.no(it, "NO_DATA_FOUND"))
    assert "Свободного времени на 14 дней нет" in text_of(await maria.get(f"{draft}/time"))


async def test_a_doctor_and_a_time_that_are_gone_are_not_booked(
    federal: Litestar, region: ScriptedRegion
) -> None:
    maria = await signed_in(federal, MARIA)
    draft = await name_petr(maria)
    page = await choose_doctor(maria, draft)
    assert "2 места" in text_of(page)
    region.say("GetScheduleInfo", lambda it: region.no(it, "NO_DATA_FOUND"))
    answer = await maria.send_form(page, f"{draft}/time", slot=envelopes.SLOT)
    assert answer.headers["location"].endswith("taken=1")
    assert "Это время только что заняли" in text_of(await maria.get(answer.headers["location"]))
    assert (await maria.get(f"{draft}/check")).headers["location"] == f"{draft}/time"
    doctor = await maria.get(f"{draft}/doctor")
    answer = await maria.send_form(doctor, f"{draft}/doctor", resource="00000000000")
    assert answer.headers["location"].endswith("&gone=1")
    assert "больше не принимает" in text_of(await maria.get(answer.headers["location"]))


async def test_a_referral_that_the_region_tells_of_leads_to_its_doctors(
    federal: Litestar, region: ScriptedRegion
) -> None:
    told = envelopes.PATIENT + f"<Referrals>{envelopes.REFERRAL}</Referrals>"
    region.say("GetPatientInfo", told)
    maria = await signed_in(federal, MARIA)
    draft = await name_petr(maria)
    assert "Направление № 40-000777" in text_of(await maria.get(f"{draft}/doctor"))
    answer = await send(maria, f"{draft}/doctors?referral=r-1", f"{draft}/doctor")
    assert answer.headers["location"] == f"{draft}/time"
    page = await maria.get(f"{draft}/time")
    await maria.send_form(page, f"{draft}/time", slot=envelopes.SLOT)
    await book(maria, draft)
    for operation in ("GetMOResourceInfo", "GetScheduleInfo"):
        assert region.of(operation)[-1].fields["Referral_Id"] == "r-1"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("REFERRAL_NOT_FOUND", "с таким номером у этого пациента нет"),
        ("REFERRAL_PERIOD_HAS_EXPIRED", "Срок направления закончился"),
        ("MO_NOT_CONNECTED_REFERRAL", "ещё не принимает"),
        ("APPOINT_PATIENT_REGISTERED_SPECIALIST", "По этому направлению уже записаны"),
        ("UNDEFINED_ERROR", "Нет: UNDEFINED_ERROR"),
    ],
)
async def test_a_referral_is_found_by_its_number_or_the_page_says_why_not(
    federal: Litestar, region: ScriptedRegion, code: str, words: str
) -> None:
    maria = await signed_in(federal, MARIA)
    draft = await name_petr(maria)
    region.say("GetReferralInfo", lambda it: region.no(it, code))
    answer = await send(maria, f"{draft}/referral", number="40-000777")
    assert words in text_of(answer)
    assert Page(answer.text).ids["number"]["value"] == "40-000777"
    answer = await send(maria, f"{draft}/referral", number="40-000777")
    assert answer.headers["location"] == f"{draft}/doctors?referral=r-1"
    assert "по направлению № 40-000777" in text_of(await maria.get(answer.headers["location"]))
