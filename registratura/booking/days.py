"""Days as people name them: on the clinic's own calendar, not past, not absurdly far or many."""

from datetime import date, datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from registratura.booking.model import check_moment
from registratura.refusal import Refusal

MOST_DAYS = 366  # of an absence, of a referral; and how far ahead either may begin


class DayPast(Refusal):
    """The day has gone by in the clinic's own zone. Parameter: day."""

    code: ClassVar[str] = "day_past"
    words: ClassVar[str] = "День {day:%d.%m.%Y} уже прошёл: нужен сегодняшний или будущий"


class DayTooFar(Refusal):
    """The day is farther ahead than anybody plans. Parameters: day, latest."""

    code: ClassVar[str] = "day_too_far"
    words: ClassVar[str] = (
        "День {day:%d.%m.%Y} слишком далеко: можно не позже {latest:%d.%m.%Y}. Проверьте год"
    )


class TooManyDays(Refusal):
    """The first and the last day lie too far apart. Parameters: first, last, most."""

    code: ClassVar[str] = "too_many_days"
    words: ClassVar[str] = (
        "С {first:%d.%m.%Y} по {last:%d.%m.%Y} больше {most} дней: проверьте даты"
    )


def today_in(zone: str, now: datetime) -> date:
    """The day on the clock of that zone. Raises `ValueError` for a moment without one."""
    check_moment(now)
    return now.astimezone(ZoneInfo(zone)).date()


def check(day: date, *, today: date, latest: date) -> None:
    """Refuses with `DayPast` before `today` and with `DayTooFar` after `latest`."""
    if day < today:
        raise DayPast(day=day)
    if day > latest:
        raise DayTooFar(day=day, latest=latest)


def check_span(first: date, last: date, *, today: date, most: int = MOST_DAYS) -> None:
    """A stretch of days, both included, of which something is still ahead.

    Refuses with `DayPast` where all of it is over, with `DayTooFar` where it begins later than
    in `most` days, with `TooManyDays` where it is longer. Raises `ValueError` naming `last_day` for
    days in the wrong order.
    """
    if first > last:
        raise ValueError(f"last_day: {last} is before {first}")
    if last < today:
        raise DayPast(day=last)
    if first > today + timedelta(days=most):
        raise DayTooFar(day=first, latest=today + timedelta(days=most))
    if (last - first).days >= most:
        raise TooManyDays(first=first, last=last, most=most)
