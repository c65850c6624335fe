"""Numbers that look real and check: СНИЛС and the unified policy; and the calendar they need."""

from datetime import date, timedelta

FIRST_DAY = date(1921, 1, 1)
LAST_DAY = date(2026, 1, 1)  # the demo's people were all born before; ages are as of this day
DAYS = (LAST_DAY - FIRST_DAY).days
REGION = "40"
ADULT_DAYS = 18 * 365 + 6  # whoever has lived so many days is 18 for certain

ISO_DAYS = [(FIRST_DAY + timedelta(days=day)).isoformat() for day in range(DAYS + 1)]
_DOUBLED = bytes.maketrans(b"0123456789", b"0246813579")
_NINE_MINUS = str.maketrans("0123456789", "9876543210")


def day_number(day: date) -> int:
    """Place of a day in `ISO_DAYS`."""
    return (day - FIRST_DAY).days


def snils(body: int) -> str:
    """Eleven digits for a nine-digit number above 001-001-998."""
    text = str(body).zfill(9)
    total = 0
    rest = body
    for weight in range(1, 10):
        rest, digit = divmod(rest, 10)
        total += digit * weight
    return f"{text}{total % 101 % 100:02}"


def policy(birth_day: int, sex: str, serial: int) -> str:
    """Sixteen digits: region, birth date and sex in nines' complement, serial, check digit."""
    body = f"{REGION}{_BLOCKS[sex][birth_day]}{serial:05}"
    digits = body.encode()
    total = sum(digits[1::2]) + sum(digits[::2].translate(_DOUBLED)) - 15 * 48
    return f"{body}{-total % 10}"


def _block(day: date, sex: str) -> str:
    """Month, year reversed, day; the month shifted by the century, the day by the sex."""
    month = day.month + (20 if day.year <= 1950 else 40 if day.year <= 2000 else 0)
    shifted = day.day + (50 if sex == "M" else 0)
    return f"{month:02}{str(day.year)[::-1]}{shifted:02}".translate(_NINE_MINUS)


_BLOCKS = {
    sex: [_block(FIRST_DAY + timedelta(days=day), sex) for day in range(DAYS + 1)] for sex in "MF"
}
