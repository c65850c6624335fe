"""Russian words for dates, times, ages and counts, in the clinic's own time zone."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date

_RUSSIAN = Locale.parse("ru")


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The time zone of that name. Refuses an unknown name with `ZoneInfoNotFoundError`."""
    return ZoneInfo(name)


def local(moment: datetime, zone_name: str) -> datetime:
    """An aware moment on the clock of that zone. Refuses a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return moment.astimezone(zone(zone_name))


def region_day(now: datetime, zone_name: str) -> date:
    """The date of today in the region."""
    return local(now, zone_name).date()


def clock(moment: datetime, zone_name: str) -> str:
    """«09:30»."""
    return local(moment, zone_name).strftime("%H:%M")


@lru_cache(maxsize=4000)  # eleven years of days, each in a few patterns: Babel is slow
def _russian(day: date, pattern: str) -> str:
    return format_date(day, pattern, locale=_RUSSIAN)


def day_words(day: date, today: date | None = None) -> str:
    """«25 ноября»; with `today` given, the year too where it is another one."""
    pattern = "d MMMM" if today is None or day.year == today.year else "d MMMM y"
    return _russian(day, pattern)


def long_day(day: date, today: date | None = None) -> str:
    """«среда, 25 ноября»."""
    return f"{weekday(day)}, {day_words(day, today)}"


def near_day(day: date, today: date) -> str:
    """«сегодня», «завтра», else «25 ноября»."""
    if day == today:
        return "сегодня"
    if day == today + timedelta(days=1):
        return "завтра"
    return day_words(day, today)


def weekday(day: date) -> str:
    """«среда»."""
    return _russian(day, "EEEE")


def short_weekday(day: date) -> str:
    """«ср»."""
    return _russian(day, "EEEEEE")


def month_of(day: date) -> str:
    """«ноября», as it stands after a number."""
    return _russian(day, "MMMM")


def digits(day: date) -> str:
    """«01.01.2015»."""
    return f"{day:%d.%m.}{day.year:04d}"


def plural(count: int, one: str, few: str, many: str) -> str:
    """«1 место», «2 места», «5 мест»: the number with its noun."""
    return f"{count} {plural_word(count, one, few, many)}"


@lru_cache(maxsize=4000)
def plural_word(count: int, one: str, few: str, many: str) -> str:
    """The noun alone in the form that follows `count`."""
    return {"one": one, "few": few}.get(_RUSSIAN.plural_form(count), many)


def years(birth_date: date, today: date) -> int:
    """Full years. Born on 29 February: the age is reached on 1 March of a common year."""
    return (
        today.year
        - birth_date.year
        - ((today.month, today.day) < (birth_date.month, birth_date.day))
    )


def age(birth_date: date, today: date) -> str:
    """«11 лет»; under two years in months («7 месяцев»)."""
    full = years(birth_date, today)
    if full >= 2:
        return plural(full, "год", "года", "лет")
    months = (today.year - birth_date.year) * 12 + today.month - birth_date.month
    months -= today.day < birth_date.day
    return plural(max(months, 0), "месяц", "месяца", "месяцев")
