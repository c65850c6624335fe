"""No page of the wizard is a dead end, and each says what is so: no more, no less."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from litestar import Litestar

from registratura_standins.gosuslugi import words
from tests.esia_standin.browser import Browser, Page
from tests.gosuslugi_standin import envelopes
from tests.gosuslugi_standin.federal import (
    MARIA,
    book,
    choose_time,
    name_petr,
    send,
    signed_in,
    text_of,
)
from tests.gosuslugi_standin.scripted import ScriptedRegion

RESOURCES = "GetMOResourceInfo"
PORTAL = "http://127.0.0.1:8000/appointments"
DATES = (
    "<Available_Dates>" + envelopes.DOCTOR.partition("<Available_Dates>")[2].partition("<Age")[0]
)
BUSY = envelopes.DOCTOR.replace(DATES, "")  # the area's own doctor, without a free day
FREE = envelopes.SUBSTITUTE.replace("</Resource>", f"{DATES}</Resource>")


@pytest.fixture(autouse=True)
def soon(region: ScriptedRegion) -> None:
    """The region's times are those of tomorrow."""
    region.tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()


@pytest.fixture
async def maria(federal: Litestar) -> AsyncIterator[Browser]:
    """Мария's browser."""
    async with await signed_in(federal, MARIA) as browser:
        yield browser


def receive(region: ScriptedRegion, *resources: str) -> None:
    """Those receive at the clinic, in that order."""
    both = envelopes.DOCTOR + envelopes.SUBSTITUTE
    region.say(RESOURCES, envelopes.DOCTORS.replace(both, "".join(resources)))


@pytest.mark.parametrize(
    ("resources", "told", "never"),
    [
        ((envelopes.DOCTOR,), "2 свободных дня", "рачи этой поликлиники"),
        ((envelopes.DOCTOR, FREE), "Другие врачи этой поликлиники", "ока участков"),
        ((BUSY, FREE), "Пока у участкового нет времени, принимают", "Другие врачи"),
        ((BUSY, envelopes.SUBSTITUTE), "Времени нет и у других врачей", "принимают"),
        ((BUSY,), "лист ожидания", "принимают"),
    ],
    ids=["he alone", "he and others", "others only", "nobody", "nobody else"],
)
async def test_others_are_named_for_what_they_are(
    maria: Browser, region: ScriptedRegion, resources: tuple[str, ...], told: str, never: str
) -> None:
    draft = await name_petr(maria)
    receive(region, *resources)
    page = text_of(await maria.get(f"{draft}/doctor"))
    assert told in page
    assert never not in page


async def test_a_doctor_is_spoken_of_whatever_the_sex(
    maria: Browser, region: ScriptedRegion
) -> None:
    told = envelopes.PATIENT + f"<Referrals>{envelopes.REFERRAL}</Referrals>"
    region.say("GetPatientInfo", told)
    draft = await name_petr(maria)
    page = text_of(await maria.get(f"{draft}/doctor"))
    assert "назван Яблокова" not in page
    assert "Первым в списке врачей (педиатр участковый) стоит Яблокова Н. О." in page
    for path in ("doctor", "referral"):
        page = text_of(await maria.get(f"{draft}/{path}"))
        assert "№ 40-000777, кто направил: Яблокова Н. О." in page


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("Оториноларинголог (ЛОР)", "оториноларинголог (ЛОР)"),
        ("ЛОР, осмотр", "ЛОР, осмотр"),
        ("УЗИ", "УЗИ"),
        ("Педиатр участковый", "педиатр участковый"),
        ("", ""),
    ],
)
def test_an_abbreviation_stays_one_inside_a_sentence(name: str, inside: str) -> None:
    assert words.inside(name) == inside


async def test_abbreviations_stay_on_the_pages(maria: Browser) -> None:
    draft = await name_petr(maria)
    links = Page((await maria.get(f"{draft}/positions")).text).links
    clinics = await maria.get(next(it for it in links if it.endswith("position=53")))
    place = next(it for it in Page(clinics.text).links if "/doctors?" in it)
    await send(maria, place, f"{draft}/doctor")
    times, slot = await maria.get(f"{draft}/time"), {"slot": envelopes.SLOT}
    assert place in Page(times.text).links  # back among the doctors like this one
    await maria.send_form(times, f"{draft}/time", **slot)
    assert place in Page((await maria.get(f"{draft}/check")).text).links
    done = await book(maria, draft)
    for path in (done.url.path, f"{done.url.path}/cancel", "/appointments"):
        page = text_of(await maria.get(path))
        assert "оториноларинголог (ЛОР)" in page
        assert "(лор)" not in page


@pytest.mark.parametrize("step", ["clinics", "doctors"])
async def test_who_cannot_be_booked_by_oneself_may_need_a_referral(
    maria: Browser, region: ScriptedRegion, step: str
) -> None:
    draft = await name_petr(maria)
    for operation in ("GetMOInfoExtended", RESOURCES):
        region.say(operation, lambda it: region.no(it, "NO_DATA_FOUND"))
    page = await maria.get(f"{draft}/{step}?position=54")
    assert "нужно направление" in text_of(page)
    assert "не нашлось" in text_of(page)
    assert {f"{draft}/referral", f"{draft}/positions"} <= set(Page(page.text).links)


@pytest.mark.parametrize(
    "code",
    ["APPOINT_PATIENT_REGISTERED_SPECIALIST", "APPOINT_PATIENT_REGISTERED_OTHER_SPECIALIST"],
)
async def test_a_clash_leads_to_the_visit_in_the_way_and_to_other_times(
    maria: Browser, region: ScriptedRegion, code: str
) -> None:
    draft = await name_petr(maria)
    await choose_time(maria, draft)
    region.say("CreateAppointment", envelopes.refused(code, {"Source_Record": "RPGU"}))
    links = Page((await book(maria, draft)).text).links
    assert {PORTAL, f"{draft}/time", f"{draft}/doctor"} <= set(links)


async def test_a_no_in_the_regions_own_words_leads_to_a_referral_too(
    maria: Browser, region: ScriptedRegion
) -> None:
    draft = await name_petr(maria)
    await choose_time(maria, draft)
    no = envelopes.refused("INTERNAL_ERROR", comment="Нужно направление.")
    region.say("CreateAppointment", no)
    assert f"{draft}/referral" in Page((await book(maria, draft)).text).links


async def test_what_is_over_leads_to_a_new_booking(
    maria: Browser, region: ScriptedRegion, federal: Litestar
) -> None:
    draft = await name_petr(maria)
    await choose_time(maria, draft)
    region.say("CreateAppointment", envelopes.refused("APPOINT_TIME_IS_BUSY"))
    refused = (await book(maria, draft)).url.path
    elsewhere = await signed_in(federal, MARIA)  # another browser has no draft
    assert "/service" in Page((await elsewhere.get(refused)).text).links
    done = (await book(maria, draft)).url.path
    await send(maria, f"{done}/cancel")
    links = Page((await maria.get(done)).text).links
    assert "/booking" in links


async def test_what_cannot_be_cancelled_here_leads_to_the_portal_of_the_region(
    maria: Browser, region: ScriptedRegion
) -> None:
    draft = await name_petr(maria)
    await choose_time(maria, draft)
    path = (await book(maria, draft)).url.path
    region.say("CancelAppointment", envelopes.cancelled("RECORD_CANNOT_CANCELED", "Приём идёт"))
    await send(maria, f"{path}/cancel")
    assert PORTAL in Page((await maria.get(path)).text).links


async def test_the_regions_no_at_a_step_leads_back_into_the_wizard(
    maria: Browser, region: ScriptedRegion
) -> None:
    draft = await name_petr(maria)
    region.say("GetMOInfoExtended", lambda it: region.no(it, "UNDEFINED_ERROR"))
    page = await maria.get(f"{draft}/doctor")
    assert {f"{draft}/doctor", f"{draft}/patient"} <= set(Page(page.text).links)
