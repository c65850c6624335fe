"""«Личные данные» and the form «Добавление родственника», through the real application."""

import re
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar

from registratura.db import Connection, value
from registratura.people.refusals import (
    NotYourRelative,
    TooManyRelativesToday,
)
from registratura.portal.relatives import TRIES
from registratura.web.limits import TriedTooOften
from tests.given import people as given
from tests.given import portal
from tests.given.people import MARIA
from tests.given.portal import words_of
from tests.portal.form import FORM, faults_of, send


async def test_petr_of_the_printed_instruction_stands_in_the_table_at_once(
    maria: httpx.AsyncClient,
) -> None:
    answer = await send(maria)
    assert (answer.status_code, answer.headers["location"]) == (303, "/profile#relatives")
    words = words_of(await maria.get("/profile"))
    for heading in ("ФИО", "Вид родства", "Дата рождения", "Номер полиса ОМС"):
        assert heading in words
    assert "Иванов Петр Иванович Ребёнок 01.01.2015 •••• 4567" in words
    assert "похоже, опечатка: проверьте" in words
    assert "Иванов П.И." in words


async def test_the_form_has_the_fields_and_words_of_the_instruction(
    maria: httpx.AsyncClient,
) -> None:
    page = await maria.get(FORM)
    words = words_of(page)
    for expected in (
        "Добавление родственника",
        "Символом * отмечены поля, обязательные для заполнения",
        "Нет отчества",
        "Ребёнок Внук/внучка Брат/сестра Подопечный Другой родственник ребёнка",
        "Серия и номер полиса ОМС",
        "законный представитель или действую с его согласия",
        "Сохранить Закрыть",
    ):
        assert expected in words
    starred = re.findall(r'<label class="label" for="\w+">([^<]+) <span class="req"', page.text)
    assert starred == [
        "Фамилия",
        "Имя",
        "Вид родства",
        "Дата рождения",
        "Серия и номер полиса ОМС",
    ]


async def test_a_right_policy_number_gets_no_warning(maria: httpx.AsyncClient) -> None:
    await send(maria, policy_number="4088789747003452")
    assert "опечатка" not in words_of(await maria.get("/profile"))


@pytest.mark.parametrize(
    "typed", ["1.1.2015", "01 01 2015", "01012015", "1 января 2015", "01.01.2015 г."]
)
async def test_a_birth_date_may_be_typed_in_any_usual_way(
    maria: httpx.AsyncClient, typed: str
) -> None:
    assert (await send(maria, birth_date=typed)).status_code == 303
    assert "01.01.2015" in words_of(await maria.get("/profile"))


@pytest.mark.parametrize(
    ("first_name", "middle_name", "sex"),
    [("Әлфия", "Һади кызы", "F"), ("Žofia", "", "F"), ("Анна-Мария", "О'Коннор", "F")],
)
async def test_letters_of_every_alphabet_are_welcome(
    maria: httpx.AsyncClient, first_name: str, middle_name: str, sex: str
) -> None:
    answer = await send(maria, first_name=first_name, middle_name=middle_name, sex=sex)
    assert answer.status_code == 303
    assert first_name in words_of(await maria.get("/profile"))


async def test_no_patronymic_takes_the_sex_that_was_chosen(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    answer = await send(maria, middle_name="", no_middle_name="yes", sex="F")
    assert answer.status_code == 303
    assert await value(db, "select sex || coalesce(middle_name, '') from relative") == "F"


async def test_a_relative_added_twice_is_told_at_the_field(maria: httpx.AsyncClient) -> None:
    await send(maria)
    answer = await send(maria, first_name="Пётр")
    assert faults_of(answer) == [
        ("last_name", "Этот родственник уже есть в вашем списке, добавлять его снова не нужно")
    ]
    assert 'value="Пётр"' in answer.text


async def test_the_fourth_relative_of_a_day_is_refused_with_the_form_kept(
    maria: httpx.AsyncClient,
) -> None:
    for name in ("Анна", "Борис", "Вера", "Глеб", "Дина", "Егор", "Жанна"):  # midnight may pass
        answer = await send(maria, first_name=name)
        if answer.status_code == 422:
            break
    assert TooManyRelativesToday(limit=3).text in words_of(answer)
    assert f'value="{name}"' in answer.text


async def test_tries_are_limited(maria: httpx.AsyncClient) -> None:
    for _ in range(2 * TRIES + 1):  # an hour may end meanwhile, once
        words = words_of(await send(maria))
        if TriedTooOften.words.partition("{")[0] in words:
            return
    raise AssertionError(words)


async def test_the_answer_is_the_same_whether_a_card_matched_or_not(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    await given.card(db)
    hit = await send(maria)
    miss = await send(maria, first_name="Павел")
    assert hit.status_code == miss.status_code == 303
    assert hit.headers["location"] == miss.headers["location"]
    page = (await maria.get("/profile")).text
    rows = re.findall(r'<tr role="row"><th scope="row".*?</tr>', page, re.S)
    plain = [re.sub(r"[0-9a-f-]{36}", "", row).replace("ava b", "ava c") for row in rows]
    assert plain[0].replace("Петр", "Павел") == plain[1]


async def test_the_strict_setting_makes_the_warning_an_error(database_url: str) -> None:
    strict = portal.settings(database_url, policy_check="strict")
    async with portal.running(strict) as app, await portal.signed_in(app, MARIA) as maria:
        answer = await send(maria)
        assert faults_of(answer) == [("policy_number", "Похоже, опечатка: проверьте номер полиса")]


async def test_an_owner_under_18_is_told_so(app: Litestar) -> None:
    young = replace(MARIA, oid=2001, snils=None, birth_date=date.today() - timedelta(days=6000))
    async with await portal.signed_in(app, young) as client:
        assert "можно с 18 лет" in words_of(await client.get(FORM))
        profile = words_of(await client.get("/profile"))
        assert "можно с 18 лет" in profile
        assert "Добавить Добавьте" not in profile


# strangers


@pytest.mark.parametrize("path", ["/profile", FORM, "/profile/relatives/{link}/leave"])
async def test_every_page_about_oneself_asks_for_sign_in(app: Litestar, path: str) -> None:
    async with portal.browser(app) as client:
        answer = await client.get(path.format(link=uuid4()))
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/signin?next=")


async def test_the_strangers_link_and_nobodys_get_one_answer(
    maria: httpx.AsyncClient, stranger: httpx.AsyncClient, db: Connection
) -> None:
    await send(maria)
    link = await value(db, "select id from relative")
    person = await value(db, "select person_id from relative")
    answers = [
        await stranger.get(f"/profile/relatives/{link}/leave"),
        await stranger.get(f"/profile/relatives/{uuid4()}/leave"),
        await portal.submit(stranger, f"/profile/relatives/{link}/leave", {}, seen_on=FORM),
        await portal.submit(stranger, "/patient", {"patient": str(person)}, seen_on=FORM),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert len({_without_numbers(answer) for answer in answers[:2]}) == 1
    assert NotYourRelative.words
    assert "Иванов Петр" in words_of(await maria.get("/profile"))
    assert "Иванов Петр" not in words_of(await stranger.get("/profile"))


def _without_numbers(answer: httpx.Response) -> str:
    """The page without its reference, its token and its own address."""
    text = re.sub(r"[0-9a-f]{32,}|[0-9a-f-]{36}|\b[a-z0-9]{4}-[a-z0-9]{4}\b", "", answer.text)
    return re.sub(r"\s+", " ", text)


async def test_the_owner_takes_a_relative_off_the_list(
    maria: httpx.AsyncClient, db: Connection
) -> None:
    await send(maria)
    leave = f"/profile/relatives/{await value(db, 'select id from relative')}/leave"
    assert "Убрать из списка?" in words_of(await maria.get(leave))
    answer = await portal.submit(maria, leave, {}, seen_on=leave)
    assert answer.headers["location"] == "/profile#relatives"
    assert "Иванов Петр" not in words_of(await maria.get("/profile"))
    assert (await maria.get(leave)).status_code == 404
