"""«Копия всех данных»: the files are whole, and what somebody typed stays text in them."""

import json
from dataclasses import replace
from io import BytesIO

import httpx
from litestar import Litestar
from pypdf import PdfReader

from registratura.db import Connection, value
from registratura.portal.copy import AN_HOUR
from tests.given import portal
from tests.given.people import MARIA
from tests.portal.form import send

EVIL = "О'Коннор"  # the one odd sign that a name may hold
MARKUP = '#eval("1 + 1") $x^2$ *жирно* #read("/etc/passwd") <b>'


async def take(client: httpx.AsyncClient, kind: str) -> httpx.Response:
    return await portal.submit(client, "/profile/copy", {"format": kind}, seen_on="/profile")


async def test_json_holds_the_whole_numbers_the_consents_text_and_the_journal(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    await send(maria)
    answer = await take(maria, "json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"].startswith('attachment; filename="registratura-')
    assert answer.headers["cache-control"] == "no-store"
    copy = json.loads(answer.text)
    assert copy["account"]["snils"] == MARIA.snils
    assert copy["policies"][0]["number"] == MARIA.policy_number
    assert copy["relatives"][0]["policy_number"] == "1234567891234567"
    assert copy["consents"][0]["text"].startswith("Я даю согласие")
    assert copy["sessions"][0]["browser"] == ""
    assert {"Вход на портал", "Первый вход на портал"} & {it["what"] for it in copy["journal"]}
    assert await value(db, "select count(*) from event where kind = 'copy.taken'") == 1


async def test_pdf_is_tagged_russian_and_holds_what_people_typed_as_text(app: Litestar) -> None:
    odd = replace(MARIA, last_name=MARKUP, middle_name=EVIL)
    async with await portal.signed_in(app, odd) as client:
        answer = await take(client, "pdf")
    assert answer.headers["content-type"] == "application/pdf"
    pdf = PdfReader(BytesIO(answer.content))
    root = pdf.trailer["/Root"]
    assert root["/Lang"].startswith("ru")
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    text = "".join(" ".join(it.extract_text() for it in pdf.pages).split())
    for whole in (MARKUP, EVIL, "112-233-445 95", "4053110874010015", "Копия данных", "Согласия"):
        assert "".join(whole.split()) in text
    fonts = {str(it["/BaseFont"]) for it in _fonts(pdf)}
    assert all("GolosText" in it or "Libertinus" in it for it in fonts)
    assert any("GolosText" in it for it in fonts)


def _fonts(pdf: PdfReader) -> list[dict[str, object]]:
    return [it.get_object() for it in pdf.pages[0]["/Resources"]["/Font"].values()]  # type: ignore[index]


async def test_both_files_hold_the_address(app: Litestar) -> None:
    at_home = replace(MARIA, address="248000, г Калуга, ул Учебная, д. 7")
    async with await portal.signed_in(app, at_home) as client:
        copy = json.loads((await take(client, "json")).text)
        pdf = PdfReader(BytesIO((await take(client, "pdf")).content))
    assert copy["account"]["address"] == at_home.address
    text = "".join(" ".join(it.extract_text() for it in pdf.pages).split())
    assert "Адрес248000,гКалуга,улУчебная,д.7" in text


async def test_copies_are_not_made_without_end(maria: httpx.AsyncClient) -> None:
    statuses = [(await take(maria, "json")).status_code for _ in range(AN_HOUR * 2 + 1)]
    assert 429 in statuses
