"""Statuses that the region pushes: shown at once, in their order, once, and to nobody else."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar import Litestar
from lxml import etree

from registratura_standins.gosuslugi import statuses
from registratura_standins.gosuslugi.database import Connection, execute, value
from tests.esia_standin.browser import Browser
from tests.gosuslugi_standin import envelopes
from tests.gosuslugi_standin.federal import (
    MARIA,
    REGION,
    book,
    browser,
    choose_time,
    name_petr,
    signed_in,
    text_of,
)
from tests.gosuslugi_standin.scripted import ScriptedRegion

ER = "{http://www.rt-eu.ru/med/er/v2_0}"
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
TIME = envelopes.TIME.replace("2027-02-01", TOMORROW)


def message(
    status: str, book_id: str = envelopes.BOOK, time: str = TIME, source: str = "EPGU"
) -> str:
    """As section 14 of the sheet has it."""
    return (
        '<UpdateAppointmentStatusRequest xmlns="http://www.rt-eu.ru/med/er/v2_0">'
        f"<Rmis_Id>conc-00000-rmis</Rmis_Id><Book_Id_Mis>{book_id}</Book_Id_Mis>"
        f"<Visit_Time>{time}</Visit_Time><Status>{status}</Status><Book_Data>"
        "<MO><MO_Id>40-017-2</MO_Id><MO_OID>1.2.643.5.1</MO_OID><MO_Name>Клиника</MO_Name></MO>"
        "<Specialty_Id>22</Specialty_Id><Services_Info><Service><Service_Id>B01.031.001"
        f"</Service_Id></Service></Services_Info><Source_Code>{source}</Source_Code>"
        "<Patient><Age>12</Age><Is_Villager>false</Is_Villager></Patient></Book_Data>"
        "</UpdateAppointmentStatusRequest>"
    )


async def push(app: Litestar, content: str | bytes) -> tuple[int, dict[str, str | None]]:
    """Status of HTTP and the answer's fields, by name."""
    sent = envelopes.envelope(content) if isinstance(content, str) else content
    region = httpx.AsyncClient(transport=browser(app)._transport, auth=REGION)
    answer = await region.post("http://127.0.0.1:8002/fer/status", content=sent)
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    body = etree.fromstring(answer.content)[1][0]
    return answer.status_code, {etree.QName(it).localname: it.text for it in body}


async def told(app: Litestar, *messages: str) -> None:
    """The region pushes these, and each is taken."""
    for one in messages:
        status, answer = await push(app, one)
        assert (status, answer["Status_Code"]) == (200, "SUCCESS")


@pytest.fixture
async def maria(federal: Litestar, region: ScriptedRegion) -> AsyncIterator[Browser]:
    """Мария's browser; she has booked Пётр for tomorrow."""
    region.tomorrow = TOMORROW
    async with await signed_in(federal, MARIA) as opened:
        draft = await name_petr(opened)
        await choose_time(opened, draft)
        assert "Вы записаны" in text_of(await book(opened, draft))
        yield opened


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("RECORDED", "Запись подтверждена"),
        ("CANCELED", "Запись отменена"),
        ("SUCCESS", "Приём состоялся"),
        ("PATIENT_NOT_ARRIVED", "Пациент не пришёл"),
    ],
)
async def test_every_status_is_shown_in_words(
    maria: Browser, federal: Litestar, status: str, words: str
) -> None:
    status_of_http, answer = await push(federal, message(status))
    assert status_of_http == 200
    assert answer == {
        "Book_Id_Mis": envelopes.BOOK,
        "Status_Code": "SUCCESS",
        "Comment": None,
    }
    assert words in text_of(await maria.get("/appointments"))


async def test_the_last_status_of_an_ordered_list_stands_and_a_repeat_changes_nothing(
    maria: Browser, federal: Litestar, federal_db: Connection
) -> None:
    recorded, cancelled = message("RECORDED"), message("CANCELED")
    await told(federal, recorded, recorded, cancelled, cancelled, recorded, message("SUCCESS"))
    assert "Запись отменена" in text_of(await maria.get("/appointments"))
    kept = await statuses.search(federal_db, envelopes.BOOK)
    assert [it.status for it in kept] == ["RECORDED", "CANCELED", "RECORDED", "SUCCESS"]


async def test_a_mark_of_the_visit_may_be_corrected(maria: Browser, federal: Litestar) -> None:
    await told(federal, message("PATIENT_NOT_ARRIVED"), message("SUCCESS"), message("RECORDED"))
    assert "Приём состоялся" in text_of(await maria.get("/appointments"))


async def test_a_visit_that_the_clinic_moved_is_shown_at_its_new_time(
    maria: Browser, federal: Litestar
) -> None:
    await told(federal, message("RECORDED", time=TIME.replace("08:20", "09:40")))
    assert "09:40" in text_of(await maria.get("/appointments"))


async def test_what_was_cancelled_here_is_said_to_be_cancelled_here(
    maria: Browser, federal: Litestar
) -> None:
    page = await maria.get("/appointments")
    path = page.text.partition('href="/appointments/')[2].partition('"')[0]
    cancel = f"/appointments/{path}/cancel"
    await maria.send_form(await maria.get(cancel), cancel)
    await told(federal, message("CANCELED"))
    assert "Вы отменили" in text_of(await maria.get("/appointments"))


async def test_a_status_that_comes_before_the_number_is_known_is_not_forgotten(
    federal: Litestar, region: ScriptedRegion
) -> None:
    region.tomorrow = TOMORROW
    maria = await signed_in(federal, MARIA)
    draft = await name_petr(maria)
    await choose_time(maria, draft)
    await told(federal, message("RECORDED"), message("CANCELED"))
    assert "Запись отменена" in text_of(await book(maria, draft))


async def test_what_was_booked_elsewhere_is_counted_and_shown_to_nobody(
    maria: Browser, federal: Litestar, federal_db: Connection
) -> None:
    await told(
        federal,
        message("RECORDED", "40-9", source="CC"),
        message("RECORDED", "40-10", source="СС"),  # Cyrillic
        message("CANCELED", "40-10", source="СС"),
        message("RECORDED"),
    )
    assert "40-9" not in text_of(await maria.get("/appointments"))
    counts = await statuses.count(federal_db)
    assert [(it.ours, it.source_code, it.status, it.number) for it in counts] == [
        (True, "EPGU", "RECORDED", 1),
        (False, "CC", "CANCELED", 1),
        (False, "CC", "RECORDED", 2),
    ]


async def test_a_visit_of_the_year_9999_is_refused_and_spoils_nobodys_page(
    maria: Browser, federal: Litestar
) -> None:
    _, answer = await push(federal, message("RECORDED", time="9999-12-31T23:59:59-03:00"))
    assert answer["Status_Code"] == "FAILURE_OPERATION"
    assert "Запись подтверждена" in text_of(await maria.get("/appointments"))


@pytest.mark.parametrize("spoilt", ["RECORDED|ARRIVED", f"{TIME}|tomorrow"])
async def test_what_cannot_be_read_is_refused_for_good(federal: Litestar, spoilt: str) -> None:
    status, answer = await push(federal, message("RECORDED").replace(*spoilt.split("|")))
    assert (status, answer["Status_Code"]) == (200, "FAILURE_OPERATION")
    assert answer["Book_Id_Mis"] == envelopes.BOOK


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b'<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>',
        b"x" * 300_000,
        envelopes.cancelled(),
        envelopes.envelope(message("RECORDED", book_id="")),
        envelopes.fault(),
    ],
    ids=["nothing", "html", "DTD", "large", "other operation", "no id", "fault"],
)
async def test_what_names_no_booking_gets_a_fault(federal: Litestar, content: bytes) -> None:
    status, answer = await push(federal, content)
    assert (status, answer["faultcode"]) == (500, "soap:Client")


async def test_the_region_gets_the_last_status_of_each_visit_for_its_nightly_comparison(
    maria: Browser, federal: Litestar
) -> None:
    later = TIME.replace("08:20", "09:40")
    await told(federal, message("RECORDED", "40-9", later), message("CANCELED", "40-9", later))
    region = browser(federal)
    region.auth = httpx.BasicAuth(*REGION)
    asked = {"rmis": "conc-00000-rmis", "from": f"{TOMORROW}T00:00:00+03:00"}
    answer = await region.get("/fer/statuses", params={**asked, "to": f"{TOMORROW}T20:00:00+03:00"})
    assert [json.loads(it) for it in answer.text.splitlines()] == [
        {"Book_Id_Mis": envelopes.BOOK, "Status": "RECORDED", "Visit_Time": TIME},  # not told yet
        {"Book_Id_Mis": "40-9", "Status": "CANCELED", "Visit_Time": later},
    ]
    earlier = await region.get("/fer/statuses", params={**asked, "to": TIME})
    assert earlier.text == ""


async def test_what_cannot_be_kept_now_is_to_be_sent_again(
    federal: Litestar, federal_db: Connection
) -> None:
    await execute(federal_db, "alter table pushed_status add constraint full_disk check (false)")
    _, answer = await push(federal, message("RECORDED"))
    assert answer["Status_Code"] == "INTERNAL_ERROR"
    assert await value(federal_db, "select count(*) from pushed_status") == 0
