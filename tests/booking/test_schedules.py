"""From templates to slots."""

from datetime import date, timedelta

import pytest

from registratura.booking import schedules
from registratura.db import Connection, execute, value
from tests.given import region
from tests.given.people import NOW
from tests.given.region import TODAY


async def test_opening_a_day_again_adds_nothing(db: Connection) -> None:
    assert await region.open_days(db) == schedules.Opened(sessions=0, slots=0)


async def test_a_morning_of_four_hours_is_sixteen_visits_of_a_quarter(db: Connection) -> None:
    opened = await region.open_days(db, TODAY + timedelta(days=30), days=0)
    assert opened == schedules.Opened(sessions=len(region.POSTS), slots=16 * len(region.POSTS))


async def test_hours_are_the_clinics_own_whatever_the_servers(db: Connection) -> None:
    starts = await value(db, "select min(starts_at) from slot")
    assert starts.isoformat() == "2026-11-25T05:00:00+00:00"  # 08:00 in Kaluga


async def test_odd_and_even_weeks_take_turns(db: Connection) -> None:
    await execute(db, "update schedule_template set weeks = 'odd'")
    monday = date(2027, 1, 4)  # ISO week 1
    await region.open_days(db, monday, days=13)
    days = await value(
        db, "select array_agg(distinct day) from session where day >= %(day)s", day=monday
    )
    assert sorted(days) == [monday + timedelta(days=number) for number in range(7)]


@pytest.mark.parametrize("last", [TODAY - timedelta(days=1), TODAY + timedelta(days=400)])
async def test_an_absurd_range_is_named(db: Connection, last: date) -> None:
    with pytest.raises(ValueError, match="last"):
        await schedules.open_days(db, now=NOW, first=TODAY, last=last)
