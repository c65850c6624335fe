"""Telephone numbers as people read them."""

import re


def formatted(number: str) -> str:
    """«+7 900 000-00-01» for a Russian number in any usual spelling; anything else as it is."""
    digits = re.sub(r"\D", "", number)
    if len(digits) != 11 or digits[0] not in "78":
        return number
    return f"+7 {digits[1:4]} {digits[4:7]}-{digits[7:9]}-{digits[9:]}"
