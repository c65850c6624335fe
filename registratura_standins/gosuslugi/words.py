"""Dates, counts and numbers in Russian words."""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.plural import PluralRule

_PLURAL = PluralRule(
    {
        "one": "n mod 10 is 1 and n mod 100 is not 11",
        "few": "n mod 10 in 2..4 and n mod 100 not in 12..14",
    }
)


def day(of: date) -> str:
    """«25 ноября 2026»."""
    return format_date(of, "d MMMM y", locale="ru")


def digits(of: date) -> str:
    """«01.01.2015»."""
    return f"{of:%d.%m.}{of.year:04d}"


def long_day(of: date) -> str:
    """«Среда, 25 ноября»."""
    text = format_date(of, "EEEE, d MMMM", locale="ru")
    return text[:1].upper() + text[1:]


def short_weekday(of: date) -> str:
    """«Ср»."""
    return format_date(of, "EEEEEE", locale="ru").capitalize()


def nearest(moment: str, today: date) -> str:
    """«сегодня в 16:40», «завтра в 08:20», «25 ноября в 09:30», by the clock it carries."""
    told = datetime.fromisoformat(moment)
    near = {0: "сегодня", 1: "завтра"}.get((told.date() - today).days)
    return f"{near or format_date(told, 'd MMMM', locale='ru')} в {told:%H:%M}"


def clock(moment: datetime) -> str:
    """«09:30», by the clock that the moment carries."""
    return f"{moment:%H:%M}"


def stamp(moment: datetime) -> str:
    """«23 ноября, 10:14:02»."""
    return f"{format_date(moment, 'd MMMM', locale='ru')}, {moment:%H:%M:%S}"


def make_local(zone: ZoneInfo) -> Callable[[datetime], datetime]:
    """Moments of the database on the region's clock."""
    return lambda moment: moment.astimezone(zone)


def policy(number: str) -> str:
    """Sixteen digits by four."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def phone(number: str) -> str:
    """`+79000000001` → `+7 900 000-00-01`."""
    if len(number) != 12:
        return number
    return f"{number[:2]} {number[2:5]} {number[5:8]}-{number[8:10]}-{number[10:]}"


def inside(name: str) -> str:
    """«Кабинет 207», «Невролог» as they stand inside a sentence; «ЛОР», «УЗИ» stay as they are."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def plural(count: int, one: str, few: str, many: str) -> str:
    """«1 место», «2 места», «5 мест»: the number with its noun."""
    return f"{count} {({'one': one, 'few': few}).get(_PLURAL(count), many)}"
