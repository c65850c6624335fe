"""СНИЛС, the number of a personal account in the pension system: eleven digits, two check."""

import re

from registratura.people.refusals import SnilsCheckDigitsWrong, SnilsNotElevenDigits

_UNCHECKED_UP_TO = 1_001_998  # 001-001-998: numbers given before the check digits


def normalise(typed: str) -> str:
    """The eleven digits; blanks and dashes do not matter.

    Refuses with `SnilsNotElevenDigits` or `SnilsCheckDigitsWrong`.
    """
    number = re.sub(r"[\s‐‑‒–—−-]", "", typed)
    if not (number.isascii() and number.isdecimal() and len(number) == 11):
        raise SnilsNotElevenDigits()
    if int(number[:9]) > _UNCHECKED_UP_TO and check_digits(number[:9]) != number[9:]:
        raise SnilsCheckDigitsWrong()
    return number


def check_digits(nine: str) -> str:
    """Digits times 9…1, the sum modulo 101, where 100 stands as 00 (domain rule of the ПФР)."""
    total = sum(int(digit) * (9 - place) for place, digit in enumerate(nine))
    return f"{total % 101 % 100:02d}"


def formatted(number: str) -> str:
    """«112-233-445 95»."""
    return f"{number[:3]}-{number[3:6]}-{number[6:9]} {number[9:]}"


def masked(number: str) -> str:
    """«•••-•••-•45 95»: enough to know one's own number, too little to use it."""
    return f"•••-•••-•{number[7:9]} {number[9:]}"
