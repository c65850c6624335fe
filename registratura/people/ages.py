"""Ages in full years; born on 29 February, an age is reached on 1 March of a common year."""

from datetime import date

ADULT = 18  # ст. 21 ГК РФ; until then a parent or guardian acts (ст. 64 СК РФ)


def birthday(born: date, years: int) -> date:
    """The day on which `years` are reached. The same rule as the SQL function `birthday`."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:  # 29 February in a common year
        return date(born.year + years, 3, 1)


def full_years(born: date, on: date) -> int:
    """How many full years somebody is on a day; negative before birth."""
    years = on.year - born.year
    return years if birthday(born, years) <= on else years - 1


def is_adult(born: date, on: date) -> bool:
    """Whether 18 years are full on that day."""
    return full_years(born, on) >= ADULT
