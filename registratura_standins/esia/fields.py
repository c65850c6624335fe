"""What people type into fields, read: names, dates, telephones, СНИЛС, numbers of documents.

Every function refuses with `Mistyped`, whose words stand at the field.
"""

import re
import unicodedata
from datetime import date

_NAME = re.compile(r"[А-ЯЁа-яё]+(?:[ '’.-]+[А-ЯЁа-яё]+)*\.?")
_DATE = re.compile(r"(\d{1,2})[\s./,-]+(\d{1,2})[\s./,-]+(\d{4})", re.ASCII)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
_SEPARATORS = re.compile(r"[\s().№\-\u2010-\u2015\u2212]+")
# Roman numerals are often typed with Russian letters, or with a one.
_BIRTH = re.compile(r"([IVXLCІХС1]{1,7})[\s-]*([А-ЯЁ]{2})[\s№-]*(\d{6})", re.ASCII)
_ROMAN = str.maketrans("ІХС1", "IXCI")
LONGEST_NAME, LONGEST_WORDS = 60, 200
LEAST_PASSWORD, LONGEST_PASSWORD = 10, 1024
_UNCHECKED_SNILS = 1_001_998  # numbers given before there were check digits


class Mistyped(Exception):
    """`words` tell what to type instead."""

    def __init__(self, words: str) -> None:
        self.words = words
        super().__init__(words)


def read_name(typed: str) -> str:
    """«иванова  мария» → as typed, blanks in order; letters of Russian, hyphens, dots."""
    text = " ".join(unicodedata.normalize("NFC", typed).split())
    if not text:
        raise Mistyped("Заполните это поле")
    if len(text) > LONGEST_NAME or not _NAME.fullmatch(text):
        raise Mistyped("Напишите русскими буквами, как в паспорте")
    return text


def read_optional_name(typed: str) -> str | None:
    """The same; nothing is None."""
    return read_name(typed) if typed.strip() else None


def read_words(typed: str) -> str:
    """A line of text, as an authority's name."""
    text = " ".join(typed.split())
    if not text:
        raise Mistyped("Заполните это поле")
    if len(text) > LONGEST_WORDS or not text.isprintable():
        raise Mistyped("Здесь слишком много знаков")
    return text


def read_date(typed: str, today: date) -> date:
    """`7.3.2016`, `07 03 2016`, `2016-03-07` → the date; not in the future, not before 1900."""
    text = " ".join(typed.split())
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        text = ".".join(reversed(text.split("-")))
    if re.fullmatch(r"\d{8}", text, re.ASCII):
        text = f"{text[:2]}.{text[2:4]}.{text[4:]}"
    found = _DATE.fullmatch(text)
    if not found:
        raise Mistyped("Введите дату цифрами: день, месяц и год, например 07.03.2016")
    try:
        day = date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        raise Mistyped("Такой даты нет в календаре: проверьте день и месяц") from None
    if day > today:
        raise Mistyped("Эта дата ещё не наступила")
    if day.year < 1900:
        raise Mistyped("Проверьте год")
    return day


def read_phone(typed: str) -> str:
    """A Russian mobile telephone → `+79000000001`."""
    digits = _SEPARATORS.sub("", typed).removeprefix("+")
    if not re.fullmatch(r"(?:[78])?9\d{9}", digits, re.ASCII):
        raise Mistyped("Введите мобильный телефон: десять цифр после +7")
    return f"+7{digits[-10:]}"


def read_email(typed: str) -> str:
    """An e-mail in lower case."""
    text = typed.strip().lower()
    if len(text) > 254 or not _EMAIL.fullmatch(text):
        raise Mistyped("Проверьте адрес: он пишется как name@example.org")
    return text


def read_snils(typed: str) -> str:
    """Eleven digits whose last two check the others."""
    number = _SEPARATORS.sub("", typed)
    if not re.fullmatch(r"\d{11}", number, re.ASCII):
        raise Mistyped("В СНИЛС одиннадцать цифр")
    total = sum(int(digit) * (9 - place) for place, digit in enumerate(number[:9])) % 101
    if int(number[:9]) > _UNCHECKED_SNILS and f"{total % 100:02}" != number[9:]:
        raise Mistyped("В номере опечатка: последние две цифры не сходятся с остальными")
    return number


def read_optional_snils(typed: str) -> str | None:
    """The same; nothing is None."""
    return read_snils(typed) if typed.strip() else None


def read_policy(typed: str) -> str:
    """Sixteen digits of a policy of ОМС, the last of them checks (Luhn's rule)."""
    number = _SEPARATORS.sub("", typed)
    if not re.fullmatch(r"\d{16}", number, re.ASCII):
        raise Mistyped("В номере полиса шестнадцать цифр")
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(number)]
    if sum(sum(divmod(one, 10)) for one in doubled) % 10:
        raise Mistyped("В номере опечатка: последняя цифра не сходится с остальными")
    return number


def read_optional_policy(typed: str) -> str | None:
    """The same; nothing is None."""
    return read_policy(typed) if typed.strip() else None


def read_passport(typed: str) -> tuple[str, str]:
    """Ten digits → series and number."""
    digits = _SEPARATORS.sub("", typed)
    if not re.fullmatch(r"\d{10}", digits, re.ASCII):
        raise Mistyped("В серии и номере паспорта вместе десять цифр")
    return digits[:4], digits[4:]


def read_issue_id(typed: str) -> str:
    """`400-003` → `400003`."""
    digits = _SEPARATORS.sub("", typed)
    if not re.fullmatch(r"\d{6}", digits, re.ASCII):
        raise Mistyped("В коде подразделения шесть цифр")
    return digits


def read_birth_certificate(typed: str) -> tuple[str, str]:
    """«I-ЖТ 500001» → series and number."""
    found = _BIRTH.fullmatch(re.sub(r"[\u2010-\u2015\u2212]", "-", typed.upper()).strip())
    if not found:
        raise Mistyped("Напишите серию и номер через пробел, например I-ЖТ 500001")
    return f"{found[1].translate(_ROMAN)}-{found[2]}", found[3]


def read_new_password(typed: str) -> str:
    """Ten signs or more; which ones is the owner's affair."""
    if not LEAST_PASSWORD <= len(typed) <= LONGEST_PASSWORD:
        raise Mistyped(f"Нужно не меньше {LEAST_PASSWORD} знаков")
    if len(set(typed)) < 4:
        raise Mistyped("Такой пароль слишком легко подобрать")
    return typed
