"""One draft in two tabs: what is asked of the region is what one of them has shown, never a mix."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
from litestar import Litestar

from registratura_standins.gosuslugi import asking, drafts
from registratura_standins.gosuslugi.database import Connection, value
from registratura_standins.gosuslugi.drafts import Draft
from registratura_standins.gosuslugi.places import Place, Slot
from registratura_standins.gosuslugi.sessions import Session, hash_id
from tests.esia_standin.browser import Browser
from tests.gosuslugi_standin import envelopes
from tests.gosuslugi_standin.federal import (
    PETR,
    book,
    choose_time,
    line_of,
    name_petr,
    send,
    signed_in,
    text_of,
)
from tests.gosuslugi_standin.scripted import ScriptedRegion

BOOK = "CreateAppointment"
LOST = httpx.ReadTimeout("lost")
PAVEL = {**PETR, "first_name": "Павел"}


@pytest.fixture(autouse=True)
def soon(region: ScriptedRegion) -> None:
    """The region's times are those of tomorrow."""
    region.tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()


@dataclass(frozen=True)
class Tab:
    """Мария's browser at the check of Пётр's visit, and the draft as it stands there."""

    browser: Browser
    path: str
    draft: Draft
    session: Session


@pytest.fixture
async def tab(federal: Litestar, federal_db: Connection) -> AsyncIterator[Tab]:
    """The first tab."""
    async with await signed_in(federal) as maria:
        path = await name_petr(maria)
        await choose_time(maria, path)
        session = Session(hash_id(maria.cookies["gosuslugi_session"]), 0)
        draft = await drafts.get(federal_db, session, UUID(path.rpartition("/")[2]))
        yield Tab(maria, path, draft, session)


async def test_a_session_of_the_region_is_never_bound_to_another_patient(
    tab: Tab, region: ScriptedRegion, federal: Litestar, federal_db: Connection
) -> None:
    region.say(BOOK, LOST, LOST)
    awaited = await book(tab.browser, tab.path)
    assert "Ответ задерживается" in text_of(awaited)
    await send(tab.browser, f"{tab.path}/patient", **PAVEL)
    await tab.browser.get(f"{tab.path}/doctor")
    await asking.look_after(line_of(federal), datetime.now(UTC) + timedelta(hours=1))
    assert "Вы записаны" in text_of(await tab.browser.get(awaited.url.path))
    named = {}
    for it in region.of("GetPatientInfo"):
        named[it.fields["Session_ID"]] = it.fields["Patient_Data"]["First_Name"]
    assert {named[it.fields["Session_ID"]] for it in region.of(BOOK)} == {"Петр"}
    assert sorted(named.values()) == ["Павел", "Петр"]
    shown = await value(federal_db, "select patient->>'first_name' from draft")
    assert shown == "Павел"  # and what is being chosen for him stays


async def test_another_answer_to_whom_ends_the_session_too(
    tab: Tab, region: ScriptedRegion
) -> None:
    await send(tab.browser, f"{tab.path}/whom", whom="child")
    await send(tab.browser, f"{tab.path}/patient", **PAVEL)
    await tab.browser.get(f"{tab.path}/doctor")
    first, second = (it.fields["Session_ID"] for it in region.of("GetPatientInfo"))
    assert first != second


async def test_a_time_of_one_doctor_is_not_kept_with_another(
    tab: Tab, federal_db: Connection
) -> None:
    place = tab.draft.chosen
    other = Place(place.clinic, place.resource, place.target.__class__(position=54))
    now = datetime.now(UTC)
    await drafts.keep_place(federal_db, tab.draft, other, None, now)
    late = Slot(envelopes.SLOT, envelopes.TIME)
    assert not await drafts.keep_slot(federal_db, tab.draft, late, now)
    assert (await drafts.get(federal_db, tab.session, tab.draft.id)).slot is None


async def test_what_was_chosen_for_one_is_not_kept_for_another(
    tab: Tab, federal_db: Connection
) -> None:
    now = datetime.now(UTC)
    other = tab.draft.known.__class__(**{**vars(tab.draft.known), "first_name": "Павел"})
    await drafts.keep_patient(federal_db, tab.draft, other, now)
    await drafts.keep_place(federal_db, tab.draft, tab.draft.chosen, None, now)
    assert not await drafts.keep_slot(federal_db, tab.draft, tab.draft.slot, now)
    kept = await drafts.get(federal_db, tab.session, tab.draft.id)
    assert (kept.known.first_name, kept.place, kept.slot) == ("Павел", None, None)


async def test_what_is_booked_is_what_the_page_has_shown(tab: Tab, region: ScriptedRegion) -> None:
    check = await tab.browser.get(f"{tab.path}/check")
    other = envelopes.SLOT.replace("7b31", "7b32")
    times = await tab.browser.get(f"{tab.path}/time")
    await tab.browser.send_form(times, f"{tab.path}/time", slot=other)
    answer = await tab.browser.send_form(check, f"{tab.path}/book")
    assert answer.headers["location"] == f"{tab.path}/check?changed=1"
    assert "В другом окне вы выбрали другое" in text_of(
        await tab.browser.get(answer.headers["location"])
    )
    assert BOOK not in region.operations
    region.say(BOOK, envelopes.booked(slot=other, time=envelopes.TIME.replace("08:20", "08:35")))
    assert "Вы записаны" in text_of(await book(tab.browser, tab.path))
    assert region.of(BOOK)[0].fields["Slot_Id"] == other


@pytest.mark.parametrize("said", ["times", "NO_DATA_FOUND", "SESSION_TIMED_OUT"])
async def test_the_region_books_by_the_referral_that_the_page_has_shown(
    federal: Litestar, region: ScriptedRegion, said: str
) -> None:
    told = envelopes.PATIENT + f"<Referrals>{envelopes.REFERRAL}</Referrals>"
    region.say("GetPatientInfo", told)
    maria = await signed_in(federal)
    draft = await name_petr(maria)
    await send(maria, f"{draft}/doctors?referral=r-1", f"{draft}/doctor")
    times = await maria.get(f"{draft}/time")
    await maria.send_form(times, f"{draft}/time", slot=envelopes.SLOT)
    await maria.get(f"{draft}/doctor")  # in another tab: the session is told of no referral
    if said != "times":
        region.say("GetScheduleInfo", lambda it: region.no(it, said))
    assert "Вы записаны" in text_of(await book(maria, draft))
    before, booked = region.heard[-2:]
    assert (before.operation, booked.operation) == ("GetScheduleInfo", BOOK)
    assert before.fields["Referral_Id"] == "r-1"


async def test_a_referral_that_could_not_be_named_leaves_nothing_asked(
    federal: Litestar, region: ScriptedRegion
) -> None:
    told = envelopes.PATIENT + f"<Referrals>{envelopes.REFERRAL}</Referrals>"
    region.say("GetPatientInfo", told)
    maria = await signed_in(federal)
    draft = await name_petr(maria)
    await send(maria, f"{draft}/doctors?referral=r-1", f"{draft}/doctor")
    times = await maria.get(f"{draft}/time")
    await maria.send_form(times, f"{draft}/time", slot=envelopes.SLOT)
    region.say("GetScheduleInfo", LOST)
    assert "запрос до неё не дошёл" in text_of(await book(maria, draft))
    assert BOOK not in region.operations
    assert "Вы записаны" in text_of(await book(maria, draft))
