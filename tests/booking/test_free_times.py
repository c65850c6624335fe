"""Free times by days of the clinic's clock, whatever its nights look like."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from registratura.booking.slots import FreeTime, by_day


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Europe/Moscow", datetime(2026, 12, 30, 19, 0, tzinfo=UTC)),
        ("Asia/Kamchatka", datetime(2026, 12, 30, 10, 0, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2027, 3, 27, 20, 0, tzinfo=UTC)),  # a day of 23 hours
        ("Europe/Berlin", datetime(2026, 10, 24, 20, 0, tzinfo=UTC)),  # of 25
        ("Africa/Cairo", datetime(2027, 4, 29, 18, 0, tzinfo=UTC)),  # one without midnight
    ],
)
@pytest.mark.parametrize("minutes", [20, 300, 2000])
def test_each_time_is_in_the_day_that_the_clinics_clock_shows(
    zone: str, first: datetime, minutes: int
) -> None:
    step = timedelta(minutes=minutes)
    times = [FreeTime(uuid4(), first + step * it, first + step * (it + 1)) for it in range(200)]
    days = by_day(times, zone)
    shown = [it.starts_at.astimezone(ZoneInfo(zone)).date() for it in times]
    assert list(days) == sorted(set(shown))
    assert [(day, it) for day, its in days.items() for it in its] == list(
        zip(shown, times, strict=True)
    )
    assert by_day([], zone) == {}
