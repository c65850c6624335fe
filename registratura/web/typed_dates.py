"""Dates as people type them into one field, read without a mask."""

import re
from datetime import date
from typing import ClassVar

from registratura.refusal import Refusal

_MONTHS = (
    "январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр",
    "декабр",
)  # fmt: skip
_LONGEST = 60  # signs; a date in words has about twenty
_ENDINGS = r"(?:[ьйя]|а)"
_GAP = r"[\s./,\-‐‑–—]+"
_DIGITS = re.compile(rf"([0-9]{{1,2}}){_GAP}([0-9]{{1,2}}){_GAP}([0-9]{{2,4}})")
_SOLID = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_WORDS = re.compile(rf"([0-9]{{1,2}}){_GAP}([а-я]{{2,9}}){_GAP}([0-9]{{2,4}})")
_TAIL = re.compile(r"[\s.]*(?:г|года?)?[\s.]*$")


class DateNotTyped(Refusal):
    """The field is empty, or what stands in it is no date that people write."""

    code: ClassVar[str] = "date_not_typed"
    words: ClassVar[str] = "Введите дату цифрами: день, месяц и год, например 07.03.2016"


class YearTooShort(Refusal):
    """A year of two or three digits may mean two centuries."""

    code: ClassVar[str] = "year_too_short"
    words: ClassVar[str] = "Напишите год четырьмя цифрами, например 2016"


class NoSuchDate(Refusal):
    """Written as a date, but the calendar has none such."""

    code: ClassVar[str] = "no_such_date"
    words: ClassVar[str] = "Такой даты нет в календаре: проверьте день и месяц"


def read(typed: str) -> date:
    """`7.3.2016`, `07 03 2016`, `07032016`, «7 марта 2016 г.», `2016-03-07` → the date.

    Refuses with `DateNotTyped`, `YearTooShort`, `NoSuchDate`.
    """
    text = " ".join(typed.lower().split())
    if len(text) > _LONGEST:
        raise DateNotTyped()
    day, month, year = _parts(_TAIL.sub("", text))
    if len(year) < 4:
        raise YearTooShort()
    try:
        return date(int(year), month, int(day))
    except ValueError:
        raise NoSuchDate() from None


def _parts(text: str) -> tuple[str, int, str]:
    if found := _ISO.fullmatch(text):
        return found[3], int(found[2]), found[1]
    if found := _DIGITS.fullmatch(text) or _SOLID.fullmatch(text):
        return found[1], int(found[2]), found[3]
    if (found := _WORDS.fullmatch(text)) and (month := _month(found[2])):
        return found[1], month, found[3]
    raise DateNotTyped()


def _month(word: str) -> int | None:
    """«марта», «мар», «март» → 3; None for any other word."""
    for number, stem in enumerate(_MONTHS, start=1):
        if re.fullmatch(stem + _ENDINGS + "?", word) or (len(word) == 3 and stem[:3] == word):
            return number
    return None
