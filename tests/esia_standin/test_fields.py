"""What people type into fields, read as they mean it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from registratura_standins.esia import fields
from registratura_standins.esia.fields import Mistyped

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("read", "typed", "meant"),
    [
        (fields.read_name, "  Салтыков-Щедрин ", "Салтыков-Щедрин"),
        (fields.read_name, "Мамед  оглы", "Мамед оглы"),
        (fields.read_phone, "8 (901) 234-56-78", "+79012345678"),
        (fields.read_phone, "9012345678", "+79012345678"),
        (fields.read_email, " Maria@Example.ORG", "maria@example.org"),
        (fields.read_snils, "112-233-445 95", "11223344595"),
        (fields.read_snils, "001-001-998 00", "00100199800"),
        (fields.read_policy, "4053 1108 7401 0015", "4053110874010015"),
        (fields.read_passport, "29 11 № 000001", ("2911", "000001")),
        (fields.read_issue_id, "400-003", "400003"),
        (fields.read_birth_certificate, "I-ЖТ 500001", ("I-ЖТ", "500001")),
        (fields.read_birth_certificate, "1жт№500001", ("I-ЖТ", "500001")),
        (fields.read_birth_certificate, "ХI — мю 123456", ("XI-МЮ", "123456")),
        (fields.read_birth_certificate, "IХС 500001", ("I-ХС", "500001")),
        (fields.read_optional_name, " ", None),
        (fields.read_optional_snils, "", None),
        (fields.read_optional_policy, "", None),
    ],
)
def test_usual_spellings_are_understood(
    read: Callable[[str], Any], typed: str, meant: object
) -> None:
    assert read(typed) == meant


@pytest.mark.parametrize(
    "typed", ["7.3.2016", "07 03 2016", "07032016", "2016-03-07", "07/03/2016"]
)
def test_a_date_is_read_in_any_usual_form(typed: str) -> None:
    assert fields.read_date(typed, TODAY) == date(2016, 3, 7)


@pytest.mark.parametrize(
    ("read", "typed"),
    [
        (fields.read_name, "Smith"),
        (fields.read_name, "я" * 61),
        (fields.read_words, ""),
        (fields.read_words, "а\x00"),
        (fields.read_phone, "+7 495 000-00-00"),
        (fields.read_phone, "٩٠١٢٣٤٥٦٧٨"),
        (fields.read_email, "maria@"),
        (fields.read_snils, "112-233-445 96"),
        (fields.read_snils, "1"),
        (fields.read_policy, "4053110874010016"),
        (fields.read_policy, "405311087401001"),
        (fields.read_passport, "291100001"),
        (fields.read_issue_id, "40"),
        (fields.read_birth_certificate, "ЖТ 500001"),
        (fields.read_new_password, "short"),
    ],
)
def test_what_is_mistyped_is_refused_in_words(read: Callable[[str], Any], typed: str) -> None:
    with pytest.raises(Mistyped) as fault:
        read(typed)
    assert fault.value.words


@pytest.mark.parametrize("typed", ["", "вчера", "31.02.2016", "26.11.2026", "01.01.1850", "1.1.16"])
def test_what_is_no_date_of_the_past_is_refused(typed: str) -> None:
    with pytest.raises(Mistyped):
        fields.read_date(typed, TODAY)
