"""Numbers of the compulsory insurance policy (полис ОМС): sixteen digits, the last one checks."""

import re
from typing import Literal, LiteralString

from registratura.people.refusals import (
    PolicyCheckDigitWrong,
    PolicyEmpty,
    PolicyHasOddSigns,
    PolicyNotSixteenDigits,
)

Check = Literal["warn", "strict"]

DIGITS = 16

HOLDERS: LiteralString = """
    select person_id from policy
    where number in (select right(%(policy)s::text, digits)
                     from generate_series(1, length(%(policy)s::text)) as digits)
      and series || number = %(policy)s
"""
"""Cards with the policy of that whole number: wherever its series ends, found by the index."""
WARNING = "Похоже, опечатка: проверьте номер полиса"


def normalise(typed: str, check: Check = "warn") -> str:
    """The sixteen digits; blanks and dashes between them do not matter.

    Refuses with `PolicyEmpty`, `PolicyHasOddSigns`, `PolicyNotSixteenDigits`, and under the
    strict setting with `PolicyCheckDigitWrong`.
    """
    number = re.sub(r"[\s‐‑‒–—−-]", "", typed)
    if not number:
        raise PolicyEmpty()
    if not (number.isascii() and number.isdecimal()):
        raise PolicyHasOddSigns()
    if len(number) != DIGITS:
        raise PolicyNotSixteenDigits(digits=_digits(len(number)))
    if check == "strict" and not fits_check_digit(number):
        raise PolicyCheckDigitWrong()
    return number


def fits_check_digit(number: str) -> bool:
    """Whether the last digit is right: HL7 Mod 10 of the unified policy, which is Luhn's rule."""
    total = 0
    for place, digit in enumerate(map(int, reversed(number))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def warning(number: str) -> str | None:
    """What to tell of a number that was taken but is probably mistyped, or None."""
    return None if fits_check_digit(number) else WARNING


def ending(number: str) -> str:
    """The last four digits: all of a policy number that a table or a journal shows."""
    return number[-4:]


def _digits(count: int) -> str:
    if count > 40:
        return "намного больше"
    if count % 10 == 1 and count != 11:
        return f"{count} цифра"
    if count % 10 in (2, 3, 4) and count not in (12, 13, 14):
        return f"{count} цифры"
    return f"{count} цифр"
