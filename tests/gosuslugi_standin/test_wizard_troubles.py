"""What may happen to the wizard: nothing that was typed is lost, nobody sees another's draft."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar import Litestar

from tests.esia_standin.browser import Page
from tests.gosuslugi_standin import envelopes
from tests.gosuslugi_standin.federal import (
    MARIA,
    OLEG,
    PETR,
    begin,
    choose_doctor,
    choose_time,
    name_petr,
    send,
    signed_in,
    text_of,
    whole_walk,
)
from tests.gosuslugi_standin.scripted import ScriptedRegion


@pytest.fixture(autouse=True)
def soon(region: ScriptedRegion) -> None:
    """The region's times are those of tomorrow."""
    region.tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (httpx.ConnectError("no"), "не отвечает"),
        (httpx.ReadTimeout("no"), "отвечает слишком долго"),
        (envelopes.fault(), "ответила ошибкой"),
        (b"<html>", "ответила ошибкой"),
        ("<MO_List></MO_List>", "ответила ошибкой"),
        (envelopes.answer("GetMOInfoExtended", envelopes.CLINICS), "ответила ошибкой"),
        (httpx.Response(502, text="Bad Gateway"), "не отвечает"),
        (httpx.Response(200, content=b"x" * 2**21), "ответила ошибкой"),
    ],
    ids=["down", "slow", "fault", "html", "empty list", "other session", "proxy", "endless"],
)
async def test_a_region_in_trouble_is_told_of_and_nothing_is_lost(
    federal: Litestar, region: ScriptedRegion, said: Exception | bytes | str, words: str
) -> None:
    maria = await signed_in(federal, MARIA)
    draft = await name_petr(maria)
    region.say("GetMOInfoExtended", said)
    answer = await maria.get(f"{draft}/doctor")
    assert answer.status_code == 503
    assert words in text_of(answer)
    assert "сохранено" in text_of(answer)
    assert f"{draft}/doctor" in Page(answer.text).links
    assert "Яблокова" in text_of(await maria.get(f"{draft}/doctor"))


async def test_a_session_that_is_over_in_the_region_is_opened_again(
    federal: Litestar, region: ScriptedRegion
) -> None:
    maria = await signed_in(federal, MARIA)
    draft = await name_petr(maria)
    page = await choose_doctor(maria, draft)
    region.say("GetScheduleInfo", lambda it: region.no(it, "SESSION_TIMED_OUT"))
    answer = await maria.send_form(page, f"{draft}/time", slot=envelopes.SLOT)
    assert answer.headers["location"] == f"{draft}/check"
    assert region.operations[-3:] == ["GetScheduleInfo", "GetPatientInfo", "GetScheduleInfo"]
    assert len({it.fields["Session_ID"] for it in region.heard}) == 1


async def test_a_draft_is_of_its_browser_only_and_later_steps_lead_to_earlier_ones(
    federal: Litestar,
) -> None:
    maria, oleg = await signed_in(federal, MARIA), await signed_in(federal, OLEG)
    draft = await begin(maria)
    assert (await maria.get(f"{draft}/doctor")).headers["location"] == f"{draft}/patient"
    assert (await oleg.get(f"{draft}/patient")).status_code == 404
    done = await whole_walk(maria)
    assert (await oleg.get(str(done.url))).status_code == 404


async def test_another_patient_or_whom_begins_anew(
    federal: Litestar, region: ScriptedRegion
) -> None:
    maria = await signed_in(federal, MARIA)
    draft = await name_petr(maria)
    await choose_time(maria, draft)
    await send(maria, f"{draft}/patient", **{**PETR, "first_name": "Павел"})
    assert (await maria.get(f"{draft}/check")).headers["location"] == f"{draft}/doctor"
    await maria.get(f"{draft}/doctor")
    names = [it.fields["Patient_Data"]["First_Name"] for it in region.of("GetPatientInfo")]
    assert names == ["Петр", "Павел"]
    await send(maria, f"{draft}/whom", whom="child")
    assert (await maria.get(f"{draft}/doctor")).headers["location"] == f"{draft}/patient"


async def test_what_was_just_picked_is_there_again_when_the_region_answers(
    federal: Litestar, region: ScriptedRegion
) -> None:
    maria = await signed_in(federal, MARIA)
    draft = await name_petr(maria)
    times, slot = await choose_doctor(maria, draft), envelopes.SLOT.replace("7b31", "7b32")
    region.say("GetScheduleInfo", httpx.ReadTimeout("lost"))
    answer = await maria.send_form(times, f"{draft}/time", slot=slot)
    again = next(it for it in Page(answer.text).links if it.startswith(f"{draft}/time"))
    assert f"slot={slot}" in again
    assert "checked" in Page((await maria.get(again)).text).ids[f"t{slot}"]


async def test_a_referrals_number_is_there_again_when_the_region_answers(
    federal: Litestar, region: ScriptedRegion
) -> None:
    maria = await signed_in(federal, MARIA)
    draft = await name_petr(maria)
    region.say("GetReferralInfo", httpx.ConnectError("no"))
    answer = await send(maria, f"{draft}/referral", number="40-000 777&")
    again = next(it for it in Page(answer.text).links if it.startswith(f"{draft}/referral"))
    assert Page((await maria.get(again)).text).ids["number"]["value"] == "40-000 777&"


async def test_a_doctor_is_looked_for_again_among_those_where_he_was_picked(
    federal: Litestar, region: ScriptedRegion
) -> None:
    maria = await signed_in(federal, MARIA)
    draft = await name_petr(maria)
    for path, leads_to in (
        (f"{draft}/doctors?position=54&clinic={envelopes.OID}",) * 2,
        (f"{draft}/doctor",) * 2,
    ):
        page = await maria.get(path)
        region.say("GetMOResourceInfo", httpx.ReadTimeout("lost"))
        answer = await maria.send_form(page, f"{draft}/doctor")
        assert leads_to in Page(answer.text).links
