"""One cell of a file: text in, COPY text out, or the reason why not.

A parser gives the cell as PostgreSQL's COPY reads it (`NULL` for an empty one) and raises
`CellRefused` with Russian words. They run for every cell of every row: kept short for speed.
"""

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from zoneinfo import available_timezones

from registratura.people import names
from registratura.people.snils import check_digits
from registratura.refusal import Refusal

Parser = Callable[[str], str]
NULL = r"\N"
_OLDEST = date(1850, 1, 1)
_SNILS_UNCHECKED = "001001998"  # numbers up to 001-001-998 carry no check digits
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class CellRefused(ValueError):
    """This cell cannot be loaded; the words say why."""


def text(longest: int = 300) -> Parser:
    """Some printable text."""

    def parse(cell: str) -> str:
        if not cell:
            raise CellRefused("пусто, а значение обязательно")
        if not cell.isprintable():
            raise CellRefused("непечатный знак (перевод строки, табуляция или управляющий)")
        if len(cell) > longest:
            raise CellRefused(f"длиннее {longest} знаков")
        return cell.replace("\\", r"\\") if "\\" in cell else cell

    return parse


code = text(64)


def codes(cell: str) -> str:
    """Codes between blanks or semicolons; with a semicolon, a code may have blanks within."""
    found = cell.split(";") if ";" in cell else cell.split()
    chosen = [code(one.strip()) for one in found if one.strip()]
    if not chosen:
        raise CellRefused(f"«{shorten(cell)}»: здесь нет ни одного кода")
    return ";".join(dict.fromkeys(chosen))


def optional(parse: Parser) -> Parser:
    """The same, or nothing."""

    def parse_optional(cell: str) -> str:
        return parse(cell) if cell else NULL

    return parse_optional


def name(cell: str) -> str:
    """A person's name, by the rule of the portal's own forms."""
    if cell.isalpha() and len(cell) <= names.LONGEST:
        return cell
    if not cell:
        raise CellRefused("пусто, а значение обязательно")
    try:
        return names.clean(cell)
    except Refusal as refused:
        raise CellRefused(f"«{shorten(cell)}»: {refused}") from None


def number(least: int, most: int) -> Parser:
    """A whole number between the two, both included."""

    def parse(cell: str) -> str:
        if not (cell.isascii() and cell.isdigit() and len(cell) <= 9):
            raise CellRefused(f"«{shorten(cell)}» не целое число")
        if not least <= int(cell) <= most:
            raise CellRefused(f"{cell}: нужно число от {least} до {most}")
        return cell

    return parse


def one_of(*words: str) -> Parser:
    """One of the words."""

    def parse(cell: str) -> str:
        if cell not in words:
            raise CellRefused(f"«{shorten(cell)}»: допустимо {', '.join(words)}")
        return cell

    return parse


def some_of(*words: str) -> Parser:
    """Several of the words between blanks."""

    def parse(cell: str) -> str:
        chosen = cell.split()
        if not chosen or not set(chosen) <= set(words):
            raise CellRefused(f"«{shorten(cell)}»: через пробел допустимы {', '.join(words)}")
        return " ".join(dict.fromkeys(chosen))

    return parse


def day(cell: str) -> str:
    """A date of the calendar, year first."""
    try:
        if len(cell) == 10 and cell[4] == cell[7] == "-" and date.fromisoformat(cell) >= _OLDEST:
            return cell
    except ValueError:
        pass
    raise CellRefused(f"«{shorten(cell)}» не дата: нужно ГГГГ-ММ-ДД")


def time(cell: str) -> str:
    """Hours and minutes of the clinic's own time."""
    if not _TIME.fullmatch(cell):
        raise CellRefused(f"«{shorten(cell)}» не время: нужно ЧЧ:ММ")
    return cell


def snils(cell: str) -> str:
    """Eleven digits with right check digits (sum of digit × 9…1, modulo 101); marks are dropped."""
    digits = cell if len(cell) == 11 else cell.replace("-", "").replace(" ", "")
    if not (len(digits) == 11 and digits.isascii() and digits.isdigit()):
        raise CellRefused(f"«{shorten(cell)}»: в СНИЛС 11 цифр")
    body = digits[:9]
    if body > _SNILS_UNCHECKED and check_digits(body) != digits[9:]:
        raise CellRefused(f"{cell}: не сходятся контрольные цифры СНИЛС")
    return digits


def policy_number(cell: str) -> str:
    """Digits only; sixteen of them unless there is a series, which another check sees."""
    if not (cell.isascii() and cell.isdigit() and len(cell) <= 20):
        raise CellRefused(f"«{shorten(cell)}»: номер полиса состоит из 16 цифр")
    return cell


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def zone(cell: str) -> str:
    """A time zone by its IANA name."""
    if cell not in _zones():
        raise CellRefused(f"«{shorten(cell)}»: нет такого часового пояса (пример: Europe/Moscow)")
    return cell


def shorten(cell: str) -> str:
    """A cell as it can be shown in a sentence."""
    shown = "".join(mark if mark.isprintable() else "�" for mark in cell[:40])
    return shown + "…" if len(cell) > 40 else shown
