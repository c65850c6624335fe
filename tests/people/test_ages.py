"""Ages: birthdays, and those who were born on 29 February; Python and SQL agree."""

from datetime import date, timedelta

import pytest
from hypothesis import given as for_any
from hypothesis import settings
from hypothesis import strategies as st

from registratura.db import Connection, value
from registratura.people.ages import birthday, full_years, is_adult

LEAP = date(2008, 2, 29)


def test_a_year_is_full_on_the_birthday_and_not_a_day_earlier() -> None:
    born = date(2008, 11, 25)
    assert full_years(born, date(2026, 11, 24)) == 17
    assert full_years(born, date(2026, 11, 25)) == 18


def test_born_on_29_february_is_adult_on_1_march_of_a_common_year() -> None:
    assert birthday(LEAP, 18) == date(2026, 3, 1)
    assert not is_adult(LEAP, date(2026, 2, 28))
    assert is_adult(LEAP, date(2026, 3, 1))


def test_born_on_29_february_has_the_birthday_on_29_february_of_a_leap_year() -> None:
    assert full_years(LEAP, date(2024, 2, 28)) == 15
    assert full_years(LEAP, date(2024, 2, 29)) == 16


def test_an_infant_is_nought_years_old() -> None:
    assert full_years(date(2026, 11, 24), date(2026, 11, 25)) == 0
    assert full_years(date(2025, 11, 26), date(2026, 11, 25)) == 0


@settings(max_examples=300)
@for_any(
    st.dates(date(1900, 1, 1), date(2090, 1, 1)),
    st.integers(min_value=0, max_value=100),
)
def test_the_age_is_full_from_the_birthday_on(born: date, years: int) -> None:
    day = birthday(born, years)
    assert full_years(born, day) == years
    assert full_years(born, day - timedelta(days=1)) == years - 1


@pytest.mark.parametrize("born", [LEAP, date(2008, 2, 28), date(2008, 3, 1), date(2007, 12, 31)])
async def test_the_database_counts_birthdays_as_python_does(db: Connection, born: date) -> None:
    for years in (0, 1, 14, 15, 16, 17, 18, 19):
        counted = await value(db, "select birthday(%(born)s, %(years)s)", born=born, years=years)
        assert counted == birthday(born, years)
