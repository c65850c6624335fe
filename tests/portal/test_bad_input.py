"""What bad input gets: the same form, what was typed, and how to mend it."""

from datetime import date, timedelta

import httpx
import pytest

from registratura.db import Connection, value
from registratura.people.refusals import (
    NameTooLong,
    NotAffirmed,
    PatientIsAdult,
    SexUnknown,
)
from registratura.portal.relative_form import BOTH
from registratura.web.typed_dates import DateNotTyped, NoSuchDate, YearTooShort
from tests.portal.form import faults_of, send


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("birth_date", "31.02.2015", NoSuchDate.words),
        ("birth_date", "29.02.2015", NoSuchDate.words),
        ("birth_date", "00.00.0000", NoSuchDate.words),
        ("birth_date", "1.1.15", YearTooShort.words),
        ("birth_date", "позавчера", DateNotTyped.words),
        ("birth_date", "1" * 10_000, DateNotTyped.words),
        ("birth_date", "", DateNotTyped.words),
        (
            "birth_date",
            f"{date.today() + timedelta(days=2):%d.%m.%Y}",
            "Эта дата ещё не наступила: проверьте год",
        ),
        ("birth_date", "01.01.1990", PatientIsAdult.words),
        (
            "policy_number",
            "123456789123456",
            "В номере полиса 16 цифр, а здесь 15 цифр. Сверьте с полисом",
        ),
        ("policy_number", "", "Введите номер полиса ОМС, 16 цифр"),
        (
            "policy_number",
            "40АБ 123456789012",
            "В номере полиса только цифры, их 16. Уберите остальные знаки",
        ),
        ("last_name", "", "Введите фамилию"),
        ("first_name", " \u00a0 ", "Введите имя"),
        (
            "first_name",
            "ж" * 10_000,
            NameTooLong(limit=60).text,
        ),
        (
            "last_name",
            "<script>alert(1)</script>",
            "Знака «<» в имени быть не может: оставьте буквы, дефис, апостроф и пробел",
        ),
        ("kinship", "", "Выберите вид родства"),
        ("kinship", "spouse", "Выберите вид родства"),
        ("no_middle_name", "yes", BOTH),
        ("middle_name", "", SexUnknown.words),
        (
            "snils",
            "112-233-445 90",
            "Проверьте СНИЛС: последние две цифры не подходят к номеру",
        ),
        ("snils", "123", "В СНИЛС 11 цифр: проверьте или оставьте поле пустым"),
        ("affirmed", "", NotAffirmed.words),
    ],
)
async def test_bad_input_comes_back_with_words_at_its_field(
    maria: httpx.AsyncClient, db: Connection, field: str, typed: str, words: str
) -> None:
    answer = await send(maria, **{field: typed})
    at = {"no_middle_name": "middle_name"}.get(field, field)
    at = "sex" if words == SexUnknown.words else at
    assert answer.status_code == 422
    assert faults_of(answer) == [(at, words)]
    assert f'id="{at}-e"' in answer.text
    assert "<title>Ошибка: " in answer.text
    assert await value(db, "select count(*) from relative") == 0


async def test_all_faults_come_at_once_and_what_was_typed_stays(
    maria: httpx.AsyncClient,
) -> None:
    answer = await send(
        maria,
        last_name="Иванов2",
        birth_date="31.02.2015",
        policy_number="12 345",
        affirmed="",
        kinship="grandchild",
    )
    fields = [field for field, _ in faults_of(answer)]
    assert fields == ["last_name", "birth_date", "policy_number", "affirmed"]
    for typed in ("Иванов2", "Петр", "Иванович", "31.02.2015", "12 345"):
        assert f'value="{typed}"' in answer.text
    assert 'value="grandchild" selected' in answer.text
    assert 'value="M" checked' in answer.text  # guessed from the patronymic and shown chosen


async def test_markup_in_a_name_comes_back_as_text(maria: httpx.AsyncClient) -> None:
    answer = await send(maria, first_name='"><img src=x onerror=alert(1)>')
    assert "<img" not in answer.text
    assert "&lt;img src=x onerror=alert(1)&gt;" in answer.text
