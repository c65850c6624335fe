"""Strangers, hurry and sudden ends: nobody touches another's booking, none is doubled or lost."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from registratura_standins.gosuslugi import asking, drafts, kinds
from registratura_standins.gosuslugi.database import Connection, value
from registratura_standins.gosuslugi.places import Inner, Service, Target
from registratura_standins.gosuslugi.sessions import Session, hash_id
from registratura_standins.gosuslugi.settings import Settings
from registratura_standins.gosuslugi.training import read_switches
from tests.esia_standin.browser import Page
from tests.gosuslugi_standin import envelopes
from tests.gosuslugi_standin.federal import (
    MARIA,
    OLEG,
    PETR,
    begin,
    book,
    choose_time,
    line_of,
    name_petr,
    running,
    send,
    signed_in,
    text_of,
    whole_walk,
)
from tests.gosuslugi_standin.scripted import ScriptedRegion

BOOK = "CreateAppointment"
CANCEL = "CancelAppointment"


@pytest.fixture(autouse=True)
def soon(region: ScriptedRegion) -> None:
    """The region's times are those of tomorrow."""
    region.tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()


async def test_another_users_booking_is_neither_shown_nor_cancelled(
    federal: Litestar, region: ScriptedRegion, federal_db: Connection
) -> None:
    maria, oleg = await signed_in(federal, MARIA), await signed_in(federal, OLEG)
    draft = await name_petr(maria)
    await choose_time(maria, draft)
    path = (await book(maria, draft)).url.path
    token = next(
        fields["_csrf_token"]
        for _, fields in Page((await oleg.get("/booking")).text).forms
        if "_csrf_token" in fields
    )
    for asked in (path, f"{path}/cancel", f"{draft}/check", f"{draft}/patient"):
        assert (await oleg.get(asked)).status_code == 404, asked
    form = {"_csrf_token": token, **PETR}
    for sent in (f"{path}/cancel", f"{draft}/book", f"{draft}/patient", f"{draft}/time"):
        assert (await oleg.post(sent, data=form)).status_code == 404, sent
    assert CANCEL not in region.operations
    assert await value(federal_db, "select status from booking") is None


async def test_ten_presses_at_once_are_one_booking(
    federal: Litestar, region: ScriptedRegion, federal_db: Connection
) -> None:
    maria = await signed_in(federal)
    draft = await name_petr(maria)
    check = await choose_time(maria, draft)
    pressed = [maria.send_form(check, f"{draft}/book") for _ in range(10)]
    answers = await asyncio.gather(*pressed)
    assert {it.status_code for it in answers} == {303}
    assert len({it.headers["location"] for it in answers}) == 1
    assert await value(federal_db, "select count(*) from booking where state = 'booked'") == 1
    assert len(region.of(BOOK)) == 1
    assert CANCEL not in region.operations


async def test_pressing_again_does_not_use_up_the_tries_of_a_booking_that_is_awaited(
    federal: Litestar, region: ScriptedRegion
) -> None:
    maria = await signed_in(federal)
    draft = await name_petr(maria)
    check = await choose_time(maria, draft)
    region.say(BOOK, *2 * [httpx.ReadTimeout("lost")], *20 * [envelopes.refused("INTERNAL_ERROR")])
    awaited = await book(maria, draft)
    for _ in range(8):
        answer = await maria.send_form(check, f"{draft}/book")
        assert answer.headers["location"] == awaited.url.path
    assert "Ответ задерживается" in text_of(await maria.get(awaited.url.path))
    assert len(region.of(BOOK)) == 2


async def test_booking_and_cancelling_at_once_leave_nothing_half_done(
    federal: Litestar, region: ScriptedRegion, federal_db: Connection
) -> None:
    maria = await signed_in(federal)
    path = (await whole_walk(maria)).url.path
    ask = await maria.get(f"{path}/cancel")
    pressed = [maria.send_form(ask, f"{path}/cancel") for _ in range(5)]
    assert {it.status_code for it in await asyncio.gather(*pressed)} == {303}
    assert await value(federal_db, "select cancel_state from booking") == "done"
    assert "Вы отменили" in text_of(await maria.get(path))
    assert len({str(it.fields) for it in region.of(CANCEL)}) == 1


async def test_a_process_that_ends_between_sending_and_settling_loses_nothing(
    federal_settings: Settings, region: ScriptedRegion, federal_db: Connection
) -> None:
    hasty = replace(federal_settings, region_seconds=60.0, patience=0.2)
    async with running(hasty, region.transport, read_switches("slow-answer:1")) as app:
        maria = await signed_in(app)
        draft = await name_petr(maria)
        await choose_time(maria, draft)
        page = await book(maria, draft)
        assert "Запрос отправлен" in text_of(page)
        assert len(region.of(BOOK)) == 1  # the region has heard it, its answer is under way
    assert await value(federal_db, "select state from booking") == "asked"
    async with running(hasty, region.transport) as app:
        again, words = await signed_in(app), ""
        async with asyncio.timeout(20):  # not as long as the one who has died might have taken
            while "Вы записаны" not in words:
                await asyncio.sleep(0.1)
                words = text_of(await again.get(page.url.path))
    first, second = region.of(BOOK)
    assert first.fields == second.fields


async def test_an_answer_that_is_awaited_for_long_is_said_to_be_late(
    federal: Litestar, region: ScriptedRegion, federal_db: Connection
) -> None:
    maria = await signed_in(federal)
    path = (await whole_walk(maria)).url.path
    for asked, words in (("1 second", "ещё не ответила"), ("1 minute", "Ответ задерживается")):
        await federal_db.execute(
            "update booking set state = 'asked', next_try_at = null, book_id = null,"
            " asked_at = now() - %s::interval",
            (asked,),
        )
        assert words in text_of(await maria.get(path))


async def test_a_kind_of_doctor_with_long_names_may_be_chosen(
    federal: Litestar, region: ScriptedRegion, federal_db: Connection
) -> None:
    services = tuple(
        Service(f"B01.0{n}.001", Inner(f"s-{n}", "Приём врача " * 8)) for n in range(9)
    )
    target = Target(position=45, inner=Inner("n-7", "Невролог, приём " * 6), services=services)
    maria = await signed_in(federal)
    draft = await name_petr(maria)
    place = f"{draft}/doctors?{kinds.to_query(target, clinic=envelopes.OID)}"
    answer = await send(maria, place, f"{draft}/doctor")
    assert answer.headers.get("location") == f"{draft}/time", text_of(answer)
    session = Session(hash_id(maria.cookies["gosuslugi_session"]), 0)
    kept = await drafts.get(federal_db, session, UUID(draft.rpartition("/")[2]))
    assert kept.chosen.target == target


@pytest.mark.parametrize("typed", ["%ED%A0%80", "%FF%FE", "%00", "%F0%9F%98%80" * 99])
async def test_signs_that_no_name_has_are_a_fault_of_the_form(
    federal: Litestar, typed: str
) -> None:
    maria = await signed_in(federal)
    draft = await begin(maria)
    forms = Page((await maria.get(f"{draft}/patient")).text).forms
    token = next(it["_csrf_token"] for form, it in forms if form["action"].endswith("/patient"))
    for sent in (f"{draft}/patient", f"{draft}/whom", "/vision"):
        answer = await maria.post(
            sent,
            content=f"_csrf_token={token}&last_name={typed}&back={typed}&whom={typed}",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert answer.status_code in (303, 400, 422), sent


async def test_a_cancelled_visit_does_not_say_that_it_could_not_be_cancelled(
    federal: Litestar, region: ScriptedRegion, federal_db: Connection
) -> None:
    maria = await signed_in(federal)
    path = (await whole_walk(maria)).url.path
    region.say(CANCEL, envelopes.cancelled("RECORD_CANNOT_CANCELED", "Уже отменена"))
    await send(maria, f"{path}/cancel")
    assert "Отменить не удалось" in text_of(await maria.get(path))
    await federal_db.execute("update booking set status = 'CANCELED', status_from = 'region'")
    page = text_of(await maria.get(path))
    assert "Отменить не удалось" not in page
    assert "Её отменили в поликлинике" in page


async def test_asking_anew_for_what_was_just_cancelled_never_deadlocks_with_its_late_answer(
    federal: Litestar, region: ScriptedRegion, federal_db: Connection
) -> None:
    maria = await signed_in(federal)
    draft = await name_petr(maria)
    check = await choose_time(maria, draft)
    region.say(BOOK, *2 * [httpx.ReadTimeout("lost")])
    path = (await book(maria, draft)).url.path
    await send(maria, f"{path}/cancel")  # as soon as the answer comes
    session_id = draft.rpartition("/")[2]
    async with federal_db.transaction():
        await drafts.lock(federal_db, session_id)  # asking anew has begun
        later = datetime.now(UTC) + timedelta(hours=1)
        answering = asyncio.create_task(asking.look_after(line_of(federal), later))
        done, _ = await asyncio.wait([answering], timeout=1.5)
        assert not done
        await value(federal_db, "update booking set comment = 'x' returning id")  # has its row
    await answering
    assert "Вы отменили" in text_of(await maria.get(path))
    assert (await maria.send_form(check, f"{draft}/book")).headers["location"] == path
