"""«Копия всех данных»: the files are whole, and what somebody typed stays text in them."""

import json
from dataclasses import replace
from io import BytesIO

import httpx
import pytest
from litestar import Litestar
from pypdf import PdfReader

from registratura.db import Connection, value
from registratura.portal.copy import AN_HOUR
from registratura.web.paper import print_pdf
from tests.given import portal
from tests.given.people import MARIA, NOW
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


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("龘𐎀", "[U+9F98][U+10380]"),
        ("Ли 😀 سلام", "Ли[U+1F600][U+0633]"),
        ("\u0301Ж\u200d\u0378", "Ж[U+200D][U+0378]"),
    ],
)
async def test_letters_that_no_font_has_are_spelled_and_the_pdf_is_made(
    name: str, shown: str
) -> None:
    pdf = PdfReader(BytesIO(await print_pdf("copy.typ", document("Копия", name), at=NOW)))
    text = "".join("".join(it.extract_text() for it in pdf.pages).split())
    assert shown in text
    assert "Пётр" in text
    assert "номервЮникоде" in text
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]


async def test_a_document_that_pdf_ua_refuses_all_the_same_is_made_without_it() -> None:
    pdf = PdfReader(BytesIO(await print_pdf("copy.typ", document("", "龘"), at=NOW)))
    assert "Пётр" in pdf.pages[0].extract_text()


def document(title: str, name: str) -> dict[str, object]:
    rows = [[name], ["Пётр"]]
    section = {"title": name, "note": "", "head": ["Имя"], "widths": [1], "rows": rows}
    about = f"О вас: {name}"
    return {
        "title": title,
        "portal": name,
        "about": about,
        "footer": name,
        "sections": [section],
    }


async def test_a_name_in_letters_that_no_font_has_does_not_stop_the_copy(app: Litestar) -> None:
    async with await portal.signed_in(app, replace(MARIA, middle_name="龘𐎀")) as client:
        answer = await take(client, "pdf")
    assert answer.status_code == 200
    assert "[U+9F98]" in PdfReader(BytesIO(answer.content)).pages[0].extract_text()


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
