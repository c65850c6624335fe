"""Russian words for dates, ages and counts."""

from datetime import UTC, date, datetime

import pytest

from registratura.web import dates
from registratura.web.spaces import nobreak, with_phones

DAY = date(2026, 11, 25)


def test_days_are_said_in_words() -> None:
    assert dates.long_day(DAY) == "среда, 25 ноября"
    assert dates.day_words(date(2027, 1, 9), DAY) == "9 января 2027"
    assert dates.day_words(date(2026, 12, 9), DAY) == "9 декабря"
    assert dates.short_weekday(DAY) == "ср"
    assert dates.digits(date(2015, 1, 1)) == "01.01.2015"
    assert dates.near_day(DAY, DAY) == "сегодня"
    assert dates.near_day(date(2026, 11, 26), DAY) == "завтра"


def test_a_moment_is_shown_on_the_clock_of_its_zone() -> None:
    moment = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)
    assert dates.clock(moment, "Europe/Moscow") == "01:30"
    assert dates.region_day(moment, "Europe/Moscow") == date(2027, 1, 1)
    assert dates.clock(moment, "Asia/Vladivostok") == "08:30"
    with pytest.raises(ValueError, match="without a time zone"):
        dates.clock(datetime(2026, 12, 31), "Europe/Moscow")


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 мест"),
        (1, "1 место"),
        (2, "2 места"),
        (5, "5 мест"),
        (11, "11 мест"),
        (21, "21 место"),
        (112, "112 мест"),
        (1002, "1002 места"),
    ],
)
def test_a_noun_agrees_with_its_number(count: int, words: str) -> None:
    assert dates.plural(count, "место", "места", "мест") == words


@pytest.mark.parametrize(
    ("born", "today", "words"),
    [
        (date(2015, 1, 1), DAY, "11 лет"),
        (date(2024, 11, 25), DAY, "2 года"),
        (date(2024, 11, 26), DAY, "23 месяца"),
        (date(2026, 11, 24), DAY, "0 месяцев"),
        (date(2008, 2, 29), date(2026, 2, 28), "17 лет"),
        (date(2008, 2, 29), date(2026, 3, 1), "18 лет"),
        (date(2005, 11, 25), DAY, "21 год"),
    ],
)
def test_an_age_is_said_in_full_years(born: date, today: date, words: str) -> None:
    assert dates.age(born, today) == words


def test_short_words_stay_with_the_next_one_and_markup_is_escaped() -> None:
    assert nobreak("в участке № 7 <b>") == "в\u00a0участке №\u00a07 &lt;b&gt;"


def test_a_telephone_in_words_may_be_pressed_and_does_not_break() -> None:
    assert with_phones("<b> Позвоните: +7 484 000-00-02.") == (
        '&lt;b&gt; Позвоните: <a class="nw num" href="tel:+74840000002">+7 484 000-00-02</a>.'
    )
