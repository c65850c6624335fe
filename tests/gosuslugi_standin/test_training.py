"""Training switches: each goes wrong as its name says, as often as it says, and only then."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from registratura_standins.gosuslugi.dialects import write
from registratura_standins.gosuslugi.requests import create_appointment
from registratura_standins.gosuslugi.settings import Settings
from registratura_standins.gosuslugi.training import SWITCHES, Rehearsal, Switch, read_switches
from tests.gosuslugi_standin import envelopes
from tests.gosuslugi_standin.federal import running, signed_in, text_of, whole_walk
from tests.gosuslugi_standin.scripted import Heard, ScriptedRegion

BOOK = "CreateAppointment"


@pytest.fixture
def region() -> ScriptedRegion:
    """The region's times are those of tomorrow."""
    return ScriptedRegion(tomorrow=(datetime.now(UTC) + timedelta(days=1)).date().isoformat())


async def walk(settings: Settings, region: ScriptedRegion, switches: str) -> str:
    """Мария books under these switches: what the booking's page says."""
    async with running(settings, region.transport, read_switches(switches)) as app:
        return text_of(await whole_walk(await signed_in(app)))


async def test_a_lost_answer_reaches_the_region_and_is_asked_for_again(
    federal_settings: Settings, region: ScriptedRegion
) -> None:
    assert "Вы записаны" in await walk(federal_settings, region, "lost-answer:1")
    assert len(region.of(BOOK)) == 2


async def test_answers_that_are_lost_for_ever_leave_it_unknown(
    federal_settings: Settings, region: ScriptedRegion
) -> None:
    assert "Ждём ответа" in await walk(federal_settings, region, "lost-answer")


async def test_a_slow_answer_is_waited_for_as_long_as_the_limit_says(
    region: ScriptedRegion,
) -> None:
    rehearsal = Rehearsal(region.transport, [Switch("slow-answer", BOOK, 1)])
    letter = write(create_appointment("a", "b"))
    async with httpx.AsyncClient(transport=rehearsal, timeout=0.05) as http:
        began = datetime.now(UTC)
        with pytest.raises(httpx.ReadTimeout):
            await http.post("http://region", content=letter.content)
        assert datetime.now(UTC) - began >= timedelta(seconds=0.05)
        assert (await http.post("http://region", content=letter.content)).status_code == 200


async def test_a_fault_does_not_reach_the_region(
    federal_settings: Settings, region: ScriptedRegion
) -> None:
    assert "Вы записаны" in await walk(federal_settings, region, "fault:1")
    assert len(region.of(BOOK)) == 1


async def test_a_wrong_time_is_noticed_and_taken_back(
    federal_settings: Settings, region: ScriptedRegion
) -> None:
    assert "Мы отменили эту запись" in await walk(federal_settings, region, "wrong-time:1")
    assert region.of("CancelAppointment")[0].fields["Canceled_Reason"] == "ERROR_DATA_MIS"


async def test_an_expired_session_is_one_that_the_region_has_never_heard_of(
    federal_settings: Settings, region: ScriptedRegion
) -> None:
    def answer(heard: Heard) -> str | bytes:
        opened = {it.fields["Session_ID"] for it in region.of("GetPatientInfo")}
        known = heard.fields["Session_ID"] in opened
        return envelopes.SCHEDULE if known else region.no(heard, "SESSION_TIMED_OUT")

    region.say("GetScheduleInfo", answer, answer)
    switches = "expired-session@GetScheduleInfo:1"
    assert "Вы записаны" in await walk(federal_settings, region, switches)
    sessions = [it.fields["Session_ID"] for it in region.of("GetScheduleInfo")]
    assert len(set(sessions)) == 2  # the stranger's, then ours again


def test_switches_are_read_from_one_line() -> None:
    assert read_switches("lost-answer:2, fault@GetScheduleInfo wrong-time") == (
        Switch("lost-answer", BOOK, 2),
        Switch("fault", "GetScheduleInfo", None),
        Switch("wrong-time", BOOK, None),
    )
    assert {it.name for it in read_switches(" ".join(SWITCHES))} == set(SWITCHES)
    for wrong in ("lost", "fault:0", "fault@", "fault:x"):
        with pytest.raises(ValueError, match=r".+"):
            read_switches(wrong)
