"""A booking is asked for, answered, or unknown; it is never made twice and never lost."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar import Litestar

from registratura_standins.gosuslugi import asking
from registratura_standins.gosuslugi.database import Connection, execute, value
from tests.esia_standin.browser import Browser
from tests.gosuslugi_standin import envelopes
from tests.gosuslugi_standin.federal import (
    MARIA,
    book,
    choose_time,
    line_of,
    name_petr,
    send,
    signed_in,
    text_of,
)
from tests.gosuslugi_standin.scripted import ScriptedRegion

LOST = httpx.ReadTimeout("lost")
BOOK = "CreateAppointment"
CANCEL = "CancelAppointment"


@pytest.fixture(autouse=True)
def soon(region: ScriptedRegion) -> None:
    """The region's times are those of tomorrow."""
    region.tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()


@pytest.fixture
async def maria(federal: Litestar) -> AsyncIterator[Browser]:
    """Мария's browser."""
    async with await signed_in(federal, MARIA) as browser:
        yield browser


async def at_the_check(maria: Browser) -> str:
    """The draft, ready to be booked."""
    draft = await name_petr(maria)
    await choose_time(maria, draft)
    return draft


async def later(federal: Litestar, **after: float) -> None:
    """What is due by then is done."""
    now = datetime.now(UTC) + timedelta(**after)
    while await asking.look_after(line_of(federal), now):
        now += timedelta(seconds=1)


async def test_an_answer_that_is_lost_is_asked_for_again_with_the_same_two_ids(
    maria: Browser, region: ScriptedRegion, federal_db: Connection
) -> None:
    draft = await at_the_check(maria)
    region.say(BOOK, LOST)
    assert "Вы записаны" in text_of(await book(maria, draft))
    first, second = region.of(BOOK)
    assert first.fields == second.fields
    assert await value(federal_db, "select count(*) from booking") == 1


async def test_while_nothing_is_answered_it_stays_unknown_and_is_asked_again_by_itself(
    maria: Browser, region: ScriptedRegion, federal: Litestar
) -> None:
    draft = await at_the_check(maria)
    region.say(BOOK, LOST, envelopes.fault(), b"<html>", LOST)
    page = await book(maria, draft)
    assert "Ждём ответа регистратуры" in text_of(page)
    assert "второй записи не появится" in text_of(await maria.get("/appointments"))
    await later(federal, minutes=1)
    assert "Ждём ответа регистратуры" in text_of(await maria.get(str(page.url)))
    await later(federal, hours=1)
    await later(federal, hours=2)
    assert "Вы записаны" in text_of(await maria.get(str(page.url)))
    assert len({str(it.fields) for it in region.of(BOOK)}) == 1
    assert CANCEL not in region.operations


async def test_what_never_left_is_no_booking_and_may_be_tried_again(
    maria: Browser, region: ScriptedRegion, federal: Litestar
) -> None:
    draft = await at_the_check(maria)
    region.say(BOOK, httpx.ConnectError("nobody there"))
    page = text_of(await book(maria, draft))
    assert "запрос до неё не дошёл" in page
    assert "Записей пока нет" in text_of(await maria.get("/appointments"))
    await later(federal, hours=1)
    assert len(region.of(BOOK)) == 1
    assert "Вы записаны" in text_of(await book(maria, draft))


async def test_an_answer_about_another_time_is_taken_back(
    maria: Browser, region: ScriptedRegion
) -> None:
    draft = await at_the_check(maria)
    wrong = envelopes.booked(time=envelopes.TIME.replace("08:20", "08:30"))
    region.say(BOOK, wrong)
    words = text_of(await book(maria, draft))
    assert "Мы отменили эту запись" in words
    told = region.of(CANCEL)[0].fields
    assert told["Canceled_Reason"] == "ERROR_DATA_MIS"
    assert told["Book_Id_Mis"] == envelopes.BOOK
    assert told["Error_Data_Parameters"]["Parameter"]["Path"] == "Visit_Time"
    assert "08:30" in told["Error_Data_Parameters"]["Parameter"]["Value"]
    region.say(BOOK, envelopes.booked(book="40-2027-000124"))
    assert "40-2027-000124" in text_of(await book(maria, draft))


async def test_the_same_moment_written_otherwise_is_not_the_same(
    maria: Browser, region: ScriptedRegion
) -> None:
    draft = await at_the_check(maria)
    region.say(BOOK, envelopes.booked(time=envelopes.TIME.replace("08:20:00", "08:20:00.000")))
    await book(maria, draft)
    assert region.of(CANCEL)[0].fields["Canceled_Reason"] == "ERROR_DATA_MIS"


async def test_a_taking_back_that_is_lost_is_sent_again(
    maria: Browser, region: ScriptedRegion, federal: Litestar
) -> None:
    draft = await at_the_check(maria)
    region.say(BOOK, envelopes.booked(slot="b7d0a3f4-51c8-4e0e-8f55-0a9d6c2e7b32"))
    region.say(CANCEL, LOST)
    page = await book(maria, draft)
    assert "отменяем эту запись" in text_of(page)
    await later(federal, minutes=1)
    assert len(region.of(CANCEL)) == 2
    assert "Мы отменили эту запись" in text_of(await maria.get(str(page.url)))


async def test_a_yes_that_cannot_be_stored_is_taken_back(
    maria: Browser, region: ScriptedRegion, federal: Litestar, federal_db: Connection
) -> None:
    draft = await at_the_check(maria)
    await execute(
        federal_db, "alter table booking add constraint full_disk check (book_id is null)"
    )
    region.say(BOOK, LOST)
    answer = await send(maria, f"{draft}/check", f"{draft}/book")
    assert answer.status_code == 500
    assert region.of(CANCEL)[0].fields["Canceled_Reason"] == "RECORD_NOT_CREATED_AT_EPGU"
    await execute(federal_db, "alter table booking drop constraint full_disk")
    region.say(BOOK, envelopes.refused("APPOINT_TIME_IS_BUSY"))
    await later(federal, hours=1)  # whatever the region says now is what is shown
    assert await value(federal_db, "select state from booking") == "refused"


async def test_a_number_that_another_visit_has_is_never_cancelled(
    maria: Browser, region: ScriptedRegion, federal_db: Connection
) -> None:
    await book(maria, await at_the_check(maria))
    page = await book(maria, await at_the_check(maria))
    assert "Ждём ответа" in text_of(page)
    assert CANCEL not in region.operations
    assert await value(federal_db, "select count(*) from booking where state = 'booked'") == 1


async def test_a_session_that_is_over_is_opened_again_with_the_same_id(
    maria: Browser, region: ScriptedRegion
) -> None:
    draft = await at_the_check(maria)
    region.say(BOOK, envelopes.refused("SESSION_TIMED_OUT"))
    assert "Вы записаны" in text_of(await book(maria, draft))
    assert region.operations[-3:] == [BOOK, "GetPatientInfo", BOOK]
    assert len({it.fields["Session_ID"] for it in region.heard}) == 1


async def test_a_failure_of_the_region_is_no_answer_to_a_request_that_was_lost_before_it(
    maria: Browser, region: ScriptedRegion, federal: Litestar, federal_db: Connection
) -> None:
    draft = await at_the_check(maria)
    region.say(BOOK, LOST, envelopes.refused("INTERNAL_ERROR"))
    page = await book(maria, draft)
    assert "Ждём ответа" in text_of(page)
    await later(federal, hours=1)
    assert "Вы записаны" in text_of(await maria.get(str(page.url)))


async def test_at_first_asking_the_regions_own_words_are_its_answer(
    maria: Browser, region: ScriptedRegion
) -> None:
    draft = await at_the_check(maria)
    region.say(BOOK, envelopes.refused("INTERNAL_ERROR", comment="Нужно направление."))
    words = text_of(await book(maria, draft))
    assert "Записать не удалось" in words
    assert "Нужно направление." in words


@pytest.mark.parametrize(
    ("code", "parameters", "words"),
    [
        ("APPOINT_TIME_IS_BUSY", {}, ["Это время только что заняли", "Выберите другое"]),
        ("APPOINT_VISIT_TIME_HAS_PASSED", {}, ["Это время уже прошло"]),
        (
            "APPOINT_PATIENT_REGISTERED_SPECIALIST",
            {
                "Specialist": "Яблокова Нина Олеговна",
                "Room": "Кабинет 12",
                "Visit_Time": "01.02.2027 08:20",
                "Create_Date": "25.01.2027",
                "Source_Record": "RPGU",
            },
            ["уже есть запись", "Яблокова Нина Олеговна", "01.02.2027 08:20", "на портале региона"],
        ),
        (
            "APPOINT_PATIENT_REGISTERED_OTHER_SPECIALIST",
            {"Post": "Невролог", "Source_Record": "CC"},
            ["На это время уже есть запись", "Невролог", "по телефону"],
        ),
        (
            "APPOINT_TIME_AVAILABLE_PATIENT_OTHER_AGE",
            {"Min_Age": "0", "Max_Age": "17"},
            ["другого возраста", "до 17 лет"],
        ),
        ("SOMETHING_NEW", {}, ["Записать не удалось"]),
    ],
)
async def test_a_refusal_is_told_in_words_and_everything_chosen_is_kept(
    maria: Browser,
    region: ScriptedRegion,
    code: str,
    parameters: dict[str, str],
    words: list[str],
) -> None:
    draft = await at_the_check(maria)
    region.say(BOOK, envelopes.refused(code, parameters, "Слова региона"))
    page = await book(maria, draft)
    for told in words:
        assert told in text_of(page)
    assert f"{draft}/time" in page.text
    assert "Записей пока нет" in text_of(await maria.get("/appointments"))
    assert "Вы записаны" in text_of(await book(maria, draft))


async def test_a_visit_is_cancelled_and_a_cancelling_without_an_answer_is_sent_again(
    maria: Browser, region: ScriptedRegion, federal: Litestar
) -> None:
    page = await book(maria, await at_the_check(maria))
    region.say(CANCEL, LOST)
    path = page.url.path
    await send(maria, f"{path}/cancel")
    assert "Отменяем запись" in text_of(await maria.get(path))
    await later(federal, minutes=1)
    assert "Вы отменили" in text_of(await maria.get("/appointments"))
    first, second = region.of(CANCEL)
    assert first.fields == second.fields
    assert first.fields["Canceled_Reason"] == "CANCELED_BY_PATIENT"
    assert "Отменять нечего" in text_of(await maria.get(f"{path}/cancel"))


@pytest.mark.parametrize("code", ["RECORD_NOT_FOUND", "RECORD_CANNOT_CANCELED"])
async def test_what_the_region_does_not_cancel_stands(
    maria: Browser, region: ScriptedRegion, code: str
) -> None:
    page = await book(maria, await at_the_check(maria))
    region.say(CANCEL, envelopes.cancelled(code, "Приём уже идёт"))
    await send(maria, f"{page.url.path}/cancel")
    words = text_of(await maria.get(page.url.path))
    assert "Отменить не удалось" in words
    assert "Приём уже идёт" in words


async def test_a_visit_cancelled_before_its_answer_is_cancelled_when_the_number_is_known(
    maria: Browser, region: ScriptedRegion, federal: Litestar
) -> None:
    draft = await at_the_check(maria)
    region.say(BOOK, LOST, LOST)
    page = await book(maria, draft)
    await send(maria, f"{page.url.path}/cancel")
    assert CANCEL not in region.operations
    await later(federal, minutes=1)
    assert region.of(CANCEL)[0].fields["Book_Id_Mis"] == envelopes.BOOK
    assert "Вы отменили" in text_of(await maria.get("/appointments"))


async def test_nobody_asks_for_ever(
    maria: Browser, region: ScriptedRegion, federal: Litestar
) -> None:
    draft = await at_the_check(maria)
    region.say(BOOK, *40 * [LOST])
    page = await book(maria, draft)
    await later(federal, days=3)
    assert "Ответа так и не было" in text_of(await maria.get(str(page.url)))
    asked = len(region.of(BOOK))
    await later(federal, days=4)
    assert len(region.of(BOOK)) == asked
