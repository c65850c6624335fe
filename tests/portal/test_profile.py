"""«Личные данные»: what the owner sees of herself."""

import re
from dataclasses import replace
from datetime import date

import httpx
import pytest
from litestar import Litestar

from registratura.db import Connection, execute, value
from registratura.notices import choices
from tests.given import people as given
from tests.given import portal
from tests.given.people import MARIA
from tests.given.portal import words_of
from tests.portal.form import send


async def test_numbers_of_documents_are_masked(maria: httpx.AsyncClient) -> None:
    page = await maria.get("/profile")
    words = words_of(page)
    assert "Иванова Мария Петровна" in words
    assert "•••-•••-•45 95" in words
    assert "+7 900 000-00-01" in words
    for secret in ("11223344595", "112-233-445", "4053110874010015"):
        assert secret not in page.text


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("248000, г Калуга, ул Учебная, д. 7, кв. <b>", "ул Учебная, д. 7, кв. &lt;b&gt;"),
        (None, "ЕСИА не передала адрес"),
    ],
)
async def test_the_address_that_esia_told_is_shown(
    app: Litestar, told: str | None, shown: str
) -> None:
    async with await portal.signed_in(app, replace(MARIA, address=told)) as maria:
        page = await maria.get("/profile")
    line = re.search(r"<dt>Адрес</dt><dd>(.*?)</dd>", page.text)
    assert line is not None
    assert line[1].endswith(shown)


async def test_the_attachment_of_the_owners_card_is_shown(app: Litestar, db: Connection) -> None:
    known = await given.card(
        db,
        MARIA.identity,
        policy_number="4053110874010015",
        sex="F",
        snils=MARIA.snils,
    )
    await given.attachment(db, known, date(2020, 1, 1))
    async with await portal.signed_in(app, MARIA) as maria:
        words = words_of(await maria.get("/profile"))
    assert "Клиника ДГБ, Поликлиника № 1" in words
    assert "С какого дня 01.01.2020" in words


async def test_an_owner_without_attachment_is_told_how_to_get_one(
    maria: httpx.AsyncClient,
) -> None:
    assert "Прикрепиться можно в поликлинике" in words_of(await maria.get("/profile"))


async def test_the_consent_given_is_listed(maria: httpx.AsyncClient) -> None:
    assert "Обработка персональных данных на портале Редакция" in words_of(
        await maria.get("/profile")
    )


async def test_of_a_declared_child_clinic_and_area_doctor_are_shown_and_no_more(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    await given.attachment(db, await given.card(db), date(2020, 1, 1))
    await execute(db, "update department set address = 'ул. Тайная', phone = '+7 484 000-00-09'")
    await send(maria)
    words = words_of(await maria.get("/profile"))
    assert "Иванов П.И. ДГБ, Поликлиника № 1" in words
    assert "ул. Тайная" not in words
    assert "000-00-09" not in words
    await execute(db, "update relative set level = 'confirmed'")
    assert "ул. Тайная" in words_of(await maria.get("/profile"))
    read = "select count(*) from event where kind = 'attachment.read'"
    assert await value(db, read) == 1


async def test_letters_are_chosen_by_their_kinds(maria: httpx.AsyncClient, db: Connection) -> None:
    assert (await maria.get("/profile")).text.count(" checked") >= len(choices.KINDS)
    wanted = {"cancelled": "yes", "proposed": "yes"}
    answer = await portal.submit(maria, "/profile/letters", wanted, seen_on="/profile")
    assert answer.headers["location"] == "/profile#letters"
    account = await value(db, "select id from account")
    assert await choices.search_wanted(db, account) == set(wanted)
    assert 'id="letter-booked" name="booked" value="yes">' in (await maria.get("/profile")).text
